import type { ChangeStreamDocument, Db } from 'mongodb';
import { type Follower, followChanges } from './change-stream';
import type { CustomerDocument, IdentityDocument } from './collections';
import { CONFIG_COLLECTIONS } from './config-cache';
import type { ConfigStoreInside } from './config-store';
import type { CustomerCache } from './customer-cache';
import type { DataKeyStore } from './data-key-store';
import type { TokenStoreInside } from './token-store';

export interface Caches {
  readonly customers: CustomerCache;
  readonly tokens: Pick<TokenStoreInside, 'forget'>;
  readonly dataKeys: Pick<DataKeyStore, 'forget'>;
  readonly config: Pick<ConfigStoreInside, 'load' | 'reload'>;
  readonly onError: (error: unknown) => void;
}

/** Keeps what this process remembers as fresh as MongoDB's change stream, whoever changes it. */
export function followCaches(
  db: Db,
  { customers, tokens, dataKeys, config, onError }: Caches,
): Follower {
  return followChanges(db, {
    pipeline: PIPELINE,
    fullDocument: 'updateLookup', // customers change rarely, the rest is dropped
    onChange,
    onError,
    async onGap() {
      // First the part that fails while MongoDB is away: what is remembered must outlast that.
      await config.load();
      customers.forget();
      tokens.forget(null);
      dataKeys.forget(null);
    },
  });

  function onChange(change: ChangeStreamDocument): void {
    if (!('ns' in change) || !('coll' in change.ns) || !('documentKey' in change)) return;
    const { coll } = change.ns;
    const key: unknown = change.documentKey._id;
    if (coll === 'customers') {
      if ('fullDocument' in change && change.fullDocument)
        customers.renew(change.fullDocument as CustomerDocument); // the collection's own
    } else if (coll === 'identities') {
      if (change.operationType === 'delete') customers.release(key as IdentityDocument['_id']); // the same
    } else if (coll === 'tokens') tokens.forget(String(key));
    else if (coll === 'data_keys') dataKeys.forget(String(key));
    else config.reload(coll, String(key)).catch(onError);
  }
}

const PIPELINE = [
  {
    $match: {
      'ns.coll': { $in: ['customers', 'identities', 'tokens', 'data_keys', ...CONFIG_COLLECTIONS] },
      operationType: { $in: ['insert', 'update', 'replace', 'delete'] },
      // What was just made is in nobody's memory; keys are made and destroyed, never changed.
      $nor: [{ 'ns.coll': { $in: ['tokens', 'data_keys'] }, operationType: 'insert' }],
    },
  },
  {
    $set: {
      fullDocument: { $cond: [{ $eq: ['$ns.coll', 'customers'] }, '$fullDocument', '$$REMOVE'] },
    },
  },
  { $project: { ns: 1, documentKey: 1, operationType: 1, fullDocument: 1 } },
];
