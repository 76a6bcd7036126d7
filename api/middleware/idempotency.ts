import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Context, MiddlewareHandler } from 'hono';
import { ProblemError } from '../../domain/errors';
import type { IdempotencyStore } from '../../infra/stores';
import type { AppEnv } from '../context';
import { invalid } from '../errors';
import { callerKey } from '../principal';
import { cachedBody } from './cached-body';
import { routePolicy } from './route-policy';

/** Statuses that a repeat may mend: the key stays free. */
const PASSING: ReadonlySet<number> = new Set([401, 403, 408, 429]);
/** How long a repeat waits for the first answer before it is told to come back, and how often it looks. */
const PATIENCE_MS = 10_000;
/** The same where asking again changes nothing: the first may be lost with its process. */
const SELF_DEDUPING_PATIENCE_MS = 1_000;
const POLL_MS = 50;
/** Then it comes back with the same key: a first one that is lost is given up after a minute. */
const RETRY_AFTER_SECONDS = 5;
/** Answers are kept sealed: the one of `POST /v1/tokens` holds a token in plain. */
const KEPT_HEADERS = ['content-type', 'location', 'etag'] as const;

export interface IdempotencyOptions {
  readonly store: IdempotencyStore;
  /** The first seals, all open. */
  readonly secrets: readonly [string, ...string[]];
}

/**
 * Every `POST` takes an `Idempotency-Key`, scoped to its caller: the same key and request get the first answer without a second
 * effect, another request gets `IDEMPOTENCY_MISMATCH`. Repeats that overlap wait for the first. Failures a repeat may mend free the key.
 */
export function idempotency({ store, secrets }: IdempotencyOptions): MiddlewareHandler<AppEnv> {
  const keys = secrets.map((secret) =>
    Buffer.from(hkdfSync('sha256', secret, '', 'parley idempotency', 32)),
  );
  return async function answerOnce(c, next) {
    const key = c.req.method === 'POST' ? c.req.header('idempotency-key') : undefined;
    if (key === undefined) return next();
    const policy = routePolicy(c);
    if (!policy || (policy.body ?? 'json') !== 'json') return next();
    if (!/^[\x21-\x7E]{1,255}$/.test(key))
      throw invalid([
        { path: 'Idempotency-Key', message: 'must be 1 to 255 printable characters' },
      ]);
    const scope = scopeOf(c, key);
    if (scope === null) return next();
    const { selfDeduping = false } = policy;
    const bodyHash = await fingerprint(c);
    const claim = () => store.begin(scope, key, bodyHash);
    const begun = await begin(claim, selfDeduping).catch((error: unknown) => {
      if (selfDeduping && error instanceof ProblemError && error.code === 'UNAVAILABLE')
        return null;
      throw error;
    });
    if (begun === null) return next();
    if (begun.state === 'done') return replay(open(keys, begun.body), begun.status);
    await next();
    // The answer holds whether or not it could be kept; a repeat is then told that the first is still being answered.
    await settle(store, scope, key, c, keys[0] as Buffer).catch(() => undefined); // there is at least one secret
  };
}

const UUID = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;

/**
 * Whose key it is; null = nobody's, not honoured. A stranger's answer may hold the token of a new webchat session: two strangers who
 * both send `1` must not get the same one, so without a caller only keys that nobody else comes upon count.
 */
function scopeOf(c: Context<AppEnv>, key: string): string | null {
  const principal = c.get('principal');
  if (principal) return callerKey(principal);
  return UUID.test(key) ? 'anyone' : null;
}

type Begun =
  | { readonly state: 'fresh' }
  | { readonly state: 'done'; readonly status: number; readonly body: string };

async function begin(
  claim: () => ReturnType<IdempotencyStore['begin']>,
  selfDeduping: boolean,
): Promise<Begun> {
  const patience = selfDeduping ? SELF_DEDUPING_PATIENCE_MS : PATIENCE_MS;
  for (const giveUpAt = Date.now() + patience; ; await sleep(POLL_MS)) {
    const begun = await claim();
    if (begun.state === 'fresh' || begun.state === 'done') return begun as Begun;
    if (begun.state === 'mismatch')
      throw new ProblemError('IDEMPOTENCY_MISMATCH', 'This key was used for another request.');
    if (Date.now() <= giveUpAt) continue;
    if (selfDeduping) return { state: 'fresh' };
    throw new ProblemError('CONFLICT', 'The first request with this key is still being answered.', {
      retryAfterSeconds: RETRY_AFTER_SECONDS,
    });
  }
}

async function settle(
  store: IdempotencyStore,
  scope: string,
  key: string,
  c: Context<AppEnv>,
  sealingKey: Buffer,
): Promise<void> {
  const { status, headers } = c.res;
  if (status >= 500 || PASSING.has(status)) return store.abandon(scope, key);
  const kept = Object.fromEntries(
    KEPT_HEADERS.flatMap((name) => (headers.has(name) ? [[name, headers.get(name)]] : [])),
  );
  const text = await c.res.clone().text();
  const body = seal(sealingKey, JSON.stringify({ headers: kept, body: text }));
  await store.complete(scope, key, { status, body }, customersIn(c, text));
}

/** Whom an answer may quote: who asked, who was asked about, who is named. */
function customersIn(c: Context<AppEnv>, answer: string): string[] {
  const asks = c.get('principal')?.subject ?? '';
  return [...new Set(`${asks} ${c.req.path} ${answer}`.match(/\bcus_\w+/g))];
}

function replay(
  answer: { readonly headers: Record<string, string>; readonly body: string },
  status: number,
): Response {
  return new Response(answer.body === '' ? null : answer.body, {
    status,
    headers: { ...answer.headers, 'idempotency-replayed': 'true' },
  });
}

async function fingerprint(c: Context<AppEnv>): Promise<string> {
  const url = new URL(c.req.url);
  const hash = createHash('sha256').update(`${c.req.method} ${url.pathname}${url.search}\n`);
  return hash
    .update(Buffer.from(await (cachedBody(c).arrayBuffer ?? new ArrayBuffer(0))))
    .digest('hex');
}

function seal(key: Buffer, text: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, iv);
  const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
  return Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64');
}

function open(
  keys: readonly Buffer[],
  text: string,
): { headers: Record<string, string>; body: string } {
  const bytes = Buffer.from(text, 'base64');
  for (const key of keys) {
    try {
      const decipher = createDecipheriv('aes-256-gcm', key, bytes.subarray(0, 12)).setAuthTag(
        bytes.subarray(12, 28),
      );
      return JSON.parse(
        Buffer.concat([decipher.update(bytes.subarray(28)), decipher.final()]).toString('utf8'),
      );
    } catch {
      // Sealed with another secret of the list.
    }
  }
  throw new ProblemError('IDEMPOTENCY_MISMATCH', 'The first answer can no longer be read.');
}
