import { createServer } from 'node:net';

/** `wanted` when it can be bound on loopback, else (and for 0) any free port. Ports in `taken` are not considered. */
export async function freePort(wanted: number, taken: readonly number[] = []): Promise<number> {
  for (const candidate of [wanted, ...Array<number>(10).fill(0)]) {
    const port = taken.includes(candidate) ? undefined : await bind(candidate);
    if (port !== undefined && !taken.includes(port)) return port;
  }
  throw new Error('No free port on 127.0.0.1.');
}

function bind(port: number): Promise<number | undefined> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(undefined));
    server.listen({ port, host: '127.0.0.1', exclusive: true }, () => {
      const bound = server.address();
      server.close(() => resolve(typeof bound === 'object' && bound ? bound.port : undefined));
    });
  });
}
