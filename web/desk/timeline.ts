import type { Delivery, Entry, Medium } from '../shared/model';

/** What the page knows of one conversation's timeline; pure data, changed by the functions below only. */
export interface Timeline {
  /** By `seq`, each once. */
  readonly entries: readonly Entry[];
  /** News of deliveries by message id: newer than what the entries say. */
  readonly deliveries: Readonly<Record<string, Delivery>>;
}
export const EMPTY_TIMELINE: Timeline = { entries: [], deliveries: {} };

/** Adds entries. One that is known is replaced by what is told now, so overlapping reads are harmless. */
export function append(timeline: Timeline, entries: readonly Entry[]): Timeline {
  if (entries.length === 0) return timeline;
  const last = timeline.entries.at(-1)?.seq ?? 0;
  const inOrder = entries.every(({ seq }, n) => seq > (entries[n - 1]?.seq ?? last));
  if (inOrder) return { ...timeline, entries: [...timeline.entries, ...entries] };
  const bySeq = new Map([...timeline.entries, ...entries].map((entry) => [entry.seq, entry]));
  return { ...timeline, entries: [...bySeq.values()].sort((a, b) => a.seq - b.seq) };
}

export function report(timeline: Timeline, messageId: string, delivery: Delivery): Timeline {
  return { ...timeline, deliveries: { ...timeline.deliveries, [messageId]: delivery } };
}

/** What has become of a file that is fetched from a provider. */
export function putMedium(timeline: Timeline, messageId: string, medium: Medium): Timeline {
  const entries = timeline.entries.map((entry) =>
    entry.id === messageId
      ? {
          ...entry,
          media: [...entry.media.filter(({ mediaId }) => mediaId !== medium.mediaId), medium],
        }
      : entry,
  );
  return { ...timeline, entries };
}

/** Where a stream goes on. */
export function cursorOf(timeline: Timeline | undefined): number {
  return timeline?.entries.at(-1)?.seq ?? 0;
}
