import { useSyncExternalStore } from 'react';
import { prefer, preference } from '../shared/session';

/** How far this person has read, by conversation; shared by the tabs of one browser. Bounded: the oldest mark goes first. */
const NAME = 'seen';
const MARKS_LIMIT = 500;
const listeners = new Set<() => void>();
let marks = preference<Readonly<Record<string, number>>>(NAME, {});

export function markSeen(conversationId: string, seq: number): void {
  if ((marks[conversationId] ?? 0) >= seq) return;
  const { [conversationId]: _old, ...others } = marks;
  marks = Object.fromEntries(
    [...Object.entries(others), [conversationId, seq] as const].slice(-MARKS_LIMIT),
  );
  prefer(NAME, marks);
  tell();
}

export function useSeen(conversationId: string): number {
  return useSyncExternalStore(subscribe, () => marks[conversationId] ?? 0);
}

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
function tell(): void {
  for (const listener of listeners) listener();
}
// The other tab has read on.
addEventListener('storage', () => {
  marks = preference(NAME, {});
  tell();
});
