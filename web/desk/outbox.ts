import { useEffect, useMemo, useSyncExternalStore } from 'react';
import { type Api, ApiError } from '../shared/api';
import { backoffMs, pause } from '../shared/backoff';
import { store, stored } from '../shared/session';
import type { Unsent } from './unsent';

const STORAGE_KEY = 'parley.outbox';

export interface Outbox {
  readonly items: () => readonly Unsent[];
  readonly subscribe: (listener: () => void) => () => void;
  readonly add: (unsent: Omit<Unsent, 'key' | 'at' | 'messageId' | 'refusal'>) => void;
  readonly retry: (key: string) => void;
  readonly drop: (keys: readonly string[]) => void;
}

/**
 * Sends one after the other, in the order of writing, for as long as it takes: through lost answers, a line that is down and a
 * server that is away. What is refused for good stands beside, for the agent to try again or drop. Kept over a reload.
 */
export function createOutbox(api: Api, signal: AbortSignal): Outbox {
  let items: readonly Unsent[] = stored<readonly Unsent[]>(STORAGE_KEY) ?? [];
  let busy = false;
  const listeners = new Set<() => void>();

  function set(next: readonly Unsent[]): void {
    items = next;
    store(STORAGE_KEY, next.length > 0 ? next : null);
    for (const listener of listeners) listener();
    void drain();
  }
  function change(key: string, part: Partial<Unsent>): void {
    set(items.map((item) => (item.key === key ? { ...item, ...part } : item)));
  }

  async function drain(): Promise<void> {
    if (busy) return;
    busy = true;
    for (let failures = 0; !signal.aborted; ) {
      const next = items.find(({ messageId, refusal }) => messageId === null && refusal === null);
      if (!next) break;
      try {
        const messageId = await send(api, next);
        failures = 0;
        if (messageId === null) set(items.filter(({ key }) => key !== next.key));
        else change(next.key, { messageId });
      } catch (error) {
        if (error instanceof ApiError && error.passing) {
          failures += 1;
          await pause(error.retryAfterMs ?? backoffMs(failures), signal);
        } else
          change(next.key, { refusal: error instanceof Error ? error.message : String(error) });
      }
    }
    busy = false;
  }
  void drain();

  return {
    items: () => items,
    subscribe(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    add(unsent) {
      const at = new Date().toISOString();
      set([...items, { ...unsent, key: newKey(), at, messageId: null, refusal: null }]);
    },
    // A refusal may be remembered under the old key, so a new attempt is a new intent.
    retry: (key) => change(key, { refusal: null, key: newKey() }),
    drop: (keys) => set(items.filter(({ key }) => !keys.includes(key))),
  };
}

/** The new message's id; null for what has none. */
async function send(api: Api, unsent: Unsent): Promise<string | null> {
  const { conversationId, kind, body, channelSessionId, replyTo, key } = unsent;
  const path = `/v1/conversations/${encodeURIComponent(conversationId)}`;
  if (kind !== 'MESSAGE') {
    const text = body.type === 'PLAIN' ? body.text : '';
    await api.call('POST', `${path}/${kind === 'NOTE' ? 'notes' : 'whispers'}`, {
      key,
      body: { text },
    });
    return null;
  }
  const { messageId } = await api.call<{ messageId: string }>('POST', `${path}/messages`, {
    key,
    body: {
      body,
      ...(channelSessionId ? { channelSessionId } : {}),
      ...(replyTo ? { replyTo } : {}),
    },
  });
  return messageId;
}

function newKey(): string {
  // `randomUUID` exists on https and localhost only.
  return [...crypto.getRandomValues(new Uint8Array(16))]
    .map((byte) => byte.toString(16).padStart(2, '0'))
    .join('');
}

/** The outbox of this tab, for as long as somebody is signed in. */
export function useOutbox(api: Api): Outbox {
  const [outbox, abort] = useMemo(() => {
    const stop = new AbortController();
    return [createOutbox(api, stop.signal), stop] as const;
  }, [api]);
  useEffect(() => () => abort.abort(), [abort]);
  return outbox;
}

/** What of it belongs to one conversation. */
export function useUnsent(outbox: Outbox, conversationId: string): readonly Unsent[] {
  const items = useSyncExternalStore(outbox.subscribe, outbox.items);
  return useMemo(
    () => items.filter((item) => item.conversationId === conversationId),
    [items, conversationId],
  );
}
