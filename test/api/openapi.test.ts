import { routeKey } from '../../api/roles';
import { wordsOf } from '../../web/board/configuration/field-words';
import { FIELDS_EN } from '../../web/board/configuration/field-words-en';
import { RESOURCES } from '../../web/board/configuration/resources';
import { fieldsOf } from '../../web/board/configuration/schema';
import { testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

interface Document {
  readonly openapi: string;
  readonly paths: Record<
    string,
    Record<
      string,
      {
        readonly operationId: string;
        readonly summary?: string;
        readonly tags?: string[];
        readonly security: unknown[];
        readonly 'x-roles': string[];
        readonly parameters?: {
          readonly in?: string;
          readonly name?: string;
          readonly $ref?: string;
        }[];
        readonly requestBody?: unknown;
        readonly responses: Record<string, unknown>;
      }
    >
  >;
  readonly components: Record<string, Record<string, unknown>>;
}
const api = testApi(catalogue());
const documentOf = async () =>
  (await (await api.call('GET', '/openapi.json', { token: null })).json()) as Document;

describe('GET /openapi.json', () => {
  it('has no field of a configured object that the board’s form has no words for', async () => {
    const document = (await documentOf()) as unknown as Parameters<typeof fieldsOf>[0];
    const fields = Object.values(RESOURCES).flatMap((name) => fieldsOf(document, name));
    const names = new Set(fields.map(({ name }) => name));
    expect(names.size).toBeGreaterThan(80);
    expect([...names].sort()).toEqual(Object.keys(FIELDS_EN).sort());
    expect(wordsOf('ar', 'botId')).toEqual(['الروبوت', expect.any(String)]);
    expect(wordsOf('en', 'constructor')).toEqual(['constructor']);
  });

  it('has every route of the app, and no other', async () => {
    const { openapi, paths } = await documentOf();
    const described = Object.entries(paths).flatMap(([path, item]) =>
      Object.keys(item).map((method) => routeKey(method, path)),
    );
    const routed = api.app.routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => routeKey(method, path));
    expect([openapi, [...described].sort()]).toEqual(['3.1.0', [...new Set(routed)].sort()]);
  });
  it('resolves every reference', async () => {
    const document = await documentOf();
    const references = [
      ...JSON.stringify(document).matchAll(/"\$ref":"#\/components\/([^/]+)\/([^"]+)"/g),
    ];
    expect(references.length).toBeGreaterThan(50);
    expect(
      references
        .filter(([, kind = '', name = '']) => !document.components[kind]?.[name])
        .map(([text]) => text),
    ).toEqual([]);
  });
  it('says of every operation who may call it, what it is for and how it fails', async () => {
    const { paths } = await documentOf();
    const ids = new Set<string>();
    for (const [path, item] of Object.entries(paths))
      for (const [method, operation] of Object.entries(item)) {
        const name = `${method} ${path}`;
        expect([name, operation.summary, operation.tags]).toEqual([
          name,
          expect.any(String),
          [expect.any(String)],
        ]);
        expect([name, operation['x-roles'].length > 0]).toEqual([name, true]);
        expect([name, Object.keys(operation.responses)]).toEqual([
          name,
          expect.arrayContaining(['429', '500', '503']),
        ]);
        expect([name, operation.security.length > 0]).toEqual([
          name,
          operation['x-roles'][0] !== 'anyone',
        ]);
        // Every parameter of the path is described.
        const named = (operation.parameters ?? [])
          .filter((parameter) => parameter.in === 'path')
          .map((parameter) => parameter.name);
        expect([name, named.sort()]).toEqual([
          name,
          [...path.matchAll(/\{([^}]+)\}/g)].map(([, parameter]) => parameter).sort(),
        ]);
        expect(ids.has(operation.operationId)).toBe(false);
        ids.add(operation.operationId);
      }
  });
  it('describes the channel with its fields and limits', async () => {
    const { components } = await documentOf();
    expect(components['schemas']?.['ChannelInput']).toMatchObject({
      additionalProperties: false,
      required: expect.arrayContaining(['channelType', 'serviceIdentifier', 'connectorId']),
      properties: {
        routingMode: { enum: ['PUSH', 'PULL'], default: 'PUSH' },
        customerInactivityTimeoutSeconds: { maximum: 2_592_000 },
      },
    });
  });
});

