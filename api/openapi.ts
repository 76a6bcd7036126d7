import { createRoute, OpenAPIHono, z } from '@hono/zod-openapi';
import { PROBLEM_STATUS, type ProblemCode } from '../domain/errors';
import type { AppEnv } from './context';
import { faultsOf, invalid } from './errors';
import { policyOf } from './roles';

/**
 * How route modules are written:
 * @example
 * const getThing = createRoute({
 *   method: 'get', path: '/v1/things/{id}', tags: ['Things'], summary: 'One thing',
 *   request: { params: z.object({ id: ConfigId }) },
 *   responses: { 200: json(Thing, 'The thing') },
 * });
 * export function thingRoutes({ stores }: RouteDeps) {
 *   return createRouter().openapi(getThing, async (c) => c.json(await stores…, 200));
 * }
 * Errors are thrown as `ProblemError`; the error answers, security and the idempotency header are added to the document here.
 */
export { createRoute, z };

/** A router whose failed validations answer with every fault. */
export function createRouter(): OpenAPIHono<AppEnv> {
  return new OpenAPIHono<AppEnv>({
    defaultHook: (result) => {
      if (!result.success) throw invalid(faultsOf(result.error));
    },
  });
}

/** A required JSON body. */
export function jsonBody<T extends z.ZodType>(schema: T) {
  return { content: { 'application/json': { schema } }, required: true as const };
}

/** A JSON answer. */
export function json<T extends z.ZodType>(schema: T, description: string) {
  return { content: { 'application/json': { schema } }, description };
}

/** An answer without a body. */
export function empty(description: string) {
  return { description };
}

/** An answer of another type, left to its own rules: a stream, a page, a file. */
export function content(type: string, description: string) {
  return { content: { [type]: { schema: z.string() } }, description };
}

/** Query of a list (http-api.md section 1): `limit` 50 unless given, at most 200, and the `cursor` of the last answer. */
export const listQuery = {
  limit: z.coerce
    .number()
    .int()
    .min(1)
    .max(200)
    .default(50)
    .meta({ description: 'Items of one answer.' }),
  cursor: z
    .string()
    .min(1)
    .max(512)
    .optional()
    .meta({ description: '`nextCursor` of the answer before.' }),
};

/** A list's answer. */
export function pageOf<T extends z.ZodType>(items: T) {
  return z.object({ items: z.array(items), nextCursor: z.string().nullable() });
}

/** The body of every error answer. */
export const Problem = z
  .object({
    type: z.string(),
    title: z.string(),
    status: z.int(),
    code: z.enum(Object.keys(PROBLEM_STATUS) as [ProblemCode, ...ProblemCode[]]),
    detail: z.string(),
    requestId: z.string(),
    errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  })
  .meta({ id: 'Problem', description: 'RFC 9457. `code` is stable.' });

const PROBLEMS: Readonly<Record<number, string>> = {
  400: 'The request does not validate; `errors` names every path.',
  401: 'No valid credential.',
  403: 'Not for this role.',
  404: 'No such object, or not visible to the caller.',
  409: 'Not possible now.',
  412: 'Changed by somebody else since it was read.',
  413: 'The body is too large.',
  415: 'The content type is not taken.',
  422: 'The idempotency key was used for another request.',
  429: 'Too many requests; see `Retry-After`.',
  500: 'Our fault; quote `requestId`.',
  503: 'A server does not answer; see `Retry-After`.',
};

interface Operation {
  operationId?: string;
  parameters?: unknown[];
  requestBody?: unknown;
  responses: Record<string, unknown>;
  security?: unknown[];
  [extension: `x-${string}`]: unknown;
}

/** Version of the contract, as in `/v1`. */
const API_VERSION = '1.0.0';

/** The whole document: what the routes declare, completed with what every route has in common. */
export function openApiDocument(
  app: OpenAPIHono<AppEnv>,
  { publicUrl }: { readonly publicUrl: string },
): object {
  app.openAPIRegistry.register('Problem', Problem);
  const document = app.getOpenAPI31Document({
    openapi: '3.1.0',
    info: {
      title: 'Parley',
      version: API_VERSION,
      description: 'One customer, many channels, one conversation that never loses its place.',
    },
    servers: [{ url: publicUrl }],
  });
  for (const [path, item] of Object.entries(document.paths ?? {}))
    for (const [method, operation] of Object.entries(item as Record<string, Operation>))
      complete(method, path, operation);
  const components = document.components ?? {};
  document.components = components;
  components.securitySchemes = {
    bearer: {
      type: 'http',
      scheme: 'bearer',
      description: 'A token of `POST /v1/tokens`, of the issuer, or of a webchat session.',
    },
    ticket: {
      type: 'apiKey',
      in: 'query',
      name: 'ticket',
      description: 'A one-use ticket of `POST /v1/stream-tickets`.',
    },
  };
  components.parameters = { ...components.parameters, IdempotencyKey: IDEMPOTENCY_KEY };
  components.responses = Object.fromEntries(
    Object.entries(PROBLEMS).map(([status, description]) => [
      `Problem${status}`,
      problemResponse(description),
    ]),
  );
  return nullable(document) as object;
}

/**
 * The generator writes a nullable reference as `allOf` of the reference and a type that may be null, which null does not fit.
 * Removed when it writes `anyOf` itself.
 */
function nullable(node: unknown): unknown {
  if (Array.isArray(node)) return node.map(nullable);
  if (typeof node !== 'object' || node === null) return node;
  const { allOf, ...rest } = node as {
    readonly allOf?: readonly { readonly $ref?: string; readonly type?: unknown }[];
  };
  const mayBeNull =
    allOf?.length === 2 &&
    allOf[0]?.$ref &&
    Array.isArray(allOf[1]?.type) &&
    allOf[1].type.includes('null');
  if (mayBeNull) return { ...rest, anyOf: [allOf[0], { type: 'null' }] };
  return Object.fromEntries(Object.entries(node).map(([key, inner]) => [key, nullable(inner)]));
}

const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header' as const,
  required: false,
  schema: { type: 'string' as const, minLength: 1, maxLength: 255 },
  description: 'The same key and body get the same answer and have one effect.',
};

function problemResponse(description: string) {
  return {
    description,
    content: { 'application/problem+json': { schema: { $ref: '#/components/schemas/Problem' } } },
  };
}

function complete(method: string, path: string, operation: Operation): void {
  const policy = policyOf(method, path);
  const isPublic = policy?.who === 'anyone';
  operation.operationId ??= `${method} ${path}`.replaceAll(
    /[^A-Za-z0-9]+(.)?/g,
    (_match, next: string | undefined) => next?.toUpperCase() ?? '',
  );
  operation.security = isPublic
    ? []
    : [{ bearer: [] }, ...(policy?.ticket ? [{ ticket: [] }] : [])];
  operation['x-roles'] = isPublic ? ['anyone'] : [...(policy?.who ?? [])];
  const takesKey = method === 'post' && (policy?.body ?? 'json') === 'json';
  if (takesKey)
    operation.parameters = [
      ...(operation.parameters ?? []),
      { $ref: '#/components/parameters/IdempotencyKey' },
    ];
  const changes = method !== 'get';
  const statuses = [
    400,
    ...(isPublic && !policy.ownDoor ? [] : [401, 403]),
    404,
    ...(changes ? [409] : []),
    ...(method === 'put' ? [412] : []),
    ...(operation.requestBody ? [413, 415] : []),
    ...(takesKey ? [422] : []),
    429,
    500,
    503,
  ];
  for (const status of statuses)
    operation.responses[status] ??= { $ref: `#/components/responses/Problem${status}` };
}
