import { ProblemError } from '../../domain/errors';

/** Bytes that may wait unsent before a reader is dropped (performance.md section 5). */
const UNSENT_MAX_BYTES = 256 * 1024;

/** How long a reader waits before it comes back to a process that was told to stop. */
const RETRY_AFTER_STOP_MS = 1000;

/** What a stream writes to. */
export interface EventSink {
  /** One event. False once the stream is closed, also because its reader was too slow: nothing was written. */
  send(event: { readonly id?: string; readonly event?: string; readonly data: string }): boolean;
  /** Resolves when the reader has taken most of what was written, or the stream has closed: a backlog must not outrun it. */
  ready(): Promise<void>;
  /** Resolves when the reader has taken all of what was written, or the stream has closed. */
  flushed(): Promise<void>;
  /** Ends the stream; the reader comes back with its last id. */
  close(): void;
  readonly closed: boolean;
}

/** We ended it, we dropped a reader who was too slow, the reader went away. */
export type StreamEnd = 'end' | 'drop' | 'gone';

export interface EventStreamOptions {
  /** Writes the stream. Called at once; what it throws ends the stream. `signal` is aborted when the stream closes. */
  readonly run: (sink: EventSink, signal: AbortSignal) => Promise<void>;
  readonly heartbeatSeconds: number;
  /** Aborted when the process stops: the reader is told to come back soon, and finds another process or the next one. */
  readonly stopping: AbortSignal;
  /** Asked at each heartbeat; false ends the stream: a revoked token must not go on reading. */
  readonly stillAllowed: () => Promise<boolean>;
  /** Called once when the stream is over. */
  readonly onClose: (how: StreamEnd) => void;
  /** What `run` threw: the answer has long begun, so it can only be told to the log. */
  readonly onError: (error: unknown) => void;
}

/**
 * A `text/event-stream` answer. The comment line at each heartbeat keeps proxies from cutting it; a reader who lets more than
 * 256 KiB wait is dropped, with a place to resume, so that memory stays bounded.
 */
export function eventStream(options: EventStreamOptions): Response {
  const encoder = new TextEncoder();
  const over = new AbortController();
  let controller: ReadableStreamDefaultController<Uint8Array>;
  let pulled: (() => void)[] = [];
  let timer: NodeJS.Timeout | undefined;

  function finish(how: StreamEnd): void {
    if (over.signal.aborted) return;
    over.abort();
    clearInterval(timer);
    options.stopping.removeEventListener('abort', goodbye);
    wakeAll();
    options.onClose(how);
    if (how === 'end') controller.close();
    // What waits for a reader who does not read is let go of, and the connection with it.
    if (how === 'drop') controller.error(new Error('the reader is too slow'));
  }
  function goodbye(): void {
    write(`retry: ${RETRY_AFTER_STOP_MS}\n\n`);
    finish('end');
  }
  function wakeAll(): void {
    const waiting = pulled;
    pulled = [];
    for (const wake of waiting) wake();
  }
  /** Until at least `room` bytes would fit without being kept waiting. */
  async function until(room: number): Promise<void> {
    while (!over.signal.aborted && (controller.desiredSize ?? 0) < room)
      await new Promise<void>((resolve) => {
        pulled.push(resolve);
      });
  }
  function write(text: string): boolean {
    if (over.signal.aborted) return false;
    const bytes = encoder.encode(text);
    controller.enqueue(bytes);
    // `desiredSize` is what still fits; below 0 the reader has fallen behind by more than is allowed.
    if ((controller.desiredSize ?? 0) < 0) {
      finish('drop');
      return false;
    }
    return true;
  }
  const sink: EventSink = {
    get closed() {
      return over.signal.aborted;
    },
    send: ({ id, event, data }) =>
      write(
        `${id === undefined ? '' : `id: ${id}\n`}${event ? `event: ${event}\n` : ''}data: ${data}\n\n`,
      ),
    ready: () => until(UNSENT_MAX_BYTES / 2),
    flushed: () => until(UNSENT_MAX_BYTES),
    close: () => finish('end'),
  };
  async function beat(): Promise<void> {
    if (!(await options.stillAllowed())) finish('end');
    else write(': heartbeat\n\n');
  }

  const stream = new ReadableStream<Uint8Array>(
    {
      start(given) {
        controller = given;
        // Headers go out with the first bytes; a client may wait for them.
        write(': connected\n\n');
        timer = setInterval(
          () => void beat().catch(() => finish('end')),
          options.heartbeatSeconds * 1000,
        );
        timer.unref();
        if (options.stopping.aborted) goodbye();
        options.stopping.addEventListener('abort', goodbye, { once: true });
        options.run(sink, over.signal).catch((error: unknown) => {
          options.onError(error);
          finish('end');
        });
      },
      pull: wakeAll,
      cancel: () => finish('gone'),
    },
    // Counted in bytes; the reader pulls whenever less than this waits.
    new ByteLengthQueuingStrategy({ highWaterMark: UNSENT_MAX_BYTES }),
  );
  return new Response(stream, { headers: HEADERS });
}

const HEADERS = {
  'content-type': 'text/event-stream; charset=utf-8',
  'cache-control': 'no-cache, no-transform',
  'x-accel-buffering': 'no',
};

/** The answer to HEAD: nobody would read the stream, so there is none. */
export function emptyStream(): Response {
  return new Response(null, { headers: HEADERS });
}

/** Counts open streams by caller. */
export interface StreamSlots {
  /** Takes a place; call the answer to give it back. Throws `RATE_LIMITED`. */
  take(caller: string): (how?: StreamEnd) => void;
}

/** Hears of every stream that opens and closes. */
export interface StreamWatch {
  opened(): void;
  /** `how` is unknown of sockets. */
  closed(how?: StreamEnd): void;
}

export function createStreamSlots(perCaller: number, watch?: StreamWatch): StreamSlots {
  const open = new Map<string, number>();
  return {
    take(caller) {
      const count = open.get(caller) ?? 0;
      if (count >= perCaller)
        throw new ProblemError('RATE_LIMITED', 'Too many open streams; close one first.');
      open.set(caller, count + 1);
      watch?.opened();
      let given = true;
      return (how) => {
        if (!given) return;
        given = false;
        watch?.closed(how);
        const left = (open.get(caller) ?? 1) - 1;
        if (left > 0) open.set(caller, left);
        else open.delete(caller);
      };
    },
  };
}
