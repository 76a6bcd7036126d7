import type { Context, MiddlewareHandler } from 'hono';
import type { Channel } from '../../domain/channel/schema';
import type { Stores } from '../../infra/stores';
import type { AppEnv } from '../context';
import { isUnavailable } from '../ingress/outage-budget';

/** Milliseconds for which the origins of all webchat channels are believed. */
const FRESH_MS = 5000;
const METHODS = 'GET, POST, DELETE, OPTIONS';
const HEADERS =
  'authorization, content-type, idempotency-key, last-event-id, x-ms-bot-agent, x-requested-with';
/** What the widget reads of an answer beside its body. */
const EXPOSED = 'retry-after, x-request-id';

/**
 * CORS of the webchat routes, for refusals as well. An origin is allowed because a channel lists it, never because it asks; credentials
 * are never allowed, since the token is no cookie. Which channel a token is for is known only later: {@link onlyForChannel} takes the
 * permission back where it is another's.
 */
export function webchatCors(config: Pick<Stores['config'], 'list'>): MiddlewareHandler<AppEnv> {
  let known: { readonly at: number; readonly origins: ReadonlySet<string> } | null = null;

  async function origins(): Promise<ReadonlySet<string>> {
    if (known && Date.now() - known.at < FRESH_MS) return known.origins;
    try {
      known = { at: Date.now(), origins: await readOrigins(config) };
    } catch (error) {
      if (!isUnavailable(error)) throw error;
    }
    return known?.origins ?? new Set();
  }

  return async function shareWithOrigins(c, next) {
    const origin = c.req.header('origin');
    // There is an answer to put headers on: without it they are lost when a route answers with a `Response` of its own making, as
    // streams and files do.
    void c.res;
    c.header('Vary', 'Origin', { append: true });
    const allowed = origin === undefined ? null : match(await origins(), origin);
    if (allowed) {
      c.header('Access-Control-Allow-Origin', allowed);
      c.header('Access-Control-Expose-Headers', EXPOSED);
    }
    if (c.req.method !== 'OPTIONS') return next();
    if (allowed) {
      c.header('Access-Control-Allow-Methods', METHODS);
      c.header('Access-Control-Allow-Headers', HEADERS);
      c.header('Access-Control-Max-Age', '600');
    }
    return c.body(null, 204);
  };
}

/** Takes the permission back when this channel does not list the origin. */
export function onlyForChannel(c: Context<AppEnv>, channel: Pick<Channel, 'origins'>): void {
  const origin = c.req.header('origin');
  if (origin === undefined) return;
  const allowed = match(new Set(channel.origins.map(normal)), origin);
  // An undefined value removes the header.
  c.header('Access-Control-Allow-Origin', allowed ?? undefined);
}

function match(origins: ReadonlySet<string>, origin: string): string | null {
  if (origins.has(normal(origin))) return origin;
  return origins.has('*') ? '*' : null;
}

function normal(origin: string): string {
  return origin.toLowerCase().replace(/\/$/, '');
}

async function readOrigins(config: Pick<Stores['config'], 'list'>): Promise<ReadonlySet<string>> {
  const origins = new Set<string>();
  let cursor: string | null | undefined;
  do {
    const page = await config.list('channels', { limit: 200, cursor: cursor ?? undefined });
    for (const { channelType, origins: listed } of page.items)
      if (channelType === 'WEB' && Array.isArray(listed))
        for (const origin of listed) origins.add(normal(String(origin)));
    cursor = page.nextCursor;
  } while (cursor);
  return origins;
}
