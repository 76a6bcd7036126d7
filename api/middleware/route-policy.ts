import type { Context } from 'hono';
import { matchedRoutes } from 'hono/route';
import type { AppEnv } from '../context';
import { policyOf, type RoutePolicy } from '../roles';

/** The route that will answer a request, as it was registered; null where there is none (404, 405). */
export function routeOf(
  c: Context<AppEnv>,
): { readonly method: string; readonly path: string } | null {
  // Middleware is registered for all methods, routes for one each.
  return matchedRoutes(c).findLast((route) => route.method !== 'ALL') ?? null;
}

/** The role table's row for the request's route; undefined where there is no route or no row. */
export function routePolicy(c: Context<AppEnv>): RoutePolicy | undefined {
  const route = routeOf(c);
  return route ? policyOf(route.method, route.path) : undefined;
}
