import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';
import type { IdempotencyStore } from '../stores';
import { idempotencyOf } from './collections';
import { isDuplicateKey } from './unavailable';

/** Milliseconds after which a request that never answered is taken for lost with its process, so that a repeat may go on. */
const LOST_AFTER_MS = 60_000;

/** Answers of `POST`s by `Idempotency-Key`, kept for 24 hours. */
export function createIdempotencyStore(db: Db, now: () => Date): IdempotencyStore {
  const idempotency = idempotencyOf(db);
  return {
    async begin(scope, key, bodyHash) {
      const _id = keyOf(scope, key);
      const at = now();
      try {
        await idempotency.insertOne({ _id, bodyHash, answer: null, begunAt: at, createdAt: at });
        return { state: 'fresh' };
      } catch (error) {
        if (!isDuplicateKey(error)) throw error;
      }
      const known = await idempotency.findOne({ _id });
      if (!known) return { state: 'pending' }; // freed in between: the caller looks again
      if (known.bodyHash !== bodyHash) return { state: 'mismatch' };
      if (known.answer) return { state: 'done', ...known.answer };
      const lost = { _id, answer: null, begunAt: { $lt: new Date(at.getTime() - LOST_AFTER_MS) } };
      const { modifiedCount } = await idempotency.updateOne(lost, { $set: { begunAt: at } });
      return { state: modifiedCount === 1 ? 'fresh' : 'pending' };
    },

    async complete(scope, key, answer, about) {
      const customerIds = about.length > 0 ? { customerIds: about } : {};
      await idempotency.updateOne({ _id: keyOf(scope, key) }, { $set: { answer, ...customerIds } });
    },

    async abandon(scope, key) {
      await idempotency.deleteOne({ _id: keyOf(scope, key), answer: null });
    },
  };
}

function keyOf(scope: string, key: string): string {
  return createHash('sha256').update(`${scope}\0${key}`).digest('base64url');
}
