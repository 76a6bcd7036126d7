import type { Db } from 'mongodb';
import { ArchiveError } from '../../domain/archive/archive-error';
import type { PendingEntry } from '../../domain/conversation/model';
import type { AppendBatch, ArchiveStore } from '../stores';
import { chained, entryKey, lastHash, withoutRepeatedKeys } from './archive-documents';
import { createArchiveLookup } from './archive-lookup';
import { verifyChain } from './archive-verifier';
import { conversationsOf, type TimelineDocument, timelineOf } from './collections';
import { projectionUpdate } from './projection-document';
import { createReportWriter, type ReportWriterDeps } from './report-writer';
import { isDuplicateKey } from './unavailable';
import { textOf, WORDS_LIMIT, wordsOf } from './words';

/** Rounds of settling a collision with another attempt's writes. Each round ends in progress for one of the two. */
const SETTLE_ROUNDS = 10;

export interface ArchiveDeps {
  /** The archive holds other content under a confirmed sequence number: a person must look. */
  readonly alarm: (conflict: ArchiveError) => void;
  /** @default nothing is known of any queue */
  readonly serviceLevelOf?: ReportWriterDeps['serviceLevelOf'];
  /** @default the system clock */
  readonly now?: () => Date;
}

/** What became of the entries: the new head's hash, and whether something was in their way. */
interface Written {
  readonly hash: string;
  readonly contested: boolean;
}

/**
 * The archive of timelines, written exactly once and in order (domain.md section 11; the protocol and its reasons are in
 * docs/adr/0004-archive-by-local-activity.md).
 */
