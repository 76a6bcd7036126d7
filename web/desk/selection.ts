import { useSyncExternalStore } from 'react';

/** The conversation that is open stands in the address, so that a reload, a link and the back button find it: `#/c/<id>`. */
export function useSelection(): string | null {
  return useSyncExternalStore(subscribe, selected);
}
export function select(conversationId: string | null): void {
  location.hash = conversationId === null ? '' : `#/c/${encodeURIComponent(conversationId)}`;
}
function selected(): string | null {
  const id = /^#\/c\/([^/]+)$/.exec(location.hash)?.[1];
  return id === undefined ? null : decodeURIComponent(id);
}
function subscribe(listener: () => void): () => void {
  addEventListener('hashchange', listener);
  return () => removeEventListener('hashchange', listener);
}
