import { prometheus } from '@hono/prometheus';
import type { Context, MiddlewareHandler } from 'hono';
import type { Registry } from 'prom-client';
import type { AppEnv } from '../context';
import { routeOf } from './route-policy';

/** Counts and times requests by method, status and route template: never by raw path, which holds ids. */
export function requestMetrics(registry: Registry): MiddlewareHandler<AppEnv> {
  const templates = new Map<string, string>();
  const template = (c: Context) => {
    const path = routeOf(c as Context<AppEnv>)?.path;
    if (path === undefined) return 'none';
    const known = templates.get(path) ?? path.replaceAll(/:([^/]+)/g, '{$1}');
    templates.set(path, known);
    return known;
  };
  const customLabels = { route: template };
  return prometheus({
    registry,
    metricOptions: { requestDuration: { customLabels }, requestsTotal: { customLabels } },
  }).registerMetrics;
}
