import { useSyncExternalStore } from 'react';
import type { StreamState } from './stream';

/** `stale`: what is shown could not be read anew. */
export type LineState = StreamState | 'stale';

const WORST: readonly LineState[] = ['online', 'connecting', 'stale', 'reconnecting', 'offline'];
const states = new Map<string, LineState>();
const listeners = new Set<() => void>();

/** How one stream or reading stands; null when it is not wanted any more, and of a reading that has come. */
export function reportLine(name: string, state: LineState | null): void {
  if (state === null) {
    if (!states.delete(name)) return;
  } else states.set(name, state);
  for (const listener of listeners) listener();
}

function worst(): LineState {
  return [...states.values()].reduce<LineState>(
    (a, b) => (WORST.indexOf(b) > WORST.indexOf(a) ? b : a),
    'online',
  );
}

/** How the page stands with the server: as the worst of its streams and readings does. */
export function useLine(): LineState {
  return useSyncExternalStore(subscribe, worst);
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
