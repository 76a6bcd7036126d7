import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import type { Context, MiddlewareHandler } from 'hono';
import { parseAccept } from 'hono/utils/accept';
import type { AppEnv } from '../context';

/** Fewer bytes than this travel in one packet anyway. */
const SMALL_BYTES = 1024;
/** Compressed texts that are kept: the pages' files, and the widget of each of some dozens of channels. */
const KEPT = 128;
/** Higher ones gain 2 % of size for ten times the work. */
const BROTLI_QUALITY = 6;
const GZIP_LEVEL = 9;

type Coding = 'br' | 'gzip' | 'identity';
/** The first counts where a client likes several as much. */
const CODINGS: readonly Coding[] = ['br', 'gzip', 'identity'];

const shortened = { br: promisify(brotliCompress), gzip: promisify(gzip) };

/**
 * For texts that are the same for everyone, such as pages and scripts: compressed as the client asks by `Accept-Encoding`, once per
 * content, and 304 to a client that has it. Not for answers of the API: what one person may read and what another has written stand
 * side by side there, and the length of both together, compressed, tells of the one to who chooses the other (BREACH). Not for streams
 * either: they are read to their end.
 */
export function publicText(): MiddlewareHandler<AppEnv> {
  const kept = new Map<string, Promise<Buffer>>();

  /** Once per content, also when many ask at once. */
  function compressed(coding: 'br' | 'gzip', digest: string, text: Buffer): Promise<Buffer> {
    const key = `${coding} ${digest}`;
    const known = kept.get(key);
    if (known) return known;
    const made = coding === 'br' ? shortened.br(text, brotli(text)) : shortened.gzip(text, GZIP);
    const [oldest] = kept.keys();
    if (kept.size >= KEPT && oldest !== undefined) kept.delete(oldest);
    kept.set(key, made);
    return made;
  }

  return async function sendPublicText(c, next) {
    await next();
    if (c.res.status !== 200) return;
    c.res.headers.append('vary', 'Accept-Encoding');
    const text = Buffer.from(await c.res.arrayBuffer());
    const coding = text.byteLength < SMALL_BYTES ? 'identity' : codingFor(c);
    const digest = createHash('sha256').update(text).digest('base64url').slice(0, 22);
    // Bytes differ by coding, and so do their tags.
    const tag = `"${digest}-${coding}"`;
    const { headers } = c.res;
    headers.set('etag', tag);
    if (isKnown(tag, c.req.header('if-none-match'))) {
      // What a cache holds takes these headers on: a page keeps its policy.
      c.res = new Response(null, { status: 304, headers });
      c.res.headers.delete('content-type');
      return;
    }
    if (coding !== 'identity') headers.set('content-encoding', coding);
    const body = coding === 'identity' ? text : await compressed(coding, digest, text);
    c.res = new Response(new Uint8Array(body), { headers });
  };
}

const GZIP = { level: GZIP_LEVEL };
const brotli = ({ byteLength }: Buffer) => ({
  params: {
    [constants.BROTLI_PARAM_MODE]: constants.BROTLI_MODE_TEXT,
    [constants.BROTLI_PARAM_QUALITY]: BROTLI_QUALITY,
    [constants.BROTLI_PARAM_SIZE_HINT]: byteLength,
  },
});

/** What the client likes best of what there is (RFC 9110, 12.5.3); as it is where it says nothing. */
function codingFor(c: Context<AppEnv>): Coding {
  const told = parseAccept(c.req.header('accept-encoding') ?? '');
  const quality = (name: string) => told.find(({ type }) => type.toLowerCase() === name)?.q;
  const liking = (coding: Coding) =>
    quality(coding) ?? (coding === 'identity' ? 0 : (quality('*') ?? 0));
  let best: Coding = 'identity';
  for (const coding of [...CODINGS].reverse()) if (liking(coding) >= liking(best)) best = coding;
  return liking(best) > 0 ? best : 'identity';
}

/** Whether `If-None-Match` names it; compared weakly, as it says (RFC 9110, 13.1.2). */
function isKnown(tag: string, asked: string | undefined): boolean {
  return (asked?.trim() === '*' || asked?.match(/"[^"]*"/g)?.includes(tag)) ?? false;
}
