import { once } from 'node:events';
import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';
import { WebSocketServer } from 'ws';

/** A client's frames are messages, and a message has at most this (http-api.md section 1). */
const FRAME_MAX_BYTES = 256 * 1024;

/**
 * Milliseconds that an idle connection is kept: longer than a proxy keeps its own, 60 s with most, so that none is closed under a
 * request that a proxy has just sent on it.
 */
const KEEP_ALIVE_MS = 65_000;
/** How often a server that closes looks for connections that have become idle. */
const IDLE_LOOK_MS = 50;
/**
 * Looks until a connection that has not said anything is cut once its server closes. Browsers and HTTP clients open some ahead of need;
 * to Node those are not idle, and a restart would wait for them as long as for a request. Looks and not time: between two of them a
 * process that was held up reads what has come.
 */
const SILENT_LOOKS = 5;

/** Something that answers requests, such as a Hono app. */
export interface Answering {
  fetch(request: Request, env: object): Response | Promise<Response>;
}

export interface Listening {
  readonly port: number;
  /** Takes no more, waits until what was taken is answered, and cuts what is not by `graceMs`. */
  close(graceMs: number): Promise<void>;
}

/** Serves an app on a port; rejects, naming it, when it is taken. @default port 0: any that is free */
export async function listen(
  app: Answering,
  { host, port = 0 }: { readonly host: string; readonly port?: number },
): Promise<Listening> {
  const sockets = new WebSocketServer({ noServer: true, maxPayload: FRAME_MAX_BYTES });
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
    websocket: { server: sockets },
  }) as Server; // HTTP/1.1 unless told otherwise
  server.keepAliveTimeout = KEEP_ALIVE_MS;
  const silent = silentConnections(server);
  server.listen({ host, port });
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Error(`Port ${port} on ${host} cannot be listened on.`, { cause });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      let looks = 0;
      const closing = setInterval(() => {
        server.closeIdleConnections();
        looks += 1;
        if (looks >= SILENT_LOOKS) for (const socket of silent()) socket.destroy();
      }, IDLE_LOOK_MS);
      const cut = new AbortController();
      const late = sleep(graceMs, undefined, { signal: cut.signal }).then(
        () => {
          server.closeAllConnections();
          for (const socket of sockets.clients) socket.terminate();
        },
        () => undefined,
      );
      await closed;
      clearInterval(closing);
      cut.abort();
      await late;
    },
  };
}

/** Open connections from which nothing has come yet. */
function silentConnections(server: Server): () => readonly Socket[] {
  const open = new Set<Socket>();
  server.on('connection', (socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return () => [...open].filter(({ bytesRead }) => bytesRead === 0);
}
