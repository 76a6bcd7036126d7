import type { Context, MiddlewareHandler } from 'hono';
import { ProblemError } from '../../domain/errors';
import type { AppEnv } from '../context';
import type { ApiLimits } from '../settings';
import { cachedBody } from './cached-body';
import { routePolicy } from './route-policy';

/**
 * Refuses bodies over the route's limit before they are held in memory: by their length header at once, else by counting. What
 * fits is read here, so that later readers find it. Uploads are left to their route, which counts while it stores.
 */
export function bodyLimit(
  limits: Pick<ApiLimits, 'bodyBytes' | 'webhookBytes' | 'mediaBytes'>,
): MiddlewareHandler<AppEnv> {
  return async function limitBody(c, next) {
    const kind = routePolicy(c)?.body ?? 'json';
    const max = {
      json: limits.bodyBytes,
      webhook: isMail(c.req.header('content-type')) ? limits.mediaBytes : limits.webhookBytes,
      stream: limits.mediaBytes + MULTIPART_OVERHEAD_BYTES,
    }[kind];
    if (Number(c.req.header('content-length') ?? 0) > max) throw tooLarge(max);
    if (kind !== 'stream') cachedBody(c).arrayBuffer = Promise.resolve(await readUpTo(c, max));
    await next();
  };
}

/** Boundaries and part headers around one file. */
const MULTIPART_OVERHEAD_BYTES = 64 * 1024;

/** A raw mail: a channel of another kind refuses it by its own limit (connectors.md 1.2). */
function isMail(contentType: string | undefined): boolean {
  return contentType?.split(';', 1)[0]?.trim().toLowerCase() === 'message/rfc822';
}

async function readUpTo(c: Context<AppEnv>, max: number): Promise<ArrayBuffer> {
  const framed =
    c.req.header('content-length') !== undefined && c.req.header('transfer-encoding') === undefined;
  // The server cuts the body at its length header; without one it has to be counted.
  const bytes = framed ? await c.req.raw.arrayBuffer() : await countAndRead(c.req.raw.body, max);
  if (bytes.byteLength > max) throw tooLarge(max);
  return bytes;
}

async function countAndRead(
  body: ReadableStream<Uint8Array> | null,
  max: number,
): Promise<ArrayBuffer> {
  const chunks: Uint8Array[] = [];
  let size = 0;
  if (!body) return new ArrayBuffer(0);
  const reader = body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) break;
    size += value.byteLength;
    if (size > max) {
      // Nobody waits for the end of a stream that was refused.
      void reader.cancel().catch(() => undefined);
      throw tooLarge(max);
    }
    chunks.push(value);
  }
  const whole = new Uint8Array(size);
  let at = 0;
  for (const chunk of chunks) {
    whole.set(chunk, at);
    at += chunk.byteLength;
  }
  return whole.buffer;
}

function tooLarge(max: number): ProblemError {
  return new ProblemError('PAYLOAD_TOO_LARGE', `The body may have at most ${max} bytes.`);
}
