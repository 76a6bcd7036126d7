import { type Api, ApiError } from './api';
import { backoffMs, pause } from './backoff';
import { createSseParser, type SseEvent } from './sse';

/** Milliseconds without a byte after which a stream is dead: the server says something every 15 s. */
const SILENCE_MS = 40_000;

export type StreamState = 'connecting' | 'online' | 'reconnecting' | 'offline';

export interface StreamOptions {
  readonly api: Api;
  /** Path with the cursor to go on behind, asked anew at each attempt. */
  readonly path: () => string;
  readonly event: (event: SseEvent) => void;
  readonly state: (state: StreamState) => void;
  /** The stream stands: at first, and again after each loss, when what has no cursor must be read anew. */
  readonly opened: (again: boolean) => void;
  readonly signal: AbortSignal;
}

/**
 * Follows a stream of events until `signal` aborts, or until the caller may not read it any more. Each attempt takes a new ticket
 * and goes on behind the last event, so that nothing is lost; who gets an event twice must absorb it. Never throws.
 */
export async function follow(options: StreamOptions): Promise<void> {
  const { signal, state } = options;
  state('connecting');
  let again = false;
  for (let failures = 0; !signal.aborted; ) {
    try {
      await listen(options, () => {
        failures = 0;
        state('online');
        options.opened(again);
        again = true;
      });
    } catch (error) {
      if (error instanceof ApiError && error.status >= 400 && !error.passing) return;
    }
    if (signal.aborted) return;
    failures += 1;
    state(navigator.onLine ? 'reconnecting' : 'offline');
    await pause(backoffMs(failures), signal);
  }
}

async function listen({ api, path, event, signal }: StreamOptions, opened: () => void) {
  const attempt = new AbortController();
  const stop = () => attempt.abort();
  let silence = setTimeout(stop, SILENCE_MS);
  signal.addEventListener('abort', stop);
  // A line that is down is known at once, not only when the silence has lasted.
  addEventListener('offline', stop);
  try {
    const body = await api.stream(path(), attempt.signal);
    opened();
    const parse = createSseParser(event);
    const decoder = new TextDecoder();
    const reader = body.getReader();
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      clearTimeout(silence);
      silence = setTimeout(stop, SILENCE_MS);
      parse(decoder.decode(value, { stream: true }));
    }
  } finally {
    clearTimeout(silence);
    signal.removeEventListener('abort', stop);
    removeEventListener('offline', stop);
  }
}
