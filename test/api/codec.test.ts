import { randomBytes } from 'node:crypto';
import { Registry } from 'prom-client';
import { authenticatorOf } from '../../api/app';
import { createCodecApp, originsOf } from '../../api/codec/codec-app';
import { createMetricsApp } from '../../api/metrics/app';
import { createPayloadCodec, type DataKey, type DataKeys } from '../../infra/payload-codec';
import { ADMIN_TOKEN, SECRETS, testApi } from '../support/api';

const UI = 'http://127.0.0.1:8233';
const api = testApi();
const byId = new Map<string, DataKey & { readonly scope: string }>();
const keys: DataKeys = {
  async of(scope) {
    const known = [...byId.values()].find((key) => key.scope === scope);
    const key = known ?? { id: `key_${byId.size}`, key: randomBytes(32), scope };
    byId.set(key.id, key);
    return key;
  },
  find: async (id) => byId.get(id) ?? null,
  left: async (ids, without) =>
    ids.filter((id) => byId.has(id) && !without.includes(byId.get(id)?.scope ?? '')),
  async destroy(scopes) {
    for (const { id, scope } of byId.values()) if (scopes.includes(scope)) byId.delete(id);
  },
};
const codec = createPayloadCodec(keys);
const config = {
  publicUrl: 'http://localhost',
  adminToken: ADMIN_TOKEN,
  secrets: SECRETS,
  allowedPrivateHosts: [],
};
const outgoing = {
  check: async () => undefined,
  fetch: () => () => Promise.reject(new Error('none')),
};
/** As api/server.ts mounts it. */
const app = createMetricsApp(new Registry()).route(
  '/codec',
  createCodecApp({
    codec,
    authenticator: authenticatorOf({ stores: api.stores, config, outgoing, now: () => new Date() }),
    uiOrigins: originsOf(UI),
    logger: { info: () => undefined, warn: () => undefined, error: () => undefined },
  }),
);

const post = async (path: string, body: unknown, headers: Record<string, string> = {}) =>
  app.request(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
const base64 = (text: string) => Buffer.from(text).toString('base64');
const plain = { metadata: { encoding: base64('json/plain') }, data: base64('"hello"') };
async function sealed(workflowId: string) {
  const context = { type: 'workflow' as const, namespace: 'default', workflowId };
  const payload = {
    metadata: { encoding: Buffer.from('json/plain') },
    data: Buffer.from('"hello"'),
  };
  const [made] = await codec.encode([payload], context);
  const text = (bytes: Uint8Array | null | undefined) =>
    Buffer.from(bytes ?? []).toString('base64');
  const metadata = Object.entries(made?.metadata ?? {}).map(([name, value]) => [name, text(value)]);
  return { metadata: Object.fromEntries(metadata), data: text(made?.data) };
}
const bearer = (token: string) => ({ authorization: `Bearer ${token}` });

it('opens what is sealed and seals what the Web UI sends, for an operator', async () => {
  const operator = bearer(await api.tokenFor('operator', 'ops'));
  const payloads = [await sealed('conversation:cus_1'), plain];
  const opened = await post('/codec/decode', { payloads }, { ...operator, origin: UI });
  expect(await opened.json()).toEqual({ payloads: [plain, plain] });
  expect(opened.headers.get('access-control-allow-origin')).toBe(UI);
  expect(opened.headers.get('cache-control')).toBe('no-store');

  const answer = await post('/codec/encode', { payloads: [plain] }, operator);
  const { payloads: made } = (await answer.json()) as { payloads: (typeof plain)[] };
  expect(made[0]?.metadata.encoding).toBe(base64('binary/encrypted'));
  const again = await post('/codec/decode', { payloads: made }, operator);
  expect(await again.json()).toEqual({ payloads: [plain] });
});

it('opens what was erased as a tombstone', async () => {
  const gone = await sealed('conversation:cus_gone');
  await keys.destroy(['conversation:cus_gone']);
  const payloads = [gone, await sealed('conversation:cus_1')];
  const answer = await post('/codec/decode', { payloads }, bearer(ADMIN_TOKEN));
  expect(await answer.json()).toEqual({
    payloads: [{ metadata: plain.metadata, data: base64('{"erased":true}') }, plain],
  });
});

it.each([
  ['no token', async () => ({}), 401],
  ['garbage', async () => bearer('ptk_garbage'), 401],
  ['garbage in the cookie', async () => ({ cookie: 'parley_codec=ptk_garbage' }), 401],
  ['an operator in the cookie', async () => ({ cookie: 'parley_codec={"$gt":""}' }), 401],
  ['a supervisor', async () => bearer(await api.tokenFor('supervisor', 'sup_sara')), 403],
  ['an agent', async () => bearer(await api.tokenFor('agent', 'agt_ana')), 403],
  ['a connector', async () => bearer(await api.tokenFor('connector', 'partner')), 403],
  [
    'a page of another origin',
    async () => ({ ...bearer(ADMIN_TOKEN), origin: 'http://evil.example' }),
    403,
  ],
  [
    'a page of another port',
    async () => ({ ...bearer(ADMIN_TOKEN), origin: 'http://127.0.0.1:3000' }),
    403,
  ],
  ['a page of none', async () => ({ ...bearer(ADMIN_TOKEN), origin: 'null' }), 403],
])('M7: refuses %s', async (_who, headers, status) => {
  for (const path of ['/codec/decode', '/codec/encode']) {
    const answer = await post(
      path,
      { payloads: [await sealed('conversation:cus_1')] },
      await headers(),
    );
    expect([answer.status, answer.headers.get('access-control-allow-origin')]).toEqual([
      status,
      null,
    ]);
    expect(await answer.text()).not.toContain(plain.data);
  }
});

it('answers the preflight of the Web UI alone', async () => {
  const preflight = (origin: string) =>
    app.request('/codec/decode', {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'POST',
        'access-control-request-headers': 'authorization,content-type,x-namespace',
      },
    });
  for (const origin of [UI, 'http://localhost:8233']) {
    const { headers } = await preflight(origin);
    expect(headers.get('access-control-allow-origin')).toBe(origin);
    expect(headers.get('access-control-allow-credentials')).toBe('true');
    expect(headers.get('access-control-allow-headers')).toContain('x-namespace');
  }
  const other = await preflight('http://evil.example');
  expect([other.status, other.headers.get('access-control-allow-origin')]).toEqual([403, null]);
});

