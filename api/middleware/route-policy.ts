import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { AppEnv, MatchedRoute } from '../context';
import { policyOf, type RoutePolicy } from '../roles';

/** The route that will answer a request, as it was registered; null where there is none (404, 405). */
export function routeOf(c: Context<AppEnv>): MatchedRoute | null {
  const known = c.get('route');
  if (known !== undefined) return known;
  // Middleware is registered for all methods, routes for one each.
  const route = matchedRoutes(c).findLast(({ method }) => method !== 'ALL') ?? null;
  c.set('route', route);
  return route;
}

/** The role table's row for the request's route; undefined where there is no route or no row. */
export function routePolicy(c: Context<AppEnv>): RoutePolicy | undefined {
  const route = routeOf(c);
  return route ? policyOf(route.method, route.path) : undefined;
}
