import type { Filter } from 'mongodb';
import type { Channel } from '../../domain/channel/schema';
import { identityOf } from '../../domain/customer/identity';
import { ID_PREFIXES } from '../../domain/ids';
import { randomId } from '../random-id';
import type { CustomerStore } from '../stores';
import type { AuditTrail } from './audit-log';
import type { Mongo } from './client';
import { type CustomerDocument, customersOf, identitiesOf } from './collections';
import type { CustomerCache } from './customer-cache';
import { newCustomer, toCustomer, vouchedBy } from './customer-document';
import { createIdentification, keyOf } from './customer-identification';
import { createCustomerLinks } from './customer-links';
import { createCustomerRecords } from './customer-records';
import { decodeCursor, encodeCursor, olderThan, pageOf } from './page';

/** A search that takes longer is given up. */
const SEARCH_MS = 3000;
/** Customers looked at for one identifier that several channels may know. */
const OWNERS_LIMIT = 200;

export interface CustomerDeps {
  readonly cache: CustomerCache;
  readonly audit: AuditTrail;
  readonly channelOf: (
    channelId: string,
  ) => Pick<Channel, 'channelType' | 'serviceIdentifier'> | null;
  readonly now: () => Date;
}
type SearchFilter = Parameters<CustomerStore['search']>[0];

/** Customers and their identities (domain.md section 10). */
export function createCustomerStore(
  mongo: Mongo,
  { cache, audit, channelOf, now }: CustomerDeps,
): CustomerStore {
  const customers = customersOf(mongo.db);
  const identities = identitiesOf(mongo.db);
  const records = createCustomerRecords(mongo, now);

  return {
    identify: createIdentification(mongo.db, { records, cache, now }),
    ...createCustomerLinks(mongo.db, { records, cache, audit, now }),

    async get(id) {
      const document = await customers.findOne({ _id: id });
      return document && toCustomer(document);
    },

    async resolve(id) {
      const known = await cache.followed(id);
      const document = known ? await customers.findOne({ _id: known.id }) : null;
      return document && toCustomer(document);
    },

    async create({ name = null, attributes = {}, labels = [] }) {
      const document = newCustomer(randomId(ID_PREFIXES.customer), now().toISOString(), {
        name,
        attributes,
        labels,
        anonymous: false,
        vouched: vouchedBy(attributes),
      });
      await customers.insertOne(document);
      return toCustomer(document);
    },

    async update(id, { name, labels, attributes = {} }) {
      const after = await records.transaction((session) =>
        records.change(session, id, (before) => ({
          ...before,
          name: name === undefined ? before.name : name,
          labels: labels ?? before.labels,
          attributes: withoutNulls({ ...before.attributes, ...attributes }),
          vouched: { ...before.vouched, ...ofThisEdit(vouchedBy(attributes), attributes) },
          anonymous: false,
        })),
      );
      cache.remember(after);
      return toCustomer(after);
    },

    async search(filter, { limit, cursor }) {
      const conditions = [{ mergedInto: null }, ...(await conditionsOf(filter))];
      if (cursor) {
        const [createdAt, id] = decodeCursor('customers', cursor, ['string', 'string']);
        conditions.push(olderThan('createdAt', createdAt, id));
      }
      const rows = await customers
        .find({ $and: conditions }, { maxTimeMS: SEARCH_MS })
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const cursorOf = ({ createdAt, _id }: CustomerDocument) =>
        encodeCursor('customers', [createdAt, _id]);
      return pageOf(rows, limit, toCustomer, cursorOf);
    },

    async standing(id) {
      const document = await customers.findOne({ _id: id });
      return document && cache.remember(document);
    },

    async setLiveIn(id, liveIn) {
      const document = await customers.findOneAndUpdate(
        { _id: id },
        { $set: { liveIn } },
        { returnDocument: 'after' },
      );
      if (document) cache.remember(document);
    },

    async settleMerge({ mergedId, survivorId }) {
      await customers.updateOne(
        { _id: survivorId, 'merging.mergedId': mergedId },
        { $set: { merging: null } },
      );
    },
  };

  async function conditionsOf({
    q = '',
    channelId,
    identifier,
    label,
  }: SearchFilter): Promise<Filter<CustomerDocument>[]> {
    const words = q
      .toLowerCase()
      .split(/\s+/)
      .filter((word) => word !== '');
    const conditions: Filter<CustomerDocument>[] = words.map((word) => ({
      words: { $regex: `^${escaped(word)}` },
    }));
    if (label !== undefined) conditions.push({ labels: label });
    if (identifier !== undefined)
      conditions.push({ _id: { $in: await ownersOf(channelId, identifier) } });
    else if (channelId !== undefined) conditions.push({ 'identities.channelId': channelId });
    return conditions;
  }

  async function ownersOf(channelId: string | undefined, identifier: string): Promise<string[]> {
    const channel = channelId === undefined ? null : channelOf(channelId);
    if (channelId !== undefined && !channel) return [];
    const filter = channel
      ? { _id: keyOf(identityOf(channel, identifier)) }
      : { '_id.externalId': identifier };
    const found = await identities.find(filter).limit(OWNERS_LIMIT).toArray();
    return found.map(({ customerId }) => customerId);
  }
}

function escaped(word: string): string {
  const literal = word.replaceAll(/[$()*+.?[\\\]^{|}-]/g, String.raw`\$&`);
  return literal.replaceAll('\0', String.raw`\x00`); // MongoDB ends a pattern at a NUL of its own
}

function withoutNulls(attributes: Readonly<Record<string, string | null>>): Record<string, string> {
  return Object.fromEntries(
    Object.entries(attributes).filter((entry): entry is [string, string] => entry[1] !== null),
  );
}

/** Of what staff vouch for, only what this edit is about. */
function ofThisEdit(
  vouched: CustomerDocument['vouched'],
  attributes: Readonly<Record<string, unknown>>,
): Partial<CustomerDocument['vouched']> {
  return Object.fromEntries(Object.entries(vouched).filter(([key]) => key in attributes));
}
