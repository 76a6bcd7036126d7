import type { ArchivedEntry, Stores } from '../../infra/stores';
import type { EventSink } from '../streams/sse';
import { patiently } from '../streams/timeline-tail';
import { PAGE, type ShownEntry, type VisitorHistory } from './visitor-history';

/** Milliseconds: an entry's projection is written right after it. */
const SECOND_LOOK_MS = 1000;

export interface VisitorStream {
  readonly history: VisitorHistory;
  readonly feed: Pick<Stores['feed'], 'onCustomerEntries' | 'onReset'>;
  readonly write: (shown: ShownEntry) => void;
}

/**
 * Follows a visitor until the stream closes, across conversations. Like api/streams/timeline-tail.ts it listens before it reads and
 * goes back to the archive whenever something does not follow directly.
 */
export async function followVisitor(
  { history, feed, write }: VisitorStream,
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
    // A read that is under way may or may not see it: the next one will.
    if (reading || stale) {
      history.hear(entry.conversationId);
      return refresh(false);
    }
    const shown = history.offer(entry);
    if (shown === 'behind') refresh(false);
    else if (shown) write(shown);
  };
  const stops = [
    feed.onReset(() => refresh(true)),
    feed.onCustomerEntries(history.visitor.customerId, onEntry),
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
        if (lookAgain) await history.discover();
        let written = 0;
        for await (const shown of history.next(PAGE)) {
          write(shown);
          written += 1;
        }
        return written;
      });
      reading = false;
      if (count === null) unknown ||= lookAgain;
      if (count === null || count === PAGE) stale = true;
      await sink.ready();
    }
  } finally {
    clearTimeout(again);
    for (const stop of stops) stop();
  }
}
