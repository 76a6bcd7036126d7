import { Binary, type Db } from 'mongodb';
import type { UnparsedStore } from '../stores';
import { unparsedOf } from './collections';

/** Bytes kept of one body: enough to see what it was. */
const KEPT_BYTES = 1_048_576;

/** Signed bodies that could not be read, for whoever writes connectors. They are forgotten after two weeks. */
export function createUnparsedStore(db: Db, now: () => Date): UnparsedStore {
  const unparsed = unparsedOf(db);
  return {
    async keep({ channelId, reason, raw, contentType }) {
      const kept = new Binary(raw.subarray(0, KEPT_BYTES));
      const truncated = raw.byteLength > KEPT_BYTES;
      await unparsed.insertOne({ channelId, reason, raw: kept, truncated, contentType, at: now() });
    },
  };
}
