import { type Db, MongoServerError } from 'mongodb';
import type { Channel } from '../../domain/channel/schema';
import type { ResourceName } from '../../domain/configuration/resource-names';
import { ProblemError } from '../../domain/errors';
import type { ConfigStore, StoredResource } from '../stores';
import { channelSettings } from './channel-settings';
import { type ConfigCache, type ConfigCacheDeps, createConfigCache } from './config-cache';
import { usersOf } from './config-users';
import { createDeletedObjects } from './deleted-objects';
import { decodeCursor, encodeCursor, pageOf } from './page';
import { isDuplicateKey } from './unavailable';

type Fields = Readonly<Record<string, unknown>>;

/** What other stores and the change stream need of it. */
export interface ConfigStoreInside extends ConfigStore, Pick<ConfigCache, 'load' | 'reload'> {
  knownChannel(channelId: string): Channel | null;
  knownQueue(queueId: string): StoredResource | null;
  /** All of a resource, from memory. */
  known(resource: ResourceName): readonly StoredResource[];
}

/** Configuration, answered from memory; every change goes to MongoDB first. */
export function createConfigStore(db: Db, deps: ConfigCacheDeps): ConfigStoreInside {
  const { connectorFacts, now } = deps;
  const cache = createConfigCache(db, deps);
  const { of, collectionOf, toDocument, mrdByType } = cache;
  const attributesOf = createAttributeReader(connectorFacts);
  const deleted = createDeletedObjects(db, { now, agent: (id) => of('agents').get(id) ?? null });

  async function get(resource: ResourceName, id: string): Promise<StoredResource | null> {
    // What is not known here may have been made by another process a moment ago.
    return of(resource).get(id) ?? (await cache.read(resource, id));
  }
  async function named(resource: ResourceName, id: string | null): Promise<StoredResource | null> {
    return id === null ? null : get(resource, id);
  }

  async function channel(channelId: string): ReturnType<ConfigStore['channel']> {
    const found = asChannel(await get('channels', channelId));
    const connector = found && (await get('connectors', found.connectorId));
    if (!found || !connector) return null;
    const { id, providerId, enabled } = connector;
    const configured = { id, providerId: String(providerId), enabled: enabled !== false };
    return { channel: found, connector: { ...configured, ...attributesOf(connector) } };
  }

  async function settings(channelId: string): ReturnType<ConfigStore['settings']> {
    if (!(await get('channels', channelId))) return null;
    const found = await channel(channelId);
    const facts = found && connectorFacts(found.connector.providerId);
    // A message that came in on it waits until the connector can be used again: it must not be dropped.
    if (!found || !facts)
      throw new ProblemError(
        'UNAVAILABLE',
        `The connector of channel ${channelId} cannot be used.`,
      );
    const { botId, routingMode, queueId, listId, channelType } = found.channel;
    return channelSettings({
      ...found,
      facts,
      mrdId: mrdByType.get(channelType) ?? 'chat',
      bot: await named('bots', botId),
      queue: routingMode === 'PULL' ? await named('lists', listId) : await named('queues', queueId),
    });
  }

  return {
    get,
    channel,
    settings,
    load: cache.load,
    reload: cache.reload,
    knownChannel: (channelId) => asChannel(of('channels').get(channelId) ?? null),
    knownQueue: (queueId) => of('queues').get(queueId) ?? null,
    known: (resource) => [...of(resource).values()],
    channelTypeMrd: async (channelType) => mrdByType.get(channelType) ?? 'chat',

    async list(resource, { limit, cursor }) {
      const after = cursor ? String(decodeCursor(resource, cursor, ['string'])[0]) : '';
      const rows = [...of(resource).values()]
        .filter(({ id }) => id > after)
        .sort((a, b) => (a.id < b.id ? -1 : 1));
      const cursorOf = ({ id }: StoredResource) => encodeCursor(resource, [id]);
      return pageOf(rows, limit, (row) => row, cursorOf);
    },

    async create(resource, value) {
      const at = now().toISOString();
      const stored: StoredResource = { ...value, version: 1, createdAt: at, updatedAt: at };
      await collectionOf(resource).insertOne(toDocument(resource, stored)).catch(explain);
      of(resource).set(stored.id, stored);
      return stored;
    },

    async replace(resource, id, version, value) {
      const before = await cache.read(resource, id);
      if (!before) throw missing(resource, id);
      const { createdAt } = before;
      const updatedAt = now().toISOString();
      const stored: StoredResource = { ...value, id, version: version + 1, createdAt, updatedAt };
      const { matchedCount } = await collectionOf(resource)
        .replaceOne({ _id: id, 'fields.version': version }, toDocument(resource, stored))
        .catch(explain);
      if (matchedCount === 0)
        throw new ProblemError('PRECONDITION_FAILED', `The object has version ${before.version}.`);
      of(resource).set(id, stored);
      await deleted.keep(resource, before, stored);
      return stored;
    },

    async remove(resource, id) {
      const users = await usersOf(db, cache, resource, id);
      if (users.length > 0) throw new ProblemError('CONFLICT', `In use by ${users.join(', ')}.`);
      const before = await cache.read(resource, id);
      // First: what is still there wins over its report of having gone.
      if (before) await deleted.keep(resource, before, null);
      const { deletedCount } = await collectionOf(resource).deleteOne({ _id: id });
      of(resource).delete(id);
      if (deletedCount === 0) throw missing(resource, id);
    },

    async setChannelTypeMrd(channelType, mrdId) {
      await cache.channelTypes.updateOne(
        { _id: channelType },
        { $set: { mrdId } },
        { upsert: true },
      );
      mrdByType.set(channelType, mrdId);
    },
  };
}

/**
 * A connector's attributes with its provider's defaults, each object read once: the webhook path asks per request. What the schema
 * does not take (any more) stays as it is stored, and says so.
 */
function createAttributeReader(connectorFacts: ConfigCacheDeps['connectorFacts']) {
  const known = new WeakMap<StoredResource, { cfg: Fields; valid: boolean }>();
  return (connector: StoredResource) => {
    const before = known.get(connector);
    if (before) return before;
    const stored = (connector['attributes'] ?? {}) as Fields;
    const parsed = connectorFacts(String(connector['providerId']))?.configSchema.safeParse(stored);
    const read = parsed?.success
      ? { cfg: parsed.data as Fields, valid: true }
      : { cfg: stored, valid: false };
    known.set(connector, read);
    return read;
  };
}

/** Channels were parsed by their schema when they were saved. */
function asChannel(object: StoredResource | null): Channel | null {
  return object as unknown as Channel | null;
}

function missing(resource: ResourceName, id: string): ProblemError {
  return new ProblemError('NOT_FOUND', `There is no ${id} in ${resource}.`);
}

/** Which unique index refused the write, in the caller's words. */
function explain(error: unknown): never {
  if (!isDuplicateKey(error)) throw error;
  const pattern =
    error instanceof MongoServerError ? Object.keys((error['keyPattern'] ?? {}) as Fields) : [];
  const fields = pattern.map((name) => name.replace('fields.', '')).join(' and ');
  const detail =
    fields === '_id' || fields === ''
      ? 'The id is taken.'
      : `Another object has the same ${fields}.`;
  throw new ProblemError('CONFLICT', detail, {}, { cause: error });
}
