import type { MiddlewareHandler } from 'hono';
import type { AppEnv } from '../context';
import { type Fault, invalid } from '../errors';
import { routeOf, routePolicy } from './route-policy';

/** Names that queries of ours have; `a[$ne]`, `a.b` and `__proto__` are none. */
const NAME = /^[A-Za-z][\w-]{0,63}$/;

/**
 * Keeps query operators and lists from every route behind it: each parameter has a plain name and comes once, so that whoever reads it
 * gets a text. Webhooks are left as they came: they are signed, and read by their connector alone.
 */
export function queryGuard(): MiddlewareHandler<AppEnv> {
  return function guardQuery(c, next) {
    const { url } = c.req;
    const at = url.indexOf('?');
    if (at >= 0 && routeOf(c) && !routePolicy(c)?.signed) {
      const faults = faultsIn(new URLSearchParams(url.slice(at + 1)));
      if (faults.length > 0) throw invalid(faults);
    }
    return next();
  };
}

function faultsIn(query: URLSearchParams): Fault[] {
  const seen = new Set<string>();
  return [...query.keys()].flatMap((name) => {
    const message = !NAME.test(name) ? 'this name is not allowed' : seen.has(name) && 'given twice';
    seen.add(name);
    return message ? [{ path: name.slice(0, 64), message }] : [];
  });
}
