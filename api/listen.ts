import { once } from 'node:events';
import type { Server } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { createAdaptorServer } from '@hono/node-server';

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
  const server = createAdaptorServer({
    fetch: (request, env) => app.fetch(request, env),
  }) as Server; // HTTP/1.1 unless told otherwise
  server.listen({ host, port });
  await once(server, 'listening').catch((cause: unknown) => {
    throw new Error(`Port ${port} on ${host} cannot be listened on.`, { cause });
  });
  const address = server.address();
  return {
    port: typeof address === 'object' && address ? address.port : port,
    async close(graceMs) {
      const closed = new Promise<void>((resolve) => server.close(() => resolve()));
      server.closeIdleConnections();
      const cut = new AbortController();
      const late = sleep(graceMs, undefined, { signal: cut.signal }).then(
        () => server.closeAllConnections(),
        () => undefined,
      );
      await closed;
      cut.abort();
      await late;
    },
  };
}
