import type { MiddlewareHandler } from 'hono';
import type { Tracing } from '../../infra/tracing/types';
import type { AppEnv } from '../context';
import { routeOf } from './route-policy';

/** Probes come every few seconds and lead to nothing. */
const UNTRACED: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

/** Each request as a span, going on with the caller's `traceparent` where there is one. Named by the route, never by the path. */
export function traced(tracing: Tracing): MiddlewareHandler<AppEnv> {
  return async function traceRequest(c, next) {
    const traceparent = c.req.header('traceparent');
    const tracestate = c.req.header('tracestate');
    const from = traceparent ? { traceparent, ...(tracestate ? { tracestate } : {}) } : null;
    const route = routeOf(c)?.path.replaceAll(/:([^/]+)/g, '{$1}') ?? 'none';
    if (UNTRACED.has(route)) return next();
    const { method } = c.req;
    const attributes = {
      'http.request.method': method,
      'http.route': route,
      'parley.request_id': c.get('requestId'),
    };
    await tracing.span(`${method} ${route}`, { kind: 'server', attributes, from }, async (span) => {
      await next();
      span.set({ 'http.response.status_code': c.res.status });
      if (c.res.status >= 500) span.fail(String(c.res.status));
    });
  };
}
