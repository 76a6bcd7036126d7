import { createHash } from 'node:crypto';
import { ArchiveError } from '../../domain/archive/archive-error';
import { chainText, immutableMembers } from '../../domain/archive/chain';
import type { PendingEntry } from '../../domain/conversation/model';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import { conversationRoot, ID_PREFIXES } from '../../domain/ids';
import { mediaIdsOf } from '../../domain/message/media-ids';
import type { AppendBatch, ArchiveHead } from '../stores';
import type { TimelineDocument } from './collections';

/** Key of an archived entry. */
export function entryKey(conversationId: string, seq: number): string {
  return `${conversationId}:${seq}`;
}

/** `hash` of an entry (domain.md 11.2). */
export function hashOf(previousHash: string, entry: TimelineActivity): string {
  return createHash('sha256').update(chainText(previousHash, entry)).digest('hex');
}

/** The entries as they are stored, chained to the batch's head. Throws `ArchiveConflict` when they do not follow it. */
export function chained(
  { conversationId, customerId, head, fence }: Omit<AppendBatch, 'entries' | 'projection'>,
  entries: readonly PendingEntry[],
): readonly TimelineDocument[] {
  let previous = head.hash;
  return entries.map(({ entry, channelId, eventKey }, i) => {
    if (entry.conversationId !== conversationId || entry.seq !== head.seq + 1 + i) {
      throw new ArchiveError('ArchiveConflict', conversationId, entry.seq);
    }
    const members = immutableMembers(entry);
    previous = hashOf(previous, members);
    const mediaIds = mediaIdsOf(members.body);
    return {
      _id: entryKey(conversationId, entry.seq),
      ...members,
      customerId,
      hash: previous,
      fence,
      ...(channelId ? { channelId } : {}),
      ...(channelId && eventKey ? { eventKey } : {}),
      ...(mediaIds.length > 0 ? { mediaIds } : {}),
    };
  });
}

/** Hash of the last one, the head's when there is none. */
export function lastHash(documents: readonly TimelineDocument[], head: ArchiveHead): string {
  return documents.at(-1)?.hash ?? head.hash;
}

/** Several entries may tell of one event; the first carries its key in the index. */
export function withoutRepeatedKeys(entries: readonly PendingEntry[]): readonly PendingEntry[] {
  const seen = new Set<string>();
  return entries.map((pending) => {
    const { channelId, eventKey, entry } = pending;
    if (!channelId || !eventKey) return pending;
    const key = inChannel(channelId, eventKey);
    if (!seen.has(key)) {
      seen.add(key);
      return pending;
    }
    return { entry, ...(entry.providerMessageId ? { channelId } : {}) };
  });
}

/** What must be unique about an entry in the whole archive, as one text each. */
export function uniqueKeysOf({ channelId, eventKey, entry }: PendingEntry): readonly string[] {
  if (!channelId) return [];
  const { providerMessageId } = entry;
  return [
    ...(eventKey ? [`event ${inChannel(channelId, eventKey)}`] : []),
    ...(providerMessageId ? [`message ${inChannel(channelId, providerMessageId)}`] : []),
  ];
}

/** Stands for an event that is archived elsewhere, so that its `seq` is no hole. */
export function markedRepeat({ entry }: PendingEntry, repeatOf: string): PendingEntry {
  const { conversationId, seq } = entry;
  return {
    entry: {
      ...entry,
      id: `${ID_PREFIXES.entry}${conversationRoot(conversationId)}-repeat-${seq}`,
      type: 'SYSTEM_ERROR',
      sentAt: null,
      body: null,
      data: { detail: 'This event was archived before.', repeatOf },
      replyTo: null,
      providerMessageId: null,
    },
  };
}

/** A key that is unique within its channel, as one text. */
export function inChannel(channelId: string, key: string): string {
  return `${channelId}\0${key}`;
}
