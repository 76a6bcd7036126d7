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
