import { useEffect, useRef } from 'react';
import type { Resource } from './resources';
import type { Draft } from './schema';

/** What has been begun of one object. */
export interface Begun {
  readonly id: string;
  readonly draft: Draft;
}

/**
 * Where somebody is in the configuration, and what they have begun and not saved, by {@link draftKey}. Kept while the board is open,
 * whatever it shows, and in memory alone: secrets may be among it.
 */
export interface Unsaved {
  place: { resource: Resource; id: string | null };
  readonly begun: Map<string, Begun>;
}

/** A draft is one of this version of the object; `id` is empty for a new one. */
export function draftKey(resource: string, id: string, version: number): string {
  return `${resource}:${id}:${version}`;
}

/** One per board. The browser asks before it lets go of what is not saved. */
export function useUnsaved(): Unsaved {
  const kept = useRef<Unsaved>({ place: { resource: 'channels', id: null }, begun: new Map() });
  useEffect(() => {
    const ask = (event: BeforeUnloadEvent) => {
      if (kept.current.begun.size > 0) event.preventDefault();
    };
    addEventListener('beforeunload', ask);
    return () => removeEventListener('beforeunload', ask);
  }, []);
  return kept.current;
}
