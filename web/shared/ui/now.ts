import { useSyncExternalStore } from 'react';

const listeners = new Set<() => void>();
let now = Date.now();
let timer: ReturnType<typeof setInterval> | undefined;

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  timer ??= setInterval(() => {
    now = Date.now();
    for (const each of listeners) each();
  }, 1000);
  return () => {
    listeners.delete(listener);
    if (listeners.size > 0) return;
    clearInterval(timer);
    timer = undefined;
  };
}

/** The time in ms, once a second: one clock for all that count. */
export function useNow(): number {
  return useSyncExternalStore(subscribe, () => now);
}
/** Whole seconds since `iso`; 0 where there is none. */
export function useSince(iso: string | null | undefined): number {
  const at = useNow();
  return iso ? Math.max(0, Math.floor((at - Date.parse(iso)) / 1000)) : 0;
}
/** Whole seconds until `iso`, never below 0. */
export function useUntil(iso: string | null | undefined): number {
  const at = useNow();
  return iso ? Math.max(0, Math.ceil((Date.parse(iso) - at) / 1000)) : 0;
}
