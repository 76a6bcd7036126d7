import { prometheus } from '@hono/prometheus';
import type { Context, MiddlewareHandler } from 'hono';
import type { Registry } from 'prom-client';
import type { AppEnv } from '../context';
import { routeOf } from './route-policy';

/** Counts and times requests by method, status and route template: never by raw path, which holds ids. */
export function requestMetrics(registry: Registry): MiddlewareHandler<AppEnv> {
  const template = (c: Context) =>
    routeOf(c as Context<AppEnv>)?.path.replaceAll(/:([^/]+)/g, '{$1}') ?? 'none';
  const customLabels = { route: template };
  return prometheus({
    registry,
    metricOptions: { requestDuration: { customLabels }, requestsTotal: { customLabels } },
  }).registerMetrics;
}