interface AnswerSchema {
  readonly $ref?: string;
  readonly properties?: Readonly<Record<string, AnswerSchema>>;
  readonly items?: AnswerSchema;
  readonly additionalProperties?: AnswerSchema | boolean;
  readonly anyOf?: readonly AnswerSchema[];
  readonly oneOf?: readonly AnswerSchema[];
  readonly allOf?: readonly AnswerSchema[];
}
/** Keys that answers may have, each with the operations that answer so. That none has another: test/api/fuzz.test.ts. */
async function keysOfAnswers(): Promise<ReadonlyMap<string, ReadonlySet<string>>> {
  const { paths, components } = await documentOf();
  const found = new Map<string, Set<string>>();
  const walk = (schema: AnswerSchema, name: string, seen: ReadonlySet<string>): void => {
    if (schema.$ref) {
      const [, , kind = '', of = ''] = schema.$ref.split('/');
      const target = components[kind]?.[of] as AnswerSchema | undefined;
      if (target && !seen.has(of)) walk(target, name, new Set([...seen, of]));
      return;
    }
    for (const [key, inner] of Object.entries(schema.properties ?? {})) {
      found.set(key, (found.get(key) ?? new Set()).add(name));
      walk(inner, name, seen);
    }
    const { items, additionalProperties: more, anyOf = [], oneOf = [], allOf = [] } = schema;
    const rest = [items, typeof more === 'object' ? more : undefined];
    for (const inner of [...rest, ...anyOf, ...oneOf, ...allOf]) if (inner) walk(inner, name, seen);
  };
  for (const [path, item] of Object.entries(paths))
    for (const [method, { responses }] of Object.entries(item))
      for (const response of Object.values(responses)) {
        const { $ref, content = {} } = response as {
          $ref?: string;
          content?: Record<string, { schema?: AnswerSchema }>;
        };
        if ($ref) continue; // a problem: five keys, the same everywhere
        for (const { schema } of Object.values(content))
          if (schema) walk(schema, `${method.toUpperCase()} ${path}`, new Set());
      }
  return found;
}

describe('M10: what answers show', () => {
  it('is all listed, and what sounds like a credential is one of these', async () => {
    const keys = await keysOfAnswers();
    expect([...keys.keys()].sort()).toMatchSnapshot();
    const secret = /token|secret|hash|password|credential|ticket|signature|(^k|K)ey$/i;
    const shown = [...keys].filter(([key]) => secret.test(key));
    const editing = (resource: string) => [
      `GET ${resource}`,
      `GET ${resource}/{id}`,
      `POST ${resource}`,
      `PUT ${resource}/{id}`,
    ];
    const asMask = [...editing('/v1/bots')].sort();
    const form = [...editing('/v1/channels'), 'GET /webchat/{channelId}/settings'];
    expect(Object.fromEntries(shown.map(([key, where]) => [key, [...where].sort()]))).toEqual({
      // To whoever asked for one, once.
      token: [
        'GET /directline/{channelId}/conversations/{conversationId}',
        'GET /v1/sign-in', // which kind of token, no token
        'POST /directline/{channelId}/conversations',
        'POST /directline/{channelId}/tokens/generate',
        'POST /directline/{channelId}/tokens/refresh',
        'POST /v1/tokens',
        'POST /webchat/{channelId}/sessions',
      ],
      ticket: ['POST /v1/stream-tickets'],
      tokenEndpoint: ['GET /v1/sign-in'],
      // `***`, to administrators: test/api/configuration.test.ts.
      apiKey: asMask,
      bearerToken: asMask,
      secret: [...asMask, ...editing('/v1/webhook-subscriptions')].sort(),
      secretAttributes: ['GET /v1/providers', 'GET /v1/providers/{id}'],
      // No credentials: of the archive's chain, and the names of a form's fields.
      hash: ['GET /v1/conversations/{id}/timeline'],
      headHash: ['GET /v1/conversations/{id}/transcript'],
      key: form.sort(),
    });
  });

  it('holds no visitor’s credential where staff look', async () => {
    const { paths } = await documentOf();
    const forStaff = Object.entries(paths).flatMap(([path, item]) =>
      Object.entries(item)
        .filter(([, { 'x-roles': who }]) => who.includes('agent') || who.includes('supervisor'))
        .map(([method]) => `${method.toUpperCase()} ${path}`),
    );
    expect(forStaff.length).toBeGreaterThan(60);
    const keys = await keysOfAnswers();
    const shown = [...keys].flatMap(([key, where]) =>
      /token|secret|password|credential|identifierHash/i.test(key)
        ? forStaff.filter((name) => where.has(name)).map((name) => `${name} ${key}`)
        : [],
    );
    expect(shown).toEqual([]);
  });
});

describe('pages', () => {
  const pages = ['/', '/docs'];
  it.each(pages)('%s brings everything along', async (path) => {
    const response = await api.call('GET', path, { token: null });
    const text = await response.text();
    expect(response.headers.get('content-security-policy')).toMatch(
      /^default-src 'none'; script-src 'self'; style-src 'self';/,
    );
    expect(response.headers.get('content-security-policy')).not.toContain('unsafe');
    expect(
      [...text.matchAll(/(?:src|href)="([^"]+)"/g)].filter(
        ([, url = '']) => !url.startsWith('/') && url !== 'data:,',
      ),
    ).toEqual([]);
    expect(text).not.toMatch(/<script>|<style>| on[a-z]+=| style=/);
    for (const [, file = ''] of text.matchAll(/(?:src|href)="(\/docs\/assets\/[^"]+)"/g)) {
      const asset = await api.call('GET', file, { token: null });
      expect([file, asset.status, (await asset.arrayBuffer()).byteLength > 100]).toEqual([
        file,
        200,
        true,
      ]);
    }
  });
  it.each([
    'package.json',
    'index.html',
    '..%2fpackage.json',
    '__proto__',
    'toString',
    'swagger-initializer.js',
  ])('serves no other file: %s', async (file) => {
    expect((await api.call('GET', `/docs/assets/${file}`, { token: null })).status).toBe(404);
  });
});
