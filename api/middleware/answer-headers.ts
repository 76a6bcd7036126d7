import type { ServerResponse } from 'node:http';
import type { Context } from 'hono';
import type { AppEnv } from '../context';

/** Name and value. */
export type Header = readonly [string, string];

/**
 * Gives an answer headers, unless it has them already; run around the rest of the chain. Where a socket waits for the answer they are
 * put there beforehand, under whatever the answer brings: to open, copy and sort the headers of each `Response` costs more than all
 * else that the frame does. Without a socket, as in tests and for a WebSocket, they go into the answer.
 */
export async function withHeaders(
  c: Context<AppEnv>,
  headers: readonly Header[],
  next: () => Promise<void>,
): Promise<void> {
  const outgoing = (c.env as { readonly outgoing?: ServerResponse } | undefined)?.outgoing;
  if (outgoing) {
    for (const [name, value] of headers) outgoing.setHeader(name, value);
    return next();
  }
  await next();
  const { headers: given } = c.res;
  for (const [name, value] of headers) if (!given.has(name)) given.set(name, value);
}
