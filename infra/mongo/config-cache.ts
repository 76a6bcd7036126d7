import type { Collection, Db } from 'mongodb';
import { CHANNEL_TYPE_MRD, type ChannelType } from '../../domain/channel/types';
import { BUILT_IN_MRDS } from '../../domain/configuration/references';
import { RESOURCE_NAMES, type ResourceName } from '../../domain/configuration/resource-names';
import type { SecretBox } from '../secret-box';
import type { StoredResource } from '../stores';
import type { ConnectorFacts } from './channel-settings';
import { openFields, sealFields } from './sealed-fields';

/** An object as it is stored: its own fields apart from ours, the values at the paths in `sealed` encrypted. */
export interface ConfigDocument {
  readonly _id: string;
  readonly sealed: readonly string[];
  readonly fields: StoredResource;
}

export interface ConfigCacheDeps {
  readonly box: SecretBox;
  /** By provider id; null when there is no such provider. */
  readonly connectorFacts: (providerId: string) => ConnectorFacts | null;
  readonly now: () => Date;
  /** A stored secret cannot be opened: its object counts as absent until it is saved anew. */
  readonly onUnreadable: (resource: ResourceName, id: string) => void;
}

/** All configuration in memory, in plain: it is small, and hot paths read it without a round trip, also during an outage. */
export interface ConfigCache {
  /** What is remembered; hot paths only. */
  of(resource: ResourceName): Map<string, StoredResource>;
  /** From MongoDB, and remembered. */
  read(resource: ResourceName, id: string): Promise<StoredResource | null>;
  collectionOf(resource: ResourceName): Collection<ConfigDocument>;
  toDocument(resource: ResourceName, object: StoredResource): ConfigDocument;
  /** MRD by channel type. */
  readonly mrdByType: Map<string, string>;
  readonly channelTypes: Collection<{ readonly _id: string; readonly mrdId: string }>;
  /** Reads everything. Throws while MongoDB is down; then what was known stays. */
  load(): Promise<void>;
  /** An object was changed, here or by another process. `collection` as in MongoDB. */
  reload(collection: string, id: string): Promise<void>;
}

const CHANNEL_TYPES = 'channel_types';
/** Collections whose changes concern this cache. */
export const CONFIG_COLLECTIONS: readonly string[] = [
  ...RESOURCE_NAMES.map(collectionName),
  CHANNEL_TYPES,
];

/** Secrets of resources other than connectors. */
const SECRETS: Readonly<Partial<Record<ResourceName, readonly string[]>>> = {
  bots: ['secret', 'apiKey', 'bearerToken'],
  'webhook-subscriptions': ['secret'],
};

export function createConfigCache(
  db: Db,
  { box, connectorFacts, now, onUnreadable }: ConfigCacheDeps,
): ConfigCache {
  const known = new Map<ResourceName, Map<string, StoredResource>>();
  const mrdByType = new Map<string, string>(Object.entries(CHANNEL_TYPE_MRD));
  const channelTypes: ConfigCache['channelTypes'] = db.collection(CHANNEL_TYPES);

  function of(resource: ResourceName): Map<string, StoredResource> {
    const objects = known.get(resource) ?? new Map<string, StoredResource>();
    known.set(resource, objects);
    return objects;
  }

  function collectionOf(resource: ResourceName): Collection<ConfigDocument> {
    return db.collection(collectionName(resource));
  }

  async function read(resource: ResourceName, id: string): Promise<StoredResource | null> {
    const document = await collectionOf(resource).findOne({ _id: id });
    const object = document && opened(resource, document);
    if (object) of(resource).set(id, object);
    else of(resource).delete(id);
    return object;
  }

  function opened(
    resource: ResourceName,
    { _id, sealed, fields }: ConfigDocument,
  ): StoredResource | null {
    try {
      return openFields(fields, sealed, box, `${resource}/${_id}`) as StoredResource; // the same members
    } catch {
      onUnreadable(resource, _id);
      return null;
    }
  }

  /** A connector's secrets are its provider's to name; all its attributes are, when nobody knows the provider. */
  function secretPaths(resource: ResourceName, object: StoredResource): readonly string[] {
    if (resource !== 'connectors') return SECRETS[resource] ?? [];
    const facts = connectorFacts(String(object['providerId']));
    const names = facts?.secretAttributes ?? Object.keys(object['attributes'] ?? {});
    return names.map((name) => `attributes.${name}`);
  }

  /** MRDs that are there from the start; one that somebody changed stays as it is. */
  async function seed(): Promise<void> {
    const at = now().toISOString();
    const common = {
      autoSync: true,
      onInterrupted: 'REQUEUE',
      version: 1,
      createdAt: at,
      updatedAt: at,
    };
    for (const mrd of BUILT_IN_MRDS) {
      const made = { sealed: [], fields: { ...common, ...mrd } };
      await collectionOf('mrds').updateOne(
        { _id: mrd.id },
        { $setOnInsert: made },
        { upsert: true },
      );
    }
  }

  return {
    of,
    read,
    collectionOf,
    mrdByType,
    channelTypes,

    toDocument(resource, object) {
      const place = `${resource}/${object.id}`;
      const { fields, sealed } = sealFields(object, secretPaths(resource, object), box, place);
      return { _id: object.id, sealed, fields: fields as StoredResource }; // the same members
    },

    async load() {
      await seed();
      await Promise.all(
        RESOURCE_NAMES.map(async (resource) => {
          const documents = await collectionOf(resource).find().toArray();
          const fresh = documents.flatMap((document) => opened(resource, document) ?? []);
          known.set(resource, new Map(fresh.map((object) => [object.id, object])));
        }),
      );
      for (const { _id, mrdId } of await channelTypes.find().toArray()) mrdByType.set(_id, mrdId);
    },

    async reload(collection, id) {
      const resource = RESOURCE_NAMES.find((name) => collectionName(name) === collection);
      if (resource) await read(resource, id);
      if (collection !== CHANNEL_TYPES) return;
      const type = await channelTypes.findOne({ _id: id });
      mrdByType.set(id, type?.mrdId ?? CHANNEL_TYPE_MRD[id as ChannelType]);
    },
  };
}

function collectionName(resource: ResourceName): string {
  return resource.replaceAll('-', '_');
}
