import { ProblemError } from '../../domain/errors';
import {
  REPORT_COLUMNS,
  REPORT_ENTITIES,
  type ReportEntity,
} from '../../domain/reporting/entities';
import { principalOf, type RouteDeps } from '../context';
import type { ConversationAccess } from '../conversations/access';
import { createRoute, createRouter, pageOf, z } from '../openapi';
import { REPORT_FORMATS, REPORT_TYPES, renderReport } from '../reports/formats';
import { textStream } from '../streams/text-stream';

const When = z.iso
  .datetime({ offset: true })
  .transform((text) => new Date(text).toISOString())
  .meta({ type: 'string', format: 'date-time' });
const reportQuery = z
  .strictObject({
    from: When.optional().meta({ description: 'Rows that began then or later.' }),
    to: When.optional().meta({ description: 'Rows that began earlier.' }),
    format: z.enum(REPORT_FORMATS).default('json'),
  })
  .refine(({ from, to }) => from === undefined || to === undefined || from <= to, {
    path: ['to'],
    message: 'must not be before from',
  });
const Row = z
  .record(
    z.string(),
    z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]).nullable(),
  )
  .meta({
    id: 'ReportRow',
    description:
      'By column, in snake_case; every row has every column of its entity. Null = did not happen.',
  });

const getReport = createRoute({
  method: 'get',
  path: '/v1/reports/{entity}',
  tags: ['Reports'],
  summary: 'The rows of a report, all of them',
  description: [
    'Rows in the order of their beginning, sent while they are read. Durations are seconds.',
    'A supervisor of teams sees rows that name an agent of theirs, or nobody.',
    'CSV: RFC 4180 with a header row; texts that begin with = + - @, tab or carriage return get an apostrophe before them.',
  ].join(' '),
  request: {
    params: z.object({
      entity: z
        .string()
        .max(64)
        .meta({ enum: [...REPORT_ENTITIES] }),
    }),
    query: reportQuery,
  },
  responses: {
    200: {
      description: 'The report. `nextCursor` is always null: nothing is left out.',
      content: {
        'application/json': { schema: pageOf(Row) },
        'text/csv': { schema: z.string() },
        'application/x-ndjson': { schema: z.string() },
      },
    },
  },
});

export interface ReportRouteDeps extends RouteDeps {
  readonly access: Pick<ConversationAccess, 'restriction'>;
}

/** Reports (domain.md section 12, http-api.md section 6). */
export function reportRoutes({ stores, access }: ReportRouteDeps) {
  return createRouter().openapi(getReport, async (c) => {
    const entity = entityOf(c.req.valid('param').entity);
    const { format, ...range } = c.req.valid('query');
    const { visibleToSupervisorOf: agentIds } = await access.restriction(principalOf(c));
    const headers = {
      'content-type': REPORT_TYPES[format],
      'content-disposition': `attachment; filename="${entity}.${format}"`,
    };
    // Nobody reads the body of a HEAD: nothing is looked up for it.
    if (c.req.method === 'HEAD') return new Response(null, { headers });
    const rows = stores.reports.rows({ entity, ...range, agentIds });
    const pieces = renderReport(format, REPORT_COLUMNS[entity], rows);
    return new Response(await textStream(pieces), { headers });
  });
}

function entityOf(name: string): ReportEntity {
  const entity = REPORT_ENTITIES.find((known) => known === name);
  if (!entity) throw new ProblemError('NOT_FOUND', 'There is no such report.');
  return entity;
}
