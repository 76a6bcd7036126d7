import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context';
import type { Presence } from '../routing/presence';

/** Whoever calls is there: renews an agent's lease, beside the request. */
export function presence(lease: Presence): MiddlewareHandler<AppEnv> {
  return function noteCaller(c, next) {
    const principal = c.get('principal');
    if (principal) lease.seen(principal);
    return next();
  };
}
