import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Client } from '@temporalio/client';
import fc from 'fast-check';
import { z } from 'zod';
import { createConfigurationChecker } from '../../api/configuration/checker';
import { fileRules } from '../../api/configuration/file-rules';
import { createCustomerTokens } from '../../api/customer-token';
import { STAFF_ROLES } from '../../api/principal';
import { applyConfiguration, readConfigurationFile } from '../../infra/configuration-file';
import { createStores } from '../../infra/mongo/stores';
import type { Stores } from '../../infra/stores';
import { SECRETS, type TestApi, testApi } from '../support/api';
import { catalogue } from '../support/catalogue';
import { useDatabase, useTemporal } from '../support/servers';

/**
 * Requests made up from our own document, some as it says and some hostile, as every role: no 5xx but for a server that is away,
 * no answer the document does not know, and none that differs from its schema.
 */
const REQUESTS_PER_OPERATION = Number(process.env['PARLEY_FUZZ_REQUESTS'] ?? 3);
const SEED = Number(process.env['PARLEY_FUZZ_SEED'] ?? 20_261_122);

type Schema = Readonly<Record<string, unknown>> & { readonly $ref?: string };
interface Parameter {
  readonly $ref?: string;
  readonly name: string;
  readonly in: 'path' | 'query' | 'header';
  readonly required?: boolean;
  readonly schema: Schema;
}
interface Operation {
  readonly 'x-roles': readonly string[];
  readonly parameters?: readonly Parameter[];
  readonly requestBody?: {
    readonly content: Readonly<Record<string, { readonly schema: Schema }>>;
  };
  readonly responses: Readonly<
    Record<
      string,
      {
        readonly $ref?: string;
        readonly content?: Readonly<Record<string, { readonly schema: Schema }>>;
      }
    >
  >;
}
interface Document {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: Readonly<Record<string, Readonly<Record<string, Schema>>>>;
}

const database = useDatabase();
const temporal = useTemporal();
const known = catalogue();
let stores: Stores;
let api: TestApi;
let document: Document;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  const logger = { warn: () => undefined, error: () => undefined };
  stores = await createStores({
    mongodbUri: database().uri,
    secrets: SECRETS,
    connectorFacts: (id) => known.connectors.get(id) ?? null,
    logger: logger as never,
  });
  api = testApi({ ...known, stores, temporal: impatient(temporal().client) });
  const file = readFileSync(path.join(__dirname, '../../parley.yaml'), 'utf8');
  const checker = createConfigurationChecker({
    ...known,
    outgoing: { check: async () => undefined },
  });
  await applyConfiguration(
    'parley.yaml',
    readConfigurationFile('parley.yaml', file, {}),
    stores.config,
    fileRules({ ...known, checker, audit: stores.audit }),
  );
  const subjects: Record<string, string> = {
    agent: 'agt_ana',
    supervisor: 'sup_sara',
    bot: 'echo',
    connector: 'partner',
  };
  for (const role of STAFF_ROLES)
    tokens[role] = await api.tokenFor(role, subjects[role] ?? 'somebody');
  const { customerId } = await stores.customers.identify({
    channel: (await stores.config.channel('web'))?.channel as never, // parley.yaml has it
    identifier: 'visitor-1',
    name: null,
  });
  const visitor = { subject: customerId, channelId: 'web', identifier: 'visitor-1' };
  const { sign } = createCustomerTokens(SECRETS, () => new Date());
  tokens['customer'] = (await sign(visitor, 3600)).token;
  document = (await (await api.call('GET', '/openapi.json')).json()) as Document;
});
afterAll(() => stores.close());

/** Nobody works here: what waits for a workflow hears that it is away after a second instead of ten. */
function impatient(client: Client): Client {
  const within = client.withDeadline.bind(client);
  client.withDeadline = (deadline, call) =>
    within(Math.min(Number(deadline), Date.now() + 1000), call);
  return client;
}

const resolved = <T extends { readonly $ref?: string }>(value: T): T => {
  if (!value.$ref) return value;
  const [, , kind = '', name = ''] = value.$ref.split('/');
  return document.components[kind]?.[name] as unknown as T; // the document's own test sees to it
};

