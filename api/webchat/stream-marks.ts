import type { ArchivedEntry, Stores } from '../../infra/stores';
import type { EventSink } from '../streams/sse';

/** Entries that the business sends: their delivery is the stream itself. */
export const OUTBOUND_TYPES: ReadonlySet<string> = new Set([
  'BOT_MESSAGE',
  'AGENT_MESSAGE',
  'SYSTEM_MESSAGE',
]);

/** Marks what was written to a visitor's live stream as delivered, once the visitor's connection has taken it. */
export interface StreamMarks {
  delivered(sink: EventSink, entry: Pick<ArchivedEntry, 'conversationId' | 'seq'>): void;
}

export function createStreamMarks(
  stores: Pick<Stores, 'deliveries'>,
  now: () => Date,
): StreamMarks {
  /** By stream: how far each conversation was written since the last mark. */
  const waiting = new WeakMap<EventSink, Map<string, number>>();

  async function mark(sink: EventSink, marks: Map<string, number>): Promise<void> {
    await sink.flushed();
    waiting.delete(sink);
    if (sink.closed) return;
    // A later mark covers what a failed one did not.
    for (const [conversationId, upToSeq] of marks)
      await stores.deliveries
        .reportStreamed({ conversationId, upToSeq, state: 'DELIVERED', at: now().toISOString() })
        .catch(() => undefined);
  }

  return {
    delivered(sink, { conversationId, seq }) {
      const known = waiting.get(sink);
      if (known) {
        known.set(conversationId, seq);
        return;
      }
      const marks = new Map([[conversationId, seq]]);
      waiting.set(sink, marks);
      void mark(sink, marks); // never rejects
    },
  };
}
