import type { Context } from 'hono';
import type { AppEnv } from '../context';

/** The bytes that the frame has read, where later readers find them. Hono keeps a promise here; its types say otherwise. */
export function cachedBody(c: Context<AppEnv>): { arrayBuffer?: Promise<ArrayBuffer> } {
  return c.req.bodyCache as unknown as { arrayBuffer?: Promise<ArrayBuffer> };
}