/** Ids that exist now and then, so that requests get past the first look-up. */
const someId = fc.constantFrom(
  'web',
  'http',
  'wa',
  'agt_ana',
  'agt_ben',
  'support',
  'billing',
  'chat',
  'greeter',
  'partner',
  'cus_1',
  'cnv_1',
  'WEB',
  'x',
);
const hostile = fc.constantFrom<unknown>(
  null,
  {},
  [],
  '',
  0,
  -1,
  1e308,
  true,
  { $gt: '' },
  ['a'],
  '__proto__',
  '\u0000',
  '👩‍👩‍👧‍👦',
  'a'.repeat(3000),
  '../..',
  "'; drop table",
  '2026-02-30T00:00:00Z',
);

function fits(schema: Schema, depth = 0): fc.Arbitrary<unknown> {
  const {
    type,
    enum: values,
    const: only,
    anyOf,
    oneOf,
    allOf,
    minimum,
    maximum,
    properties,
    required,
    items,
    minLength,
    maxLength,
    format,
    pattern,
  } = resolved(schema) as Schema & {
    type?: string | string[];
    enum?: unknown[];
    anyOf?: Schema[];
    oneOf?: Schema[];
    allOf?: Schema[];
    minimum?: number;
    maximum?: number;
    properties?: Record<string, Schema>;
    required?: string[];
    items?: Schema;
    minLength?: number;
    maxLength?: number;
    format?: string;
    pattern?: string;
  };
  if (depth > 6) return fc.constant(null);
  if (only !== undefined) return fc.constant(only);
  if (values) return fc.constantFrom(...values);
  const branches = anyOf ?? oneOf ?? allOf;
  if (branches) return fc.oneof(...branches.map((branch) => fits(branch, depth + 1)));
  const kind = Array.isArray(type) ? type[0] : type;
  if (kind === 'integer' || kind === 'number')
    return fc.integer({ min: minimum ?? -5, max: Math.min(maximum ?? 1000, 1e6) });
  if (kind === 'boolean') return fc.boolean();
  if (kind === 'array') return fc.array(fits(items ?? {}, depth + 1), { maxLength: 3 });
  if (kind === 'object') {
    const fields = Object.entries(properties ?? {}).map(
      ([name, inner]) => [name, fits(inner, depth + 1)] as const,
    );
    return fc.record(Object.fromEntries(fields), {
      requiredKeys: (required ?? []).filter((name) => properties?.[name]) as never,
    });
  }
  if (format === 'date-time') return fc.constant('2026-11-22T10:00:00.000Z');
  if (format === 'uri') return fc.constant('https://example.com/x');
  if (kind === 'string')
    return pattern
      ? someId
      : fc.oneof(
          someId,
          fc.string({
            unit: 'grapheme',
            minLength: minLength ?? 0,
            maxLength: Math.min(maxLength ?? 30, 30),
          }),
        );
  return fc.jsonValue({ maxDepth: 2 }) as fc.Arbitrary<unknown>;
}
/** Mostly what the document says, at times something else in one place. */
const around = (schema: Schema): fc.Arbitrary<unknown> =>
  fc.oneof(
    { weight: 6, arbitrary: fits(schema) },
    { weight: 1, arbitrary: hostile },
    {
      weight: 2,
      arbitrary: fc.tuple(fits(schema), fc.nat(), hostile).map(([value, at, bad]) => {
        const names = typeof value === 'object' && value !== null ? Object.keys(value) : [];
        const name = names[at % Math.max(1, names.length)] ?? 'unknown';
        return typeof value === 'object' && value !== null && !Array.isArray(value)
          ? { ...value, [name]: bad }
          : bad;
      }),
    },
  );

/** An answer has the keys of its schema and no other, but where the document says that any may come. */
function closed(schema: unknown): unknown {
  if (Array.isArray(schema)) return schema.map(closed);
  if (typeof schema !== 'object' || schema === null) return schema;
  const inner = Object.fromEntries(Object.entries(schema).map(([key, one]) => [key, closed(one)]));
  const isObject = 'properties' in schema && (schema as { type?: unknown }).type === 'object';
  return isObject ? { additionalProperties: false, ...inner } : inner;
}

