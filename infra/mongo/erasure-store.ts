import type { Db } from 'mongodb';
import { closingWorkflowId, workflowsNamedAfter } from '../../domain/ids';
import type { MediaStore } from '../stores';
import type { ErasureStore } from '../stores/privacy';
import {
  auditOf,
  type CustomerDocument,
  conversationsOf,
  customersOf,
  idempotencyOf,
  identitiesOf,
  mediaOf,
  ticketsOf,
} from './collections';
import { createConversationBlanking } from './conversation-blanking';
import { indexed } from './customer-document';
import { recipientKey, watermarksOf } from './send-documents';
import { forgetUnread } from './unparsed-store';

/** Customers looked up in one query. */
const STEP = 500;
/** Merges that are followed one after the other; a longer chain is a fault of ours. */
const MERGE_HOPS = 20;

/** How channels know somebody. */
interface Address {
  readonly channelId: string;
  readonly externalId: string;
}

export function createErasureStore(
  db: Db,
  removes: Pick<MediaStore, 'remove'>,
  now: () => Date,
): ErasureStore {
  const audit = auditOf(db);
  const conversations = conversationsOf(db);
  const customers = customersOf(db);
  const identities = identitiesOf(db);
  const media = mediaOf(db);
  const { blank, settle, closeOrphan } = createConversationBlanking(db, removes, now);

  async function everyIdOf(customerId: string): Promise<string[]> {
    const customer = await personOf(customerId);
    // The survivor first: where it is erased and another is not yet, the way to it is still there.
    return [...new Set([...(customer ? [customer._id, ...customer.absorbed] : []), customerId])];
  }

  /** The customer, or whoever they were merged into while it was being asked for. */
  async function personOf(customerId: string): Promise<CustomerDocument | null> {
    let person = await customers.findOne({ _id: customerId });
    for (let hop = 0; person?.mergedInto && hop < MERGE_HOPS; hop += 1) {
      const survivor: CustomerDocument | null = await customers.findOne({ _id: person.mergedInto });
      // What is left of somebody who was erased on their own is nobody else's.
      if (!survivor || (person.erasedAt && !survivor.erasedAt)) break;
      person = survivor;
    }
    return person;
  }

  /** Everywhere that they wrote from, and where they may be written to. */
  async function whereaboutsOf(ids: readonly string[]) {
    const names: string[] = [];
    const addresses: Address[] = [];
    const theirs = { customerId: { $in: [...ids] } };
    for await (const { _id, channelId } of identities.find(theirs)) {
      names.push(_id.externalId);
      if (channelId !== null) addresses.push({ channelId, externalId: _id.externalId });
    }
    for await (const { phones, emails } of customers.find({ _id: { $in: [...ids] } }))
      names.push(...phones, ...emails);
    const sessions = conversations.find(theirs, {
      projection: { 'projection.conversation.channelSessions': 1 },
      hint: 'customer',
    });
    for await (const { projection } of sessions)
      for (const { channelId, customerIdentifier } of projection.conversation.channelSessions) {
        if (customerIdentifier === '') continue; // blanked already
        names.push(customerIdentifier);
        addresses.push({ channelId, externalId: customerIdentifier });
      }
    return { names, addresses };
  }

  /** Their streams' tickets: there are few, since each is good for seconds. */
  async function forgetTickets(ids: readonly string[]): Promise<void> {
    const tickets = ticketsOf(db);
    const all = tickets.find({ expiresAt: { $gte: new Date(0) } }).hint('ttl');
    for await (const { _id, principal } of all)
      if (ids.some((id) => principal.includes(`"subject":"${id}"`)))
        await tickets.deleteOne({ _id });
  }

  return {
    everyIdOf,
    blankConversation: blank,
    settleConversation: settle,
    closeOrphan,

    async forgetCustomer(customerId) {
      const ids = await everyIdOf(customerId);
      const since = now();
      const { names, addresses } = await whereaboutsOf(ids);
      const channelIds = [...new Set(addresses.map(({ channelId }) => channelId))];
      await forgetUnread(db, { names, channelIds });
      const keys = addresses.map((one) => recipientKey(one.channelId, one.externalId));
      await watermarksOf(db).deleteMany({ _id: { $in: keys } });
      await identities.deleteMany({ customerId: { $in: ids } });
      // From here on whoever writes is somebody new; what they wrote meanwhile goes as well.
      await forgetUnread(db, { names, channelIds, since });
      const at = now().toISOString();
      for (const _id of ids) {
        const before = await customers.findOne({ _id });
        if (!before) continue;
        const tombstone = {
          name: null,
          attributes: {},
          mergedAttributes: {},
          labels: [],
          identities: [],
          vouched: { phone: null, email: null },
          erasedAt: before.erasedAt ?? at,
          updatedAt: at,
        };
        await customers.replaceOne({ _id }, indexed({ ...before, ...tombstone }));
      }
    },

    async conversations(customerId, after, limit) {
      const ids = await everyIdOf(customerId);
      const found = await conversations
        .find({ customerId: { $in: ids }, ...(after === null ? {} : { _id: { $gt: after } }) })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, live, projection, erasedAt }) => ({
        id: _id,
        workflowIds: [projection.conversation.workflowId, closingWorkflowId(_id)],
        closed: !live,
        erased: erasedAt !== undefined,
      }));
    },

    async workflowsOf(customerId) {
      const ids = await everyIdOf(customerId);
      const held = new Set(ids.flatMap(workflowsNamedAfter));
      const theirs = conversations.find(
        { customerId: { $in: ids } },
        { projection: { 'projection.conversation.workflowId': 1 }, hint: 'customer' },
      );
      for await (const { _id, projection } of theirs)
        held.add(projection.conversation.workflowId).add(closingWorkflowId(_id));
      return [...held];
    },

    async uploads(customerId) {
      const owners = await everyIdOf(customerId);
      const uploaded = await media
        .find({ 'owner.subject': { $in: owners } }, { projection: { owner: 1 } })
        .toArray();
      return uploaded.flatMap((medium) =>
        'owner' in medium && medium.owner['role'] === 'customer' ? [medium._id] : [],
      );
    },

    async isErased(customerId) {
      return (await personOf(customerId))?.erasedAt !== undefined;
    },

    async blankTraces(customerId) {
      const ids = await everyIdOf(customerId);
      const uploads = await media
        .find({ 'owner.subject': { $in: ids } }, { projection: { _id: 1 } })
        .toArray();
      for (const { _id } of uploads) await removes.remove(_id);
      await forgetTickets(ids);
      const targets = ids.flatMap((id) => [id, `customers/${id}`]);
      await idempotencyOf(db).deleteMany({ customerIds: { $in: ids } });
      await audit.updateMany({ target: { $in: targets } }, { $unset: { before: '', after: '' } });
    },

    async *erased() {
      const cursor = customers
        .find({ erasedAt: { $gt: '' } }, { projection: { erasedAt: 1 } })
        .hint('erased');
      for await (const { _id, erasedAt } of cursor)
        yield { customerId: _id, at: erasedAt ?? now().toISOString() };
    },

    async whoIsBack(ids) {
      const back = new Set<string>();
      for (let from = 0; from < ids.length; from += STEP) {
        const step = ids.slice(from, from + STEP);
        const whole = { _id: { $in: step }, erasedAt: { $exists: false } };
        for await (const { _id } of customers.find(whole, { projection: { _id: 1 } }))
          back.add(_id);
        const readable = { customerId: { $in: step }, erasedAt: { $exists: false } };
        for await (const { customerId } of conversations
          .find(readable, { projection: { customerId: 1 } })
          .hint('customer'))
          back.add(customerId);
      }
      return [...back];
    },
  };
}
