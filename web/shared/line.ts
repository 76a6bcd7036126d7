import { useSyncExternalStore } from 'react';
import type { StreamState } from './stream';

const WORST: readonly StreamState[] = ['online', 'connecting', 'reconnecting', 'offline'];
const states = new Map<string, StreamState>();
const listeners = new Set<() => void>();

/** How one stream stands; null when it is not wanted any more. */
export function reportLine(stream: string, state: StreamState | null): void {
  if (state === null) states.delete(stream);
  else states.set(stream, state);
  for (const listener of listeners) listener();
}

function worst(): StreamState {
  return [...states.values()].reduce<StreamState>(
    (a, b) => (WORST.indexOf(b) > WORST.indexOf(a) ? b : a),
    'online',
  );
}

/** How the page stands with the server: as its worst stream does. */
export function useLine(): StreamState {
  return useSyncExternalStore(subscribe, worst);
}
function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => void listeners.delete(listener);
}