export function createArchiveStore(
  db: Db,
  { alarm, serviceLevelOf = () => null, now = () => new Date() }: ArchiveDeps,
): ArchiveStore {
  const timeline = timelineOf(db);
  const conversations = conversationsOf(db);
  const reports = createReportWriter(db, { serviceLevelOf });
  const { findArchived, withRepeatsMarked, remember } = createArchiveLookup(db, now);

  return {
    findArchived,

    async append(batch) {
      const { head, entries } = batch;
      const fresh = entries.filter(({ entry }) => entry.seq > head.seq);
      try {
        await repair(
          batch,
          entries.filter(({ entry }) => entry.seq <= head.seq),
        );
        const written =
          fresh.length > 0 ? await write(batch, fresh) : { hash: head.hash, contested: false };
        await reports.write(batch);
        await tidyRows(batch, written, await project(batch));
        remember(batch.conversationId, entries);
        return written.hash;
      } catch (error) {
        if (error instanceof ArchiveError && error.type === 'ArchiveConflict') alarm(error);
        throw error;
      }
    },

    async verify({ conversationId, head, fence }) {
      const above = { conversationId, seq: { $gt: head.seq } };
      const newer = await timeline.findOne(
        { ...above, fence: { $gt: fence } },
        { projection: { seq: 1 } },
      );
      if (newer) throw new ArchiveError('StaleArchiveWrite', conversationId, newer.seq);
      await removeAbove(conversationId, head.seq, fence);
      const words = new Set<string>();
      const verdict = await verifyChain(timeline, conversationId, head, (document) => {
        if (words.size < WORDS_LIMIT) for (const word of wordsOf(textOf(document))) words.add(word);
      });
      // From now on it is found by its words: see conversation-search.ts.
      await conversations.updateOne(
        { _id: conversationId },
        { $set: { words: [...words].slice(0, WORDS_LIMIT) } },
      );
      const [wrong] = verdict.wrong;
      if (wrong !== undefined) alarm(new ArchiveError('ArchiveConflict', conversationId, wrong));
      return verdict;
    },
  };

  /** One command when nothing is in the way. */
  async function write(batch: AppendBatch, entries: readonly PendingEntry[]): Promise<Written> {
    const documents = chained(batch, withoutRepeatedKeys(entries));
    if (await insert(documents)) return { hash: lastHash(documents, batch.head), contested: false };
    return { hash: await settle(batch, entries), contested: true };
  }

  /** Rows of reports go as their entries do: those of lost attempts, or ours, when a newer attempt has replaced what we wrote. */
  async function tidyRows(batch: AppendBatch, written: Written, newest: boolean): Promise<void> {
    if (written.contested) await reports.removeLeftovers(batch);
    if (newest) return;
    const { conversationId, entries, head } = batch;
    const seq = Math.max(head.seq, entries.at(-1)?.entry.seq ?? 0);
    if ((await hashAt(conversationId, seq)) !== written.hash) await reports.removeOwn(batch);
  }

  /**
   * Something is in the way: an earlier try of this very call, leftovers of a lost attempt, a newer attempt, or an event that was
   * archived before. Each is told by content and fence, never by the text of an error.
   */
  async function settle(batch: AppendBatch, entries: readonly PendingEntry[]): Promise<string> {
    const { conversationId, head, fence } = batch;
    for (let round = 0; round < SETTLE_ROUNDS; round += 1) {
      const documents = chained(batch, await withRepeatsMarked(batch, entries));
      const stored = await timeline
        .find(
          { conversationId, seq: { $gt: head.seq } },
          { projection: { seq: 1, hash: 1, fence: 1 } },
        )
        .sort({ seq: 1 })
        .toArray();
      const newer = stored.find((document) => document.fence > fence);
      if (newer) throw new ArchiveError('StaleArchiveWrite', conversationId, newer.seq);
      const same = commonLength(documents, stored);
      if (!(await claim(documents.slice(0, same), fence))) continue;
      await removeAbove(conversationId, head.seq + same, fence);
      const missing = documents.slice(same);
      if (missing.length > 0 && !(await insert(missing))) continue;
      // A lost attempt may have been in the middle of its own write: what it added behind ours goes, too.
      await removeAbove(conversationId, head.seq + documents.length, fence);
      return lastHash(documents, head);
    }
    throw new Error(
      `The archive of ${conversationId} did not settle after ${SETTLE_ROUNDS} rounds`,
    );
  }

  /** False when a unique index refused one; those before it are written. */
  async function insert(documents: readonly TimelineDocument[]): Promise<boolean> {
    try {
      await timeline.insertMany([...documents], { ordered: true });
      return true;
    } catch (error) {
      if (isDuplicateKey(error)) return false;
      throw error;
    }
  }

  /** Raises the fence of equal entries to ours, so that no older attempt replaces what we confirm. False: one of them went away. */
  async function claim(documents: readonly TimelineDocument[], fence: number): Promise<boolean> {
    if (documents.length === 0) return true;
    const ids = documents.map((document) => document._id);
    const ours = { _id: { $in: ids }, fence: { $lte: fence } };
    const { matchedCount } = await timeline.updateMany(ours, { $set: { fence } });
    return matchedCount === ids.length;
  }

  async function removeAbove(conversationId: string, seq: number, fence: number): Promise<void> {
    await timeline.deleteMany({ conversationId, seq: { $gt: seq }, fence: { $lte: fence } });
  }

  /** Entries at or below the head: absorbed when equal, written when missing, never changed. */
  async function repair(batch: AppendBatch, entries: readonly PendingEntry[]): Promise<void> {
    const { conversationId } = batch;
    for (const pending of entries) {
      const { seq } = pending.entry;
      const previous = await hashAt(conversationId, seq - 1);
      if (previous === null) throw new ArchiveError('ArchiveConflict', conversationId, seq - 1);
      const [document] = chained({ ...batch, head: { seq: seq - 1, hash: previous } }, [pending]);
      if (!document) continue;
      if ((await hashAt(conversationId, seq)) === null) await insert([document]);
      if ((await hashAt(conversationId, seq)) !== document.hash) {
        throw new ArchiveError('ArchiveConflict', conversationId, seq);
      }
    }
  }

  async function hashAt(conversationId: string, seq: number): Promise<string | null> {
    if (seq === 0) return conversationId;
    const _id = entryKey(conversationId, seq);
    return (await timeline.findOne({ _id }, { projection: { hash: 1 } }))?.hash ?? null;
  }

  /**
   * One command. A projection that is newer than ours stays: then the upsert meets it and is refused by `_id`. Answers whether ours
   * is the newest.
   */
  async function project({
    conversationId,
    customerId,
    head,
    fence,
    projection,
  }: AppendBatch): Promise<boolean> {
    const { lastSeq } = projection.conversation;
    const older = [{ fence: { $lt: fence } }, { fence, lastSeq: { $lte: lastSeq } }];
    const update = projectionUpdate(projection, { fence, customerId, confirmedSeq: head.seq });
    const put = async () => {
      try {
        await conversations.updateOne({ _id: conversationId, $or: older }, update, {
          upsert: true,
        });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false;
        throw error;
      }
    };
    // Refused: either it is newer, or another first write came in between. The second try tells.
    return (await put()) || put();
  }
}

/** How many documents are stored as they are, from the first on. */
function commonLength(
  documents: readonly TimelineDocument[],
  stored: readonly Pick<TimelineDocument, 'seq' | 'hash'>[],
): number {
  const differs = documents.findIndex(
    ({ seq, hash }, i) => stored[i]?.seq !== seq || stored[i]?.hash !== hash,
  );
  return differs === -1 ? documents.length : differs;
}
