import { setTimeout as sleep } from 'node:timers/promises';
import { upgradeWebSocket } from '@hono/node-server';
import type { Context, Next } from 'hono';
import type { WSContext, WSEvents } from 'hono/ws';
import type { AppEnv, RouteDeps } from '../context';
import { invalid } from '../errors';
import { callerKey, type Principal } from '../principal';
import type { EventSink, EventStreamOptions, StreamEnd, StreamSlots } from './sse';

/** Bytes that may wait unsent before a reader is dropped, as for event streams. */
const UNSENT_MAX_BYTES = 256 * 1024;
/** The kernel says nothing when a socket has room again: how often it is looked at, ms. */
const DRAIN_LOOK_MS = 50;
/** Close codes of RFC 6455: the process goes, the reader is too slow, the caller may no more, our fault. */
const GOING_AWAY = 1001;
const TRY_AGAIN_LATER = 1013;
const POLICY = 1008;
const INTERNAL = 1011;

/** What `ws` has beside Hono's face of it. */
interface RawSocket {
  readonly bufferedAmount: number;
  terminate(): void;
}

export interface SocketStreamOptions extends EventStreamOptions {
  /** A frame of the client. @default ignored */
  readonly onFrame?: (text: string) => void;
}

/**
 * The same stream as {@link eventStream} over a WebSocket: each event's `data` is a frame, an empty frame keeps the connection
 * alive. A client comes back by itself and says where it stands.
 */
export function socketStream(options: SocketStreamOptions): WSEvents {
  const over = new AbortController();
  let socket: WSContext | undefined;
  let timer: NodeJS.Timeout | undefined;

  const raw = () => socket?.raw as RawSocket | undefined;
  const goodbye = () => finish(GOING_AWAY);
  function finish(code: number | null): void {
    if (over.signal.aborted) return;
    over.abort();
    clearInterval(timer);
    options.stopping.removeEventListener('abort', goodbye);
    options.onClose(code === TRY_AGAIN_LATER ? 'drop' : code === null ? 'gone' : 'end');
    if (code === TRY_AGAIN_LATER) raw()?.terminate();
    else if (code !== null) socket?.close(code);
  }
  async function until(bytes: number): Promise<void> {
    while (!over.signal.aborted && (raw()?.bufferedAmount ?? 0) > bytes)
      await sleep(DRAIN_LOOK_MS, undefined, { ref: false });
  }
  const sink: EventSink = {
    get closed() {
      return over.signal.aborted;
    },
    send({ data }) {
      if (over.signal.aborted) return false;
      socket?.send(data);
      if ((raw()?.bufferedAmount ?? 0) <= UNSENT_MAX_BYTES) return true;
      finish(TRY_AGAIN_LATER);
      return false;
    },
    ready: () => until(UNSENT_MAX_BYTES / 2),
    flushed: () => until(0),
    close: () => finish(GOING_AWAY),
  };
  async function beat(): Promise<void> {
    if (await options.stillAllowed()) sink.send({ data: '' });
    else finish(POLICY);
  }

  return {
    onOpen(_event, ws) {
      socket = ws;
      timer = setInterval(
        () => void beat().catch(() => finish(INTERNAL)),
        options.heartbeatSeconds * 1000,
      );
      timer.unref();
      if (options.stopping.aborted) return goodbye();
      options.stopping.addEventListener('abort', goodbye, { once: true });
      options.run(sink, over.signal).catch((error: unknown) => {
        options.onError(error);
        finish(INTERNAL);
      });
    },
    onMessage({ data }) {
      if (typeof data === 'string' && data !== '') options.onFrame?.(data);
    },
    onClose: () => finish(null),
    onError: () => finish(null),
  };
}

export interface CallerSocket extends Pick<SocketStreamOptions, 'run' | 'onFrame'> {
  readonly principal: Principal;
  /** Of the log line when it fails. */
  readonly fields: Readonly<Record<string, unknown>>;
}

/** A socket of one caller, which has one of their places from its opening to its end. Throws `RATE_LIMITED` before the handshake. */
export function callerSocket(
  {
    slots,
    auth,
    limits,
    stopping,
    logger,
  }: Pick<RouteDeps, 'auth' | 'limits' | 'stopping' | 'logger'> & { readonly slots: StreamSlots },
  { principal, fields, run, ...rest }: CallerSocket,
): WSEvents {
  const caller = callerKey(principal);
  slots.take(caller)(); // refused here, counted from the opening on
  let release: (how?: StreamEnd) => void = () => {};
  return socketStream({
    ...rest,
    heartbeatSeconds: limits.heartbeatSeconds,
    stopping,
    stillAllowed: () => auth.stillValid(principal),
    onClose: (how) => release(how),
    onError: (err) => logger.error({ ...fields, err }, 'a stream failed'),
    async run(sink, signal) {
      release = slots.take(caller);
      await run(sink, signal);
    },
  });
}

/** The answer to a handshake. `make` comes first, so that a refusal is an ordinary answer; a request for anything else is `VALIDATION_FAILED`. */
export async function answerHandshake(
  c: Context<AppEnv>,
  next: Next,
  make: () => Promise<WSEvents>,
): Promise<never> {
  if (c.req.header('upgrade')?.toLowerCase() !== 'websocket')
    throw invalid([{ path: 'upgrade', message: 'this is a WebSocket' }]);
  const events = await make();
  return (await upgradeWebSocket(() => events)(c as never, next)) as never; // the handshake's own answer
}
