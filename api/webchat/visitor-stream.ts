import type { MediaView } from '../../domain/message/media-state';
import type { ArchivedEntry, EntryPlace, Stores } from '../../infra/stores';
import type { ReadMark } from '../../infra/stores/read-marks';
import type { EventSink } from '../streams/sse';
import { patiently } from '../streams/timeline-tail';
import { PAGE, type ShownEntry, type VisitorHistory } from './visitor-history';

/** Milliseconds: an entry's projection is written right after it. */
const SECOND_LOOK_MS = 1000;

export interface VisitorStream {
  readonly history: VisitorHistory;
  readonly feed: Pick<Stores['feed'], 'onCustomerEntries' | 'onReset'> &
    Partial<Pick<Stores['feed'], 'onCustomerMedia' | 'onCustomerReads'>>;
  readonly write: (shown: ShownEntry) => void;
  /** A medium of an entry that was written is READY or has FAILED. */
  readonly onMedia?: (entry: EntryPlace, medium: MediaView) => void;
  /** Agents have read what the visitor wrote, up to here: told once at the beginning, then whenever they read on. */
  readonly onRead?: (mark: ReadMark) => void;
}

/** News of media that are kept while entries are read. */
const EARLY_NEWS_MAX = 200;

/**
 * Follows a visitor until the stream closes, across conversations. Like api/streams/timeline-tail.ts it listens before it reads and
 * goes back to the archive whenever something does not follow directly.
 */
export async function followVisitor(
  { history, feed, write, onMedia, onRead }: VisitorStream,
  sink: EventSink,
  signal: AbortSignal,
): Promise<void> {
  let stale = true;
  let reading = false;
  // What began between the caller's look and our listening is not known yet.
  let unknown = true;
  let wake: (() => void) | null = null;
  const refresh = (newChats: boolean) => {
    stale = true;
    unknown ||= newChats;
    wake?.();
  };
  const onEntry = (entry: ArchivedEntry) => {
    // A read that is under way may or may not see it: the next one will. What has become of its media the feed does not know.
    if (reading || stale || entry.media.length > 0) {
      history.hear(entry);
      return refresh(false);
    }

    const shown = history.offer(entry);
    if (shown === 'behind') refresh(false);
    else if (shown) write(shown);
  };
  const { customerId } = history.visitor;
  /** Came while entries were read: whoever was read before it may be shown after it. */
  let early: [EntryPlace, MediaView][] = [];
  const tellMedia = (place: EntryPlace, medium: MediaView) => {
    if (history.hasShown(place)) onMedia?.(place, medium);
    else if (reading)
      early = [...early, [place, medium] as [EntryPlace, MediaView]].slice(-EARLY_NEWS_MAX);
  };
  const tellRead = (mark: ReadMark) => {
    if (history.hearRead(mark)) onRead?.(mark);
  };
  const stops = [
    feed.onReset(() => refresh(true)),
    feed.onCustomerEntries(customerId, onEntry),
    ...(onMedia && feed.onCustomerMedia ? [feed.onCustomerMedia(customerId, tellMedia)] : []),
    ...(onRead && feed.onCustomerReads ? [feed.onCustomerReads(customerId, tellRead)] : []),
  ];
  signal.addEventListener('abort', () => wake?.());
  // A conversation whose entries came before we listened may be listed only a moment later.
  const again = setTimeout(() => refresh(true), SECOND_LOOK_MS).unref();
  try {
    while (!signal.aborted) {
      if (!stale) {
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
        continue;
      }
      stale = false;
      reading = true;
      const lookAgain: boolean = unknown;
      unknown = false;
      const count = await patiently(async () => {
        if (lookAgain) {
          await history.discover();
          await history.lookUpReads(); // also what was read before we listened
          for (const mark of history.marks) onRead?.(mark);
        }
        let written = 0;
        for await (const shown of history.next(PAGE)) {
          write(shown);
          written += 1;
        }
        return written;
      });
      reading = false;
      const news = early;
      early = [];
      for (const [place, medium] of news) tellMedia(place, medium);
      if (count === null) unknown ||= lookAgain;
      if (count === null || count === PAGE) stale = true;
      await sink.ready();
    }
  } finally {
    clearTimeout(again);
    for (const stop of stops) stop();
  }
}
