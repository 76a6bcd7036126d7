import { Hono } from 'hono';
import type { Registry } from 'prom-client';

/** What listens on a metrics port: `GET /metrics` and nothing else. `more`: text of other registries of this process. */
export function createMetricsApp(registry: Registry, more: () => Promise<string> = none): Hono {
  return new Hono().get('/metrics', async (c) => {
    const [own, others] = await Promise.all([registry.metrics(), more()]);
    return c.body(`${own}${others}`, 200, { 'content-type': registry.contentType });
  });
}

async function none(): Promise<string> {
  return '';
}
