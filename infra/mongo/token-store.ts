import type { Db } from 'mongodb';
import { BoundedCache } from '../bounded-cache';
import type { TokenRecord, TokenStore } from '../stores';
import { type TokenDocument, tokensOf } from './collections';
import { isUnavailable } from './unavailable';

/** Milliseconds for which a token is believed without asking: revocation elsewhere comes by the change stream, at the latest then. */
const FRESH_MS = 10_000;
const CACHE_LIMIT = 10_000;

export interface TokenStoreInside extends TokenStore {
  /** Another process changed a token. Null: any may have changed. */
  forget(id: string | null): void;
}

/** Tokens of staff, connectors and bots, stored as hashes. While MongoDB is down those that were seen before are believed. */
export function createTokenStore(db: Db, now: () => Date): TokenStoreInside {
  const tokens = tokensOf(db);
  const seen = new BoundedCache<string, { readonly record: TokenRecord; readonly at: number }>(
    CACHE_LIMIT,
  );
  const hashes = new BoundedCache<string, string>(CACHE_LIMIT);

  function forget(id: string | null): void {
    const hash = id === null ? undefined : hashes.get(id);
    if (id === null) seen.clear();
    if (hash !== undefined) seen.delete(hash);
  }

  return {
    forget,

    async insert({ id, hash, ...record }) {
      await tokens.insertOne({ _id: id, hash, createdAt: now().toISOString(), ...record });
    },

    async find(hash) {
      const known = seen.get(hash);
      if (known && now().getTime() - known.at < FRESH_MS) return known.record;
      try {
        const document = await tokens.findOne({ hash });
        seen.delete(hash);
        if (!document) return null;
        const record = toRecord(document);
        seen.set(hash, { record, at: now().getTime() });
        hashes.set(record.id, hash);
        return record;
      } catch (error) {
        if (known && isUnavailable(error)) return known.record;
        throw error;
      }
    },

    async revoke(id) {
      const { modifiedCount } = await tokens.updateOne(
        { _id: id, revokedAt: null },
        { $set: { revokedAt: now().toISOString() } },
      );
      forget(id);
      return modifiedCount === 1;
    },

    async revokeOf(subject, roles) {
      if (roles.length === 0) return;
      await tokens.updateMany(
        { subject, role: { $in: [...roles] }, revokedAt: null },
        { $set: { revokedAt: now().toISOString() } },
      );
      forget(null);
    },
  };
}

function toRecord({
  _id: id,
  role,
  subject,
  channelIds,
  expiresAt,
  revokedAt,
}: TokenDocument): TokenRecord {
  return { id, role, subject, channelIds, expiresAt, revokedAt };
}
