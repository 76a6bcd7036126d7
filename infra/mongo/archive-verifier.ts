import type { Collection } from 'mongodb';
import type { ArchiveHead, ArchiveVerdict } from '../stores';
import { entryKey, hashOf } from './archive-documents';
import type { TimelineDocument } from './collections';

/** How many sequence numbers a verdict lists of each kind. */
const VERDICT_LIMIT = 1000;

/**
 * Whether the archive holds exactly 1..head.seq and its chain, recomputed, ends in the head (domain.md 11.3). Reads through a cursor;
 * an erased entry's hash is taken as given. `seen` gets each entry.
 */
export async function verifyChain(
  timeline: Collection<TimelineDocument>,
  conversationId: string,
  head: ArchiveHead,
  seen: (document: TimelineDocument) => void,
): Promise<ArchiveVerdict> {
  const missing: number[] = [];
  const wrong: number[] = [];
  let previous: string | null = conversationId;
  let expected = 1;
  const skipTo = (seq: number) => {
    for (; expected < seq; expected += 1) {
      note(missing, expected);
      previous = null; // nothing to chain the next one to
    }
  };
  const entries = timeline.find({ conversationId, seq: { $lte: head.seq } }).sort({ seq: 1 });
  for await (const document of entries) {
    skipTo(document.seq);
    if (!fits(previous, document)) note(wrong, document.seq);
    seen(document);
    previous = document.hash;
    expected = document.seq + 1;
  }
  skipTo(head.seq + 1);
  if (previous !== null && previous !== head.hash) note(wrong, head.seq);
  return { ok: missing.length === 0 && wrong.length === 0, missing, wrong };
}

function fits(previous: string | null, document: TimelineDocument): boolean {
  if (document._id !== entryKey(document.conversationId, document.seq)) return false;
  if (document.erasedAt !== undefined || previous === null) return true;
  return hashOf(previous, document) === document.hash;
}

function note(list: number[], seq: number): void {
  if (list.length < VERDICT_LIMIT && list.at(-1) !== seq) list.push(seq);
}
