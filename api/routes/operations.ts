import type { RouteDeps } from '../context';
import { createRoute, createRouter, json, listQuery, pageOf, z } from '../openapi';
import { partsUp } from '../readiness';

const Health = z.object({ status: z.literal('ok') }).meta({ id: 'Health' });
const Part = z.enum(['up', 'down']);
const Readiness = z
  .object({ ready: z.boolean(), temporal: Part, mongodb: Part, worker: Part })
  .meta({ id: 'Readiness' });
const AuditRow = z
  .looseObject({
    id: z.string(),
    at: z.string(),
    actor: z.object({ type: z.string(), id: z.string() }),
    action: z.string(),
    target: z.string(),
  })
  .meta({
    id: 'AuditRow',
    description: 'Who did what, when; `before` and `after` with secrets masked.',
  });
const auditQuery = z.strictObject({
  ...listQuery,
  actorId: z.string().max(128).optional(),
  action: z.string().max(128).optional(),
  target: z.string().max(256).optional(),
  from: z.iso.datetime().optional(),
  to: z.iso.datetime().optional(),
});

const getHealth = createRoute({
  method: 'get',
  path: '/healthz',
  tags: ['Operations'],
  summary: 'Whether this process answers',
  responses: { 200: json(Health, 'It does.') },
});
const getReadiness = createRoute({
  method: 'get',
  path: '/readyz',
  tags: ['Operations'],
  summary: 'Whether all that it needs is there: Temporal, MongoDB and a polling worker',
  responses: {
    200: json(Readiness, 'All of it.'),
    503: json(Readiness, 'Not all of it; each is named.'),
  },
});
const getAudit = createRoute({
  method: 'get',
  path: '/v1/audit',
  tags: ['Operations'],
  summary: 'Who did what, when',
  request: { query: auditQuery },
  responses: { 200: json(pageOf(AuditRow), 'Newest first.') },
});

/** What operators ask of a process. */
export function operationRoutes({ stores, temporal }: RouteDeps) {
  return createRouter()
    .openapi(getHealth, (c) => c.json({ status: 'ok' as const }, 200))
    .openapi(getReadiness, async (c) => {
      const { temporal: server, mongodb, worker } = await partsUp(stores, temporal);
      const view = { temporal: part(server), mongodb: part(mongodb), worker: part(worker) };
      const ready = Object.values(view).every((state) => state === 'up');
      return c.json({ ready, ...view }, ready ? 200 : 503);
    })
    .openapi(getAudit, async (c) => {
      const { limit, cursor, ...filter } = c.req.valid('query');
      const { items, nextCursor } = await stores.audit.list(filter, { limit, cursor });
      return c.json({ items: items as z.infer<typeof AuditRow>[], nextCursor }, 200);
    });
}

function part(up: boolean): 'up' | 'down' {
  return up ? 'up' : 'down';
}
