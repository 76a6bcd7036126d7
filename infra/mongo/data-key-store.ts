import { randomBytes } from 'node:crypto';
import type { Db } from 'mongodb';
import { BoundedCache } from '../bounded-cache';
import type { DataKey, DataKeys } from '../payload-codec';
import type { SecretBox } from '../secret-box';
import { type DataKeyDocument, dataKeysOf } from './collections';
import { isDuplicateKey } from './unavailable';

const KEY_BYTES = 32;
/** Keys kept in memory: conversations whose key is here go on while MongoDB is down. */
const CACHE_LIMIT = 50_000;

export interface DataKeyStore extends DataKeys {
  /** Another process destroyed this key; null: it is not known which. */
  forget(id: string | null): void;
}

/** Keys of payloads, sealed with `PARLEY_SECRET`. */
export function createDataKeyStore(db: Db, box: SecretBox, now: () => Date): DataKeyStore {
  const dataKeys = dataKeysOf(db);
  const byScope = new BoundedCache<string, DataKey>(CACHE_LIMIT);
  const byId = new BoundedCache<string, DataKey & { readonly scope: string }>(CACHE_LIMIT);

  function remember({ _id: id, scope, sealed }: DataKeyDocument): DataKey {
    const key = { id, key: Buffer.from(box.open(sealed, contextOf(id)), 'base64') };
    byScope.set(scope, key);
    byId.set(id, { ...key, scope });
    return key;
  }

  async function make(scope: string): Promise<DataKeyDocument> {
    const _id = `key_${randomBytes(12).toString('hex')}`;
    const sealed = box.seal(randomBytes(KEY_BYTES).toString('base64'), contextOf(_id));
    const document = { _id, scope, sealed, createdAt: now().toISOString() };
    await dataKeys.insertOne(document);
    return document;
  }

  return {
    async of(scope) {
      const known = byScope.get(scope);
      if (known) return known;
      const found = await dataKeys.findOne({ scope });
      if (found) return remember(found);
      try {
        return remember(await make(scope));
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
        return this.of(scope); // another process was sooner
      }
    },

    async find(id) {
      const known = byId.get(id);
      if (known) return known;
      const found = await dataKeys.findOne({ _id: id });
      return found && remember(found);
    },

    async left(ids, without) {
      const others = { _id: { $in: [...ids] }, scope: { $nin: [...without] } };
      const found = dataKeys.find(others, { projection: { _id: 1 }, hint: '_id_' });
      return (await found.toArray()).map(({ _id }) => _id);
    },

    async destroy(scopes) {
      const gone = await dataKeys.find({ scope: { $in: [...scopes] } }).toArray();
      await dataKeys.deleteMany({ scope: { $in: [...scopes] } });
      for (const { _id, scope } of gone) {
        byScope.delete(scope);
        byId.delete(_id);
      }
    },

    forget(id) {
      const key = id === null ? undefined : byId.get(id);
      if (key) byScope.delete(key.scope);
      if (id !== null) byId.delete(id);
      else for (const cache of [byScope, byId]) cache.clear();
    },
  };
}

/** A sealed key opens as that key only. */
function contextOf(id: string): string {
  return `data-key\n${id}`;
}
