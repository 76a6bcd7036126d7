import { setTimeout as sleep } from 'node:timers/promises';
import type { ArchivedEntry, ChangeFeed, TimelineStore } from '../../infra/stores';
import { isUnavailable } from '../ingress/outage-budget';
import { ShownEntries } from './shown-entries';
import type { EventSink } from './sse';

/** Entries read from the archive at a time. */
export const PAGE = 200;
/** Milliseconds before an archive that did not answer is asked again: the stream stays open through an outage. */
const OUTAGE_PAUSE_MS = 1000;

export interface TimelineTail {
  readonly conversationId: string;
  /** The reader has everything up to this `seq`. */
  readonly after: number;
  readonly timeline: Pick<TimelineStore, 'read'>;
  readonly feed: Pick<ChangeFeed, 'onEntries' | 'onReset'>;
  /**
   * Writes one entry; called in order of `seq`, without a hole or a repeat. Where entries of a lost attempt were written again, it goes
   * back to the first of them: the later one under a number stands.
   */
  readonly write: (entry: ArchivedEntry) => void;
}

/**
 * Follows one conversation until the stream closes: first the backlog from the archive, then live. It listens before it first reads,
 * so nothing falls between; the archive alone decides what comes next, the feed only says that something did. An entry that does not
 * follow directly, or a gap in the feed, sends it back to the archive.
 */
export async function followTimeline(
  { conversationId, after, timeline, feed, write }: TimelineTail,
  sink: EventSink,
  signal: AbortSignal,
): Promise<void> {
  let last = after;
  /** Where the next read begins, when that is before `last`. */
  let rewind = Number.POSITIVE_INFINITY;
  let stale = true;
  let reading = false;
  let wake: (() => void) | null = null;
  const refresh = () => {
    stale = true;
    wake?.();
  };
  const shown = new ShownEntries();
  const take = (entry: ArchivedEntry) => {
    last = entry.seq;
    if (shown.add(entry)) write(entry);
  };
  const stops = [
    feed.onReset(refresh),
    feed.onEntries(conversationId, (entry) => {
      const { seq, media } = entry;
      if (!stale && !reading) {
        // The feed does not know what has become of its media.
        if (seq === last + 1 && media.length === 0) return take(entry);
        if (seq <= last && !shown.differs(entry)) return;
      }
      // The archive says what stands there: a read that is under way may still see what was written again meanwhile.
      rewind = Math.min(rewind, seq - 1);
      refresh();
    }),
  ];
  signal.addEventListener('abort', () => wake?.());
  try {
    while (!signal.aborted) {
      if (stale) {
        stale = false;
        last = Math.min(last, rewind);
        rewind = Number.POSITIVE_INFINITY;
        reading = true;
        const page = await patiently(() => timeline.read(conversationId, last, PAGE));
        reading = false;
        for (const entry of page ?? []) if (entry.seq > last) take(entry);
        if (!page || page.length === PAGE) stale = true;
        await sink.ready();
      } else {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      }
    }
  } finally {
    for (const stop of stops) stop();
  }
}

/** The answer of a read; null, after a pause, while the database does not answer. */
export async function patiently<T>(read: () => Promise<T>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    await sleep(OUTAGE_PAUSE_MS);
    return null;
  }
}
