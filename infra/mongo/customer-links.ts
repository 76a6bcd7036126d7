import type { ClientSession, Db } from 'mongodb';
import { ProblemError } from '../../domain/errors';
import type { CustomerStore } from '../stores';
import type { AuditTrail } from './audit-log';
import {
  type CustomerDocument,
  customersOf,
  type IdentityDocument,
  identitiesOf,
} from './collections';
import type { CustomerCache } from './customer-cache';
import { mergedDocuments, toCustomer, withIdentities } from './customer-document';
import { keyOf } from './customer-identification';
import { type CustomerRecords, refuseErased } from './customer-records';

export interface LinkDeps {
  readonly records: CustomerRecords;
  readonly cache: CustomerCache;
  readonly audit: AuditTrail;
  readonly now: () => Date;
}

/** A merge that has not told the conversations after this time was given up, ms: it holds up no other. */
const MERGE_PATIENCE_MS = 15 * 60_000;

/** What joins and parts customers (domain.md 10.2 rule 4, 10.3), each in one transaction with its audit row. */
export function createCustomerLinks(
  db: Db,
  { records, cache, audit, now }: LinkDeps,
): Pick<CustomerStore, 'link' | 'unlink' | 'merge'> {
  const customers = customersOf(db);
  const identities = identitiesOf(db);

  return {
    async link(customerId, { namespace, externalId, channelId }, actorId) {
      const linkedAt = now().toISOString();
      const _id = keyOf({ namespace, externalId });
      const document: IdentityDocument = { _id, customerId, channelId, linkedAt, suggestions: [] };
      const { customer, merge } = await records.transaction(async (session) => {
        const target = await records.existing(session, customerId);
        refuseErased(target);
        if (target.mergedInto)
          throw new ProblemError('CONFLICT', `The customer was merged into ${target.mergedInto}.`);
        const owner = await identities.findOne({ _id }, { session });
        if (owner?.customerId === customerId) return { customer: target, merge: null };
        if (owner)
          return { customer: target, merge: await soleAnonymousOwner(session, owner.customerId) };
        await identities.insertOne(document, { session });
        const after = await records.change(session, customerId, (before) => ({
          ...withIdentities(before, [{ namespace, externalId, channelId, linkedAt }]),
          anonymous: false,
        }));
        await audit.insert(
          {
            actorId,
            action: 'customer.link',
            target: customerId,
            before: target.identities,
            after: after.identities,
          },
          session,
        );
        return { customer: after, merge: null };
      });
      cache.remember(customer);
      return { customer: toCustomer(customer), merge };
    },

    async unlink(customerId, { namespace, externalId }, actorId) {
      const customer = await records.transaction(async (session) => {
        const target = await records.existing(session, customerId);
        const { deletedCount } = await identities.deleteOne(
          { _id: keyOf({ namespace, externalId }), customerId },
          { session },
        );
        if (deletedCount === 0)
          throw new ProblemError('NOT_FOUND', 'The customer has no such identity.');
        const after = await records.change(session, customerId, (before) => ({
          ...before,
          identities: before.identities.filter(
            (one) => one.namespace !== namespace || one.externalId !== externalId,
          ),
        }));
        await audit.insert(
          {
            actorId,
            action: 'customer.unlink',
            target: customerId,
            before: target.identities,
            after: after.identities,
          },
          session,
        );
        return after;
      });
      cache.release({ namespace, externalId });
      cache.remember(customer);
      return toCustomer(customer);
    },

    async merge({ mergedId, survivorId, actorId, requestId }) {
      if (mergedId === survivorId)
        throw new ProblemError('CONFLICT', 'A customer cannot be merged into itself.');
      const { merged, survivor } = await records.transaction(async (session) => {
        const before = {
          merged: await records.existing(session, mergedId),
          survivor: await records.existing(session, survivorId),
        };
        if (before.merged.mergedInto === survivorId) return before;
        refuseErased(before.merged, before.survivor);
        const gone = Object.values(before).find(({ mergedInto }) => mergedInto !== null);
        if (gone)
          throw new ProblemError('CONFLICT', `${gone._id} was merged into ${gone.mergedInto}.`);
        refuseWhileMerging(Object.values(before), now());
        const after = mergedDocuments(before.merged, before.survivor, {
          at: now().toISOString(),
          requestId,
        });
        await customers.replaceOne({ _id: mergedId }, after.merged, { session });
        await customers.replaceOne({ _id: survivorId }, after.survivor, { session });
        await identities.updateMany(
          { customerId: mergedId },
          { $set: { customerId: survivorId } },
          { session },
        );
        const shown = { merged: toCustomer(before.merged), survivor: toCustomer(before.survivor) };
        await audit.insert(
          {
            actorId,
            action: 'customer.merge',
            target: mergedId,
            before: shown,
            after: toCustomer(after.survivor),
          },
          session,
        );
        return after;
      });
      cache.remember(merged);
      cache.remember(survivor);
      const { homes, requestId: first } = merged.merge ?? {
        homes: { merged: mergedId, survivor: survivorId },
        requestId,
      };
      const { _id: id, name, anonymous } = survivor;
      return {
        survivor: { id, name, anonymous },
        homes,
        settled: first !== requestId && survivor.liveIn !== homes.merged,
      };
    },
  };

  /**
   * Two merges about one customer follow each other: the second would be told where the conversations lived in the middle of the
   * first, and one of three open ones would be joined by neither.
   */
  function refuseWhileMerging(parties: readonly CustomerDocument[], at: Date): void {
    const since = new Date(at.getTime() - MERGE_PATIENCE_MS).toISOString();
    const busy = parties.find(({ merging }) => merging && merging.since > since);
    if (busy)
      throw new ProblemError(
        'UNAVAILABLE',
        `${busy.merging?.mergedId} is being merged into ${busy._id}; try again.`,
      );
  }

  async function soleAnonymousOwner(session: ClientSession, ownerId: string): Promise<string> {
    const owner = await records.existing(session, ownerId);
    if (owner.anonymous && owner.identities.length === 1) return owner._id;
    throw new ProblemError(
      'CONFLICT',
      `The identity belongs to ${owner._id}: merge the two customers.`,
    );
  }
}
