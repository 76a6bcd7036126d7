import type { Context, MiddlewareHandler } from 'hono';
import { rateLimiter, type Store } from 'hono-rate-limiter';
import { ProblemError } from '../../domain/errors';
import type { AppEnv } from '../context';
import { callerKey } from '../principal';
import { routePolicy } from './route-policy';

export interface RateLimitOptions {
  /** Requests per window and key. */
  readonly limit: number;
  readonly windowSeconds: number;
  /** Whose requests are counted together; null = not counted. */
  readonly key: (c: Context<AppEnv>) => string | null | Promise<string | null>;
  /** @default counts in this process */
  readonly store?: Store<AppEnv>;
}

/**
 * Refuses a key's requests over its limit with `RATE_LIMITED` and `Retry-After`. When the limiter itself fails, signed webhooks go
 * through (a provider would drop them) and everything else gets `UNAVAILABLE`.
 */
export function rateLimit({
  limit,
  windowSeconds,
  key,
  store,
}: RateLimitOptions): MiddlewareHandler<AppEnv> {
  const limiter = rateLimiter<AppEnv>({
    windowMs: windowSeconds * 1000,
    limit,
    standardHeaders: false,
    keyGenerator: async (c) => (await key(c)) ?? '',
    handler: (c) => {
      const resets = (c.get('rateLimit' as never) as { resetTime?: Date } | undefined)?.resetTime;
      const retryAfterSeconds = resets
        ? Math.max(1, (resets.getTime() - Date.now()) / 1000)
        : windowSeconds;
      throw new ProblemError('RATE_LIMITED', 'Too many requests; slow down.', {
        retryAfterSeconds,
      });
    },
    ...(store ? { store: loud(store) } : {}),
  });
  return async function limitRate(c, next) {
    const whose = key(c);
    if ((whose instanceof Promise ? await whose : whose) === null) return next();
    try {
      return await limiter(c, next);
    } catch (error) {
      if (!(error instanceof LimiterFailed)) throw error;
      if (routePolicy(c)?.signed) return next();
      throw new ProblemError(
        'UNAVAILABLE',
        'The limiter does not answer.',
        {},
        { cause: error.cause },
      );
    }
  };
}

/** One key per network address; a unix socket or a test has none and is not counted. */
export function byAddress(c: Context<AppEnv>): string | null {
  const env = c.env as { incoming?: { socket?: { remoteAddress?: string } } } | undefined;
  return env?.incoming?.socket?.remoteAddress ?? null;
}

/** One key per token; nobody where the route is public. */
export function byCaller(c: Context<AppEnv>): string | null {
  const principal = c.get('principal');
  return principal ? callerKey(principal) : null;
}

class LimiterFailed extends Error {
  override readonly name = 'LimiterFailed';
}

/** The store with its failures marked, so that they are told from those of the request. */
function loud(store: Store<AppEnv>): Store<AppEnv> {
  return {
    ...(store.init ? { init: store.init.bind(store) } : {}),
    ...(store.get ? { get: store.get.bind(store) } : {}),
    decrement: store.decrement.bind(store),
    resetKey: store.resetKey.bind(store),
    increment: async (key) => {
      try {
        return await store.increment(key);
      } catch (cause) {
        throw new LimiterFailed('the store of the rate limiter failed', { cause });
      }
    },
  };
}
