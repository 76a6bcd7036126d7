import { ProblemError } from '../../domain/errors';
import type { JobKind } from '../../infra/stores/privacy';
import type { RouteDeps } from '../context';
import type { AuditTrail } from '../conversations/audit-trail';
import { AnId, Instant } from '../conversations/schemas';
import { staffOf } from '../conversations/staff';
import { createRoute, createRouter, json, z } from '../openapi';
import type { StartJob } from '../privacy/start-job';

const tags = ['Privacy'];
const params = z.object({ id: AnId });
const Begun = z.object({ jobId: z.string() }).meta({ id: 'JobBegun' });
const JobView = z
  .object({
    id: z.string(),
    kind: z.enum(['EXPORT', 'ERASE']),
    customerId: z.string(),
    state: z.enum(['RUNNING', 'COMPLETED']),
    createdAt: Instant,
    finishedAt: Instant.nullable(),
    url: z.string().nullable().meta({
      description: 'Of an export that is done: where the file is, good for a week.',
    }),
    histories: z.object({ kept: z.int(), deleted: z.int() }).nullable().meta({
      description:
        'Of an erasure: how many workflow histories it left, dark since their keys are gone, and how many it deleted.',
    }),
  })
  .meta({ id: 'Job' });
const postExport = createRoute({
  method: 'post',
  path: '/v1/customers/{id}/export',
  tags,
  summary: 'Everything that is stored about a customer, as one file',
  request: { params },
  responses: { 202: json(Begun, 'A durable job; one that runs already is joined.') },
});
const postErase = createRoute({
  method: 'post',
  path: '/v1/customers/{id}/erase',
  tags,
  summary: 'Erase a customer',
  description:
    'Ends the open conversation and blanks whatever was said, in archive, media, reports and histories. It cannot be taken back.',
  request: { params },
  responses: { 202: json(Begun, 'A durable job; one that runs already is joined.') },
});
const getJob = createRoute({
  method: 'get',
  path: '/v1/jobs/{id}',
  tags,
  summary: 'How far a job is',
  request: { params },
  responses: { 200: json(JobView, 'The job.') },
});

export interface PrivacyRouteDeps extends RouteDeps {
  readonly audit: AuditTrail;
  readonly startJob: StartJob;
}

/** What a person may ask of whoever keeps their words (reliability.md section 11). */
export function privacyRoutes({ stores, audit, startJob, mediaLinkOf }: PrivacyRouteDeps) {
  /** The customer, or whoever they were merged into: the same person. */
  async function begin(kind: JobKind, id: string) {
    const customer = await stores.customers.resolve(id);
    if (!customer) throw new ProblemError('NOT_FOUND', 'There is no such customer.');
    return startJob(kind, customer.id);
  }
  return createRouter()
    .openapi(postExport, async (c) => {
      const { id: jobId, customerId } = await begin('EXPORT', c.req.valid('param').id);
      const target = `customers/${customerId}`;
      await audit.record(staffOf(c), 'customer.export', target, c.get('requestId'));
      return c.json({ jobId }, 202);
    })
    .openapi(postErase, async (c) => {
      const { id: jobId, customerId } = await begin('ERASE', c.req.valid('param').id);
      const target = `customers/${customerId}`;
      await audit.record(staffOf(c), 'customer.erase', target, c.get('requestId'));
      return c.json({ jobId }, 202);
    })
    .openapi(getJob, async (c) => {
      const job = await stores.jobs.get(c.req.valid('param').id);
      if (!job) throw new ProblemError('NOT_FOUND', 'There is no such job.');
      const { mediaId, ...view } = job;
      return c.json({ ...view, url: mediaId && mediaLinkOf(mediaId) }, 200);
    });
}
