import { Binary, type Db } from 'mongodb';
import type { UnparsedStore } from '../stores';
import { unparsedOf } from './collections';
import { createNameFinder } from './raw-names';

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

/** Whose unread requests are to go. */
export interface Unread {
  /** Identifiers, numbers and mail addresses. */
  readonly names: readonly string[];
  /** Where they wrote: what was cut off there may have named them behind the cut. */
  readonly channelIds: readonly string[];
  /** Those kept from here on. @default all */
  readonly since?: Date;
}

/** Deletes unread requests that name somebody, whoever else they name. Idempotent. */
export async function forgetUnread(db: Db, { names, channelIds, since }: Unread): Promise<void> {
  const unparsed = unparsedOf(db);
  const namesThem = createNameFinder(names);
  const found = unparsed.find({ at: { $gte: since ?? new Date(0) } }).hint('ttl');
  for await (const { _id, raw, truncated, channelId } of found)
    if ((truncated && channelIds.includes(channelId)) || namesThem(raw.buffer))
      await unparsed.deleteOne({ _id });
}
