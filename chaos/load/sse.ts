import { setTimeout as sleep } from 'node:timers/promises';
import { eventsIn, type StreamEvent } from '../../scripts/event-stream';

/**
 * Reads a stream of Server-Sent Events as a browser does: it comes back with `Last-Event-ID` whenever the connection ends, until
 * `signal` is aborted. The answer to `onEvent` ends it, too, when it is `true`.
 */
export async function readStream(options: {
  readonly url: string;
  readonly token: string;
  readonly signal: AbortSignal;
  readonly onEvent: (event: StreamEvent) => boolean | undefined;
  /** Where to begin. @default at the beginning, or now, as the stream has it */
  readonly after?: string;
  readonly onConnect?: (status: number) => void;
}): Promise<void> {
  const { url, token, signal, onEvent } = options;
  let lastId = options.after ?? null;
  while (!signal.aborted) {
    try {
      const answer = await fetch(url, {
        headers: {
          authorization: `Bearer ${token}`,
          accept: 'text/event-stream',
          ...(lastId === null ? {} : { 'last-event-id': lastId }),
        },
        signal,
      });
      options.onConnect?.(answer.status);
      if (!answer.ok) await answer.body?.cancel();
      else
        for await (const event of eventsIn(piecesOf(answer, signal))) {
          if (event.id !== null) lastId = event.id;
          if (onEvent(event) === true) return;
        }
    } catch {
      // cut: that is what the faults are for
    }
    await sleep(RETRY_MS, undefined, { signal }).catch(() => undefined);
  }
}

const RETRY_MS = 250;
/** A stream that says nothing for longer than three heartbeats is dead, and nobody told us. */
const SILENT_MS = 45_000;

async function* piecesOf(answer: Response, signal: AbortSignal): AsyncGenerator<Uint8Array> {
  const reader = (answer.body as ReadableStream<Uint8Array>).getReader(); // an answer to GET has one
  const silence = setTimeout(() => void reader.cancel().catch(() => undefined), SILENT_MS).unref();
  try {
    while (!signal.aborted) {
      const piece = await reader.read();
      if (piece.done) return;
      silence.refresh();
      yield piece.value;
    }
  } finally {
    clearTimeout(silence);
    await reader.cancel().catch(() => undefined);
  }
}
