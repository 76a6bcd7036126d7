import { type Collection, type Db, type IndexDescription, MongoServerError } from 'mongodb';
import { REPORT_INDEXES } from './report-documents';
import { SEND_INDEXES } from './send-documents';
import { WEBHOOK_INDEXES } from './webhook-deliveries';

/** The server's code for a collection that is not there. */
const NAMESPACE_NOT_FOUND = 26;
/** The server's codes for an index of that name that is made otherwise. */
const MADE_OTHERWISE: readonly unknown[] = [85, 86];

/**
 * Makes every index, each named by the query that needs it; one that an older version made otherwise is made again. Idempotent: run
 * at each start, before anything is served.
 */
export async function ensureIndexes(db: Db): Promise<void> {
  await Promise.all(
    allIndexes().map(async ([name, indexes]) => {
      const collection = db.collection(name);
      try {
        await collection.createIndexes([...indexes]);
      } catch (error) {
        if (!(error instanceof MongoServerError) || !MADE_OTHERWISE.includes(error.code))
          throw error;
        for (const index of indexes) await remake(collection, index);
      }
    }),
  );
}

/** Indexes that a database lacks, as `collection.name`. Changes nothing. */
export async function missingIndexes(db: Db): Promise<string[]> {
  const missing = await Promise.all(
    allIndexes().map(async ([name, indexes]) => {
      const there = await db.collection(name).indexes().catch(none);
      const names = new Set(there.map((index) => index.name));
      return indexes
        .filter((index) => !names.has(index.name))
        .map((index) => `${name}.${index.name}`);
    }),
  );
  return missing.flat();
}

/** There is no such collection yet. */
function none(error: unknown): never[] {
  if (error instanceof MongoServerError && error.code === NAMESPACE_NOT_FOUND) return [];
  throw error;
}

function allIndexes() {
  return Object.entries({ ...INDEXES, ...REPORT_INDEXES, ...SEND_INDEXES, ...WEBHOOK_INDEXES });
}

async function remake(collection: Collection, index: IndexDescription): Promise<void> {
  try {
    await collection.createIndexes([index]);
  } catch (error) {
    if (!(error instanceof MongoServerError) || !MADE_OTHERWISE.includes(error.code)) throw error;
    await collection.dropIndex(index.name ?? '');
    await collection.createIndexes([index]);
  }
}

/** Any string. Not `$type`: a query for equality is known to fit a comparison, and would scan the collection beside the other. */
const text = { $gt: '' } as const;
const newestFirst = { createdAt: -1, _id: -1 } as const;

const INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  timeline: [
    { name: 'conversation', key: { conversationId: 1, seq: 1 } },
    { name: 'entryId', key: { conversationId: 1, id: 1 } },
    {
      name: 'eventKey', // the dedupe of everything that was ever archived (architecture.md decision 3)
      key: { channelId: 1, eventKey: 1 },
      unique: true,
      partialFilterExpression: { eventKey: text },
    },
    {
      name: 'providerMessageId',
      key: { channelId: 1, providerMessageId: 1 },
      unique: true,
      partialFilterExpression: { channelId: text, providerMessageId: text },
    },
    {
      name: 'followUps',
      key: { 'data.messageId': 1 },
      partialFilterExpression: { 'data.messageId': text },
    },
    {
      name: 'media',
      key: { mediaIds: 1 },
      partialFilterExpression: { mediaIds: { $exists: true } },
    },
  ],
  conversations: [
    { name: 'newest', key: newestFirst },
    { name: 'state', key: { state: 1, ...newestFirst } },
    { name: 'customer', key: { customerId: 1, ...newestFirst } },
    { name: 'previous', key: { customerId: 1, closedAt: -1 } },
    { name: 'agent', key: { agentIds: 1, ...newestFirst } },
    { name: 'present', key: { presentAgentIds: 1, ...newestFirst } },
    { name: 'bot', key: { botIds: 1, ...newestFirst } },
    { name: 'channel', key: { channelIds: 1, ...newestFirst } },
    { name: 'channelType', key: { channelTypes: 1, ...newestFirst } },
    { name: 'queue', key: { queueId: 1, ...newestFirst } },
    { name: 'ringing', key: { ringingAgentIds: 1, ...newestFirst } },
    { name: 'list', key: { ...newestFirst, onList: 1 }, partialFilterExpression: { onList: true } },
    { name: 'open', key: { customerId: 1, open: 1 }, partialFilterExpression: { open: true } },
    { name: 'uses', key: { uses: 1 } },
    { name: 'retention', key: { channelIds: 1, erasedAt: 1, closedAt: 1, _id: 1 } },
    { name: 'words', key: { words: 1, ...newestFirst } },
    { name: 'live', key: newestFirst, partialFilterExpression: { live: true } },
  ],
  customers: [
    { name: 'newest', key: newestFirst },
    { name: 'phone', key: { phones: 1 } },
    { name: 'email', key: { emails: 1 } },
    { name: 'label', key: { labels: 1, ...newestFirst } },
    { name: 'words', key: { words: 1 } },
    { name: 'channel', key: { 'identities.channelId': 1, ...newestFirst } },
    { name: 'mergedInto', key: { mergedInto: 1 }, partialFilterExpression: { mergedInto: text } },
    { name: 'erased', key: { erasedAt: 1 }, partialFilterExpression: { erasedAt: text } },
  ],
  identities: [
    { name: 'customer', key: { customerId: 1 } },
    { name: 'externalId', key: { '_id.externalId': 1 } },
  ],
  tokens: [
    { name: 'hash', key: { hash: 1 }, unique: true },
    { name: 'subject', key: { subject: 1, role: 1 } },
  ],
  idempotency: [
    { name: 'ttl', key: { createdAt: 1 }, expireAfterSeconds: 86_400 },
    {
      name: 'customer',
      key: { customerIds: 1 },
      partialFilterExpression: { customerIds: { $exists: true } },
    },
  ],
  tickets: [{ name: 'ttl', key: { expiresAt: 1 }, expireAfterSeconds: 0 }],
  data_keys: [{ name: 'scope', key: { scope: 1 }, unique: true }],
  jobs: [
    {
      name: 'running',
      key: { customerId: 1, kind: 1 },
      unique: true,
      partialFilterExpression: { state: 'RUNNING' },
    },
  ],
  media: [
    { name: 'sha256', key: { sha256: 1 } },
    { name: 'owner', key: { 'owner.subject': 1 } },
  ],
  // Kept two weeks: long enough to be looked at, short enough for what strangers sent.
  unparsed: [{ name: 'ttl', key: { at: 1 }, expireAfterSeconds: 1_209_600 }],
  agent_events: [
    { name: 'agent', key: { agentId: 1, _id: 1 } },
    { name: 'ttl', key: { storedAt: 1 }, expireAfterSeconds: 86_400 },
  ],
  routing_decisions: [
    { name: 'conversation', key: { conversationId: 1, _id: 1 } },
    // `explain` is asked about what was lately; the timeline keeps who got what.
    { name: 'ttl', key: { storedAt: 1 }, expireAfterSeconds: 2_592_000 },
  ],
  presence: [{ name: 'ttl', key: { expiresAt: 1 }, expireAfterSeconds: 86_400 }],
  audit: [
    { name: 'newest', key: { at: -1, _id: -1 } },
    { name: 'actor', key: { 'actor.id': 1, at: -1, _id: -1 } },
    { name: 'action', key: { action: 1, at: -1, _id: -1 } },
    { name: 'target', key: { target: 1, at: -1, _id: -1 } },
  ],
  channels: [
    {
      name: 'serviceIdentifier',
      key: { 'fields.channelType': 1, 'fields.serviceIdentifier': 1 },
      unique: true,
    },
    {
      name: 'defaultOutbound',
      key: { 'fields.channelType': 1, 'fields.defaultOutbound': 1 },
      unique: true,
      partialFilterExpression: { 'fields.defaultOutbound': true },
    },
  ],
  agents: [
    {
      name: 'username',
      key: { 'fields.username': 1 },
      unique: true,
      partialFilterExpression: { 'fields.username': text },
    },
  ],
};
