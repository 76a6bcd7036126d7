import type { Db, Filter } from 'mongodb';
import type { PendingEntry } from '../../domain/conversation/model';
import { BoundedCache } from '../bounded-cache';
import type { AppendBatch, ArchiveStore } from '../stores';
import { inChannel, markedRepeat, uniqueKeysOf, withoutRepeatedKeys } from './archive-documents';
import { conversationsOf, type TimelineDocument, timelineOf } from './collections';
import { isUnavailable } from './unavailable';

/** Event keys that this process archived lately: answers of `findArchived` while MongoDB is down. */
const REMEMBERED_KEYS = 50_000;
/**
 * Milliseconds in which the last write of another conversation may still turn out to be of a lost attempt and be taken back: the
 * server gives such a workflow task out again after ten seconds.
 */
const UNSETTLED_MS = 30_000;

export interface ArchiveLookup {
  findArchived: ArchiveStore['findArchived'];
  /** The entries as they go into the index, those whose event is archived elsewhere replaced by a mark. */
  withRepeatsMarked(
    batch: Pick<AppendBatch, 'conversationId' | 'head'>,
    entries: readonly PendingEntry[],
  ): Promise<readonly PendingEntry[]>;
  /** Its events are archived now. */
  remember(conversationId: string, entries: readonly PendingEntry[]): void;
}

/** Which events the archive holds already, and where. */
export function createArchiveLookup(db: Db, now: () => Date): ArchiveLookup {
  const timeline = timelineOf(db);
  const conversations = conversationsOf(db);
  const remembered = new BoundedCache<string, string>(REMEMBERED_KEYS);

  return {
    async findArchived(keys, except) {
      if (keys.length === 0) return [];
      try {
        const found = await find(keys);
        const elsewhere = found.filter(({ conversationId }) => conversationId !== except);
        await assertSettled(elsewhere);
        return elsewhere.flatMap(({ eventKey }) => eventKey ?? []);
      } catch (error) {
        // The look-up is skipped during an outage; whatever slips through meets the unique index.
        if (!isUnavailable(error)) throw error;
        const known = ({ channelId, eventKey }: (typeof keys)[number]) => {
          const conversationId = remembered.get(inChannel(channelId, eventKey));
          return conversationId !== undefined && conversationId !== except;
        };
        return keys.filter(known).map(({ eventKey }) => eventKey);
      }
    },

    async withRepeatsMarked({ conversationId, head }, entries) {
      const keyed = withoutRepeatedKeys(entries);
      const found = await find(keyed.flatMap(alternativesOf));
      const first = found.filter(
        (document) => document.conversationId !== conversationId || document.seq <= head.seq,
      );
      await assertSettled(first.filter((document) => document.conversationId !== conversationId));
      const ids = new Map(
        first.flatMap((document) =>
          uniqueKeysOf(pendingOf(document)).map((key) => [key, document.id]),
        ),
      );
      return keyed.map((pending) => {
        const keys = uniqueKeysOf(pending);
        const repeatOf = keys.map((key) => ids.get(key)).find((id) => id !== undefined);
        if (repeatOf !== undefined) return markedRepeat(pending, repeatOf);
        for (const key of keys) ids.set(key, pending.entry.id);
        return pending;
      });
    },

    remember(conversationId, entries) {
      for (const { channelId, eventKey } of entries) {
        if (channelId && eventKey) remembered.set(inChannel(channelId, eventKey), conversationId);
      }
    },
  };

  async function find(alternatives: readonly Filter<TimelineDocument>[]): Promise<Found[]> {
    if (alternatives.length === 0) return [];
    return timeline.find({ $or: [...alternatives] }, { projection: FOUND }).toArray();
  }

  /**
   * An entry that no later write of its conversation confirmed may be a leftover, to be taken back in a moment: whoever relied on it
   * would lose the event. Throws, to be asked again, while it is that young.
   */
  async function assertSettled(found: readonly Found[]): Promise<void> {
    const young = found.filter(({ fence }) => fence > now().getTime() - UNSETTLED_MS);
    if (young.length === 0) return;
    const ids = [...new Set(young.map(({ conversationId }) => conversationId))];
    const owners = await conversations
      .find({ _id: { $in: ids } }, { projection: { confirmedSeq: 1 } })
      .toArray();
    const confirmed = new Map(owners.map(({ _id, confirmedSeq }) => [_id, confirmedSeq]));
    const open = young.find(
      ({ conversationId, seq }) => seq > (confirmed.get(conversationId) ?? 0),
    );
    if (open) throw new Error(`The last write of ${open.conversationId} is not confirmed yet`);
  }
}

type Found = Pick<
  TimelineDocument,
  'conversationId' | 'seq' | 'id' | 'fence' | 'channelId' | 'eventKey' | 'providerMessageId'
>;
const FOUND = {
  conversationId: 1,
  seq: 1,
  id: 1,
  fence: 1,
  channelId: 1,
  eventKey: 1,
  providerMessageId: 1,
};

function alternativesOf({
  channelId,
  eventKey,
  entry,
}: PendingEntry): readonly Filter<TimelineDocument>[] {
  if (!channelId) return [];
  const { providerMessageId } = entry;
  return [
    ...(eventKey ? [{ channelId, eventKey }] : []),
    ...(providerMessageId ? [{ channelId, providerMessageId }] : []),
  ];
}

function pendingOf(found: Found): PendingEntry {
  return { entry: found as TimelineDocument, channelId: found.channelId, eventKey: found.eventKey }; // for its keys alone
}
