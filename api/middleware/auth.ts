import type { MiddlewareHandler } from 'hono';
import { ProblemError } from '../../domain/errors';
import type { Authenticator } from '../authenticator';
import type { AppEnv } from '../context';
import { routeOf, routePolicy } from './route-policy';

/**
 * Enforces the role table (api/roles.ts), for every route, here alone. Public routes get no caller, whatever credential came along.
 * A route without a row is nobody's: forbidden.
 */
export function auth({
  authenticator,
}: {
  readonly authenticator: Authenticator;
}): MiddlewareHandler<AppEnv> {
  return async function checkCaller(c, next) {
    if (!routeOf(c)) return next();
    const policy = routePolicy(c);
    if (policy?.who === 'anyone') return next();
    const ticket = policy?.ticket ? c.req.query('ticket') : undefined;
    const principal = await authenticator.authenticate({
      authorization: c.req.header('authorization'),
      ticket,
      path: c.req.path,
    });
    if (!policy?.who.includes(principal.role))
      throw new ProblemError('FORBIDDEN', `This is not for the role ${principal.role}.`);
    c.set('principal', principal);
    await next();
  };
}
