import { Hono } from 'hono';
import type { Registry } from 'prom-client';

/** What listens on `METRICS_PORT`, on the loopback interface: `GET /metrics` and nothing else. */
export function createMetricsApp(registry: Registry): Hono {
  return new Hono().get('/metrics', async (c) =>
    c.body(await registry.metrics(), 200, { 'content-type': registry.contentType }),
  );
}