const schemas = new Map<string, z.ZodType>();
/** Made once of each: most answers are problems, and all of those have one schema. */
function schemaOf(schema: Schema): z.ZodType {
  const key = JSON.stringify(schema);
  const known = schemas.get(key);
  if (known) return known;
  // The reader of schemas looks for shared ones in another place.
  const whole = JSON.stringify(closed({ ...schema, $defs: document.components['schemas'] }));
  const made = z.fromJSONSchema(JSON.parse(whole.replaceAll('#/components/schemas/', '#/$defs/')));
  schemas.set(key, made);
  return made;
}

/** Streams never end, and these two are other people's protocols. */
const LEFT_OUT = /\/events$|^\/directline\/|^\/webhooks\//;

it('every operation keeps to the document, whatever it is sent', async () => {
  const complaints: string[] = [];
  let answered = 0;
  for (const [route, methods] of Object.entries(document.paths))
    for (const [method, operation] of Object.entries(methods)) {
      if (LEFT_OUT.test(route)) continue;
      const name = `${method.toUpperCase()} ${route}`;
      const parameters = (operation.parameters ?? []).map(resolved);
      const body = operation.requestBody?.content['application/json']?.schema;
      const request = fc.record({
        role: fc.constantFrom(
          ...(operation['x-roles'][0] === 'anyone' ? ['nobody'] : operation['x-roles']),
        ),
        values: fc.tuple(...parameters.map((parameter) => around(parameter.schema))),
        given: fc.tuple(
          ...parameters.map((parameter) => (parameter.required ? fc.constant(true) : fc.boolean())),
        ),
        body: body ? around(body) : fc.constant(undefined),
      });
      for (const { role, values, given, body: sent } of fc.sample(request, {
        numRuns: REQUESTS_PER_OPERATION,
        seed: SEED,
      })) {
        const of = (place: Parameter['in']) =>
          parameters.flatMap((parameter, index) =>
            parameter.in === place && given[index]
              ? [
                  [
                    parameter.name,
                    typeof values[index] === 'string'
                      ? values[index]
                      : JSON.stringify(values[index]),
                  ] as const,
                ]
              : [],
          );
        const inPath = new Map(of('path'));
        const url = route.replaceAll(
          /\{([^}]+)\}/g,
          (_match, parameter: string) => encodeURIComponent(toText(inPath.get(parameter))) || 'x',
        );
        const query = new URLSearchParams(
          of('query').map(([key, value]): [string, string] => [key, toText(value)]),
        );
        const headers = Object.fromEntries(
          of('header').map(([key, value]) => [key, toText(value).replaceAll(/[^\x20-\x7E]/g, '')]),
        );
        const response = await api.call(method.toUpperCase(), `${url}?${query}`, {
          token: tokens[role] ?? null,
          body: sent,
          headers,
        });
        const text = await response.text();
        const said = operation.responses[String(response.status)];
        const complain = (what: string) =>
          complaints.push(
            `${name} as ${role} ${url}?${query} ${JSON.stringify(sent)?.slice(0, 500)}: ${response.status} ${what}: ${text.slice(0, 300)}`,
          );
        answered += 1;
        if (response.status >= 500 && response.status !== 503) complain('is our fault');
        if (!said) complain('is not in the document');
        const type = response.headers.get('content-type')?.split(';')[0] ?? '';
        if (response.status >= 400 && route !== '/readyz' && type !== 'application/problem+json')
          complain(`is of type ${type}`);
        const schema = said && resolved(said).content?.[type]?.schema;
        if (schema && /[/+]json$/.test(type)) {
          const parsed = schemaOf(schema).safeParse(JSON.parse(text));
          if (!parsed.success)
            complain(
              `differs from its schema (${parsed.error.issues
                .slice(0, 3)
                .map(({ path: at, message }) => `${at.join('.')}: ${message}`)
                .join('; ')})`,
            );
        }
      }
    }
  expect(complaints.slice(0, 20)).toEqual([]);
  expect(answered).toBeGreaterThan(500);
}, 300_000);

function toText(value: unknown): string {
  // Lone surrogates have no place in a URL.
  return String(value ?? '').replaceAll(/[\uD800-\uDFFF]/gu, '');
}
