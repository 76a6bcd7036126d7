import { backoffMs, pause } from '../shared/backoff';
import { ApiError, type WebchatApi } from './api';
import type { Entry } from './protocol';
import { readStream, type StreamListener } from './stream';

/** How often an open stream asks whether anybody still looks: browsers allow six connections to one server. */
const IDLE_CHECK_MS = 60_000;
/** Milliseconds until a server that has not answered for a stream is asked anew. */
const ANSWER_MS = 15_000;

export interface ConnectionDeps extends Omit<StreamListener, 'entry'> {
  readonly api: WebchatApi;
  readonly token: string;
  /** Entries in order; a reconnect may bring some again. */
  readonly entries: (entries: readonly Entry[]) => void;
  /** Everything there was has been brought. */
  readonly caughtUp: () => void;
  readonly state: (state: 'online' | 'reconnecting') => void;
  /** The token was refused: the connection has ended. */
  readonly gone: () => void;
  /** Nobody looks: the stream is given back until somebody does. */
  readonly needed: () => boolean;
  readonly signal: AbortSignal;
}

/**
 * Brings a visitor everything they may see, until `signal` aborts: fetch what is new, then listen, again and again. So a proxy that
 * holds streams back still leaves a chat, only a slower one. Never throws.
 */
export async function keepConnected(deps: ConnectionDeps): Promise<void> {
  const { api, token, signal } = deps;
  let cursor: string | null = null;

  for (let failures = 0; !signal.aborted; ) {
    try {
      await catchUp();
      deps.caughtUp();
      await listen(() => {
        failures = 0;
        deps.state('online');
      });
    } catch (error) {
      if (error instanceof ApiError && error.gone && !signal.aborted) return deps.gone();
    }
    if (signal.aborted) return;
    failures += 1;
    deps.state('reconnecting');
    await pause(deps.needed() ? backoffMs(failures) : 2 ** 30, signal);
  }

  async function catchUp(): Promise<void> {
    for (;;) {
      const page = await api.messages(token, cursor, signal);
      if (page.items.length > 0) deps.entries(page.items);
      for (const news of page.reads ?? []) deps.read(news);
      cursor = page.cursor ?? cursor;
      if (!page.nextCursor) return;
    }
  }

  async function listen(opened: () => void): Promise<void> {
    const stream = new AbortController();
    const stop = () => stream.abort();
    signal.addEventListener('abort', stop);
    const idle = setInterval(() => deps.needed() || stop(), IDLE_CHECK_MS);
    const unanswered = setTimeout(stop, ANSWER_MS);
    try {
      const answer = await api.events(token, cursor, stream.signal);
      clearTimeout(unanswered);
      opened();
      await readStream(answer, stream, {
        entry(entry, at) {
          cursor = at ?? cursor;
          deps.entries([entry]);
        },
        typing: deps.typing,
        read: deps.read,
        wait: deps.wait,
        media: deps.media,
      });
    } finally {
      clearInterval(idle);
      clearTimeout(unanswered);
      signal.removeEventListener('abort', stop);
    }
  }
}