it('lets a browser in by a cookie that no script and no other site can use', async () => {
  const form = (token: string) =>
    post('/codec/session', `token=${token}`, {
      'content-type': 'application/x-www-form-urlencoded',
    });
  const page = await app.request('/codec');
  expect([page.status, page.headers.get('content-security-policy')]).toEqual([
    200,
    expect.stringMatching(/^default-src 'none'; script-src 'self'/),
  ]);
  expect((await form('ptk_garbage')).status).toBe(401);
  expect((await form('')).status).toBe(401);
  expect((await form(await api.tokenFor('agent', 'agt_ana'))).headers.get('set-cookie')).toBeNull();
  const token = await api.tokenFor('operator', 'somebody');
  const cookie = (await form(token)).headers.get('set-cookie') ?? '';
  expect(cookie).toMatch(/; Path=\/codec; HttpOnly; SameSite=Strict$/);
  const decode = async () =>
    (
      await post(
        '/codec/decode',
        { payloads: [await sealed('conversation:cus_1')] },
        { cookie: cookie.split(';')[0] ?? '', origin: UI },
      )
    ).status;
  expect(await decode()).toBe(200);
  await api.stores.tokens.revokeOf('somebody', ['operator']);
  expect(await decode()).toBe(401);
});

it.each<[string, unknown]>([
  ['no JSON', '{'],
  ['nothing', {}],
  ['what is no base64', { payloads: [{ data: '%' }] }],
  ['operators', { payloads: { $ne: null } }],
  [
    'another text than was sealed',
    {
      payloads: [
        {
          ...plain,
          metadata: { encoding: base64('binary/encrypted'), 'encryption-key-id': base64('key_0') },
        },
      ],
    },
  ],
])('%s: 400', async (_what, body) => {
  await sealed('conversation:cus_1');
  expect((await post('/codec/decode', body, bearer(ADMIN_TOKEN))).status).toBe(400);
});
it('too much: 413', async () => {
  const body = { payloads: [{ data: base64('x'.repeat(9_000_000)) }] };
  expect((await post('/codec/decode', body, bearer(ADMIN_TOKEN))).status).toBe(413);
});

it('knows the origins of a Web UI elsewhere', () => {
  expect(originsOf('https://temporal.example/ui')).toEqual(['https://temporal.example']);
  expect(originsOf(undefined)).toEqual([]);
});
