import { checkConnectors } from '../../scripts/doctor/connectors';
import { asTable, fail, ok } from '../../scripts/doctor/finding';
import { checkNode } from '../../scripts/doctor/machine';
import { replicaSetFindings, skewFinding } from '../../scripts/doctor/mongodb';
import { checkPublicUrl } from '../../scripts/doctor/reach';
import { checkDefaults, checkSecrets, weaknessOf } from '../../scripts/doctor/secrets';

const STRONG = 'h3Kd9sLq0ZxW7vBn2MtR5yUe8PfGj4Ac';

describe('secrets', () => {
  it.each([
    ['change-me-change-me-change-me-change-me', 'words'],
    ['0123456789abcdef', '32 characters'],
    ['abababababababababababababababababab', 'different characters'],
    [STRONG, null],
  ])('%s', (secret, weakness) => {
    if (weakness === null) expect(weaknessOf(secret)).toBeNull();
    else expect(weaknessOf(secret)).toContain(weakness);
  });

  it('refuses one secret for both uses, and never shows one', () => {
    const findings = checkSecrets(STRONG, [STRONG]);
    expect(findings.map(({ state }) => state)).toEqual(['ok', 'ok', 'fail']);
    expect(JSON.stringify(findings)).not.toContain(STRONG);
  });

  it.each([
    ['http://127.0.0.1:8080', {}, 'ok'],
    ['https://chat.example.com', {}, 'fail'],
    ['https://chat.example.com', { TOKEN: 'set' }, 'ok'],
  ])('of parley.yaml at %s with %j', (publicUrl, env, state) => {
    const file = ['authToken: $', 'baseUrl: $']
      .map(
        (text, n) =>
          `${text}{${n === 0 ? 'TOKEN:-demo-token-change-me' : 'URL:-https://api.example'}}`,
      )
      .join('\n');
    expect(checkDefaults(file, env, publicUrl)).toMatchObject([{ state }]);
  });
});

describe('checkNode', () => {
  it.each([
    ['18.20.0', 'fail'],
    ['20.18.1', 'fail'],
    ['20.19.0', 'ok'],
    ['23.1.0', 'warn'],
    ['24.0.0', 'ok'],
  ])('%s: %s', (version, state) => expect(checkNode(version, '>=20.19').state).toBe(state));
});

describe('replicaSetFindings', () => {
  it.each([
    [{ isWritablePrimary: true }, false, ['fail']],
    [{ setName: 'rs0', hosts: ['a'], isWritablePrimary: true }, true, ['ok', 'ok']],
    [{ setName: 'rs0', hosts: ['a'], isWritablePrimary: true }, false, ['warn', 'ok']],
    [{ setName: 'rs0', hosts: ['a', 'b', 'c'], isWritablePrimary: false }, false, ['ok', 'fail']],
    [
      { setName: 'rs0', hosts: ['a', 'b'], arbiters: ['c'], isWritablePrimary: true },
      false,
      ['warn', 'ok'],
    ],
    [{ msg: 'isdbgrid' }, false, ['ok']],
  ])('%j, embedded %s', (hello, embedded, states) =>
    expect(replicaSetFindings(hello, embedded).map(({ state }) => state)).toEqual(states),
  );
});

it.each([
  [100, 'ok'],
  [-5_000, 'warn'],
  [40_000, 'fail'],
])('a clock that is %d ms off: %s', (skew, state) =>
  expect(skewFinding('clock', skew).state).toBe(state),
);

describe('checkPublicUrl', () => {
  const answering =
    (body: unknown, status = 200) =>
    async () =>
      Response.json(body, { status });
  it.each([
    ['https://chat.example.com', answering({ status: 'ok' }), ['ok']],
    ['http://chat.example.com', answering({ status: 'ok' }), ['fail', 'ok']],
    ['https://chat.example.com', answering({}, 404), ['fail']],
    ['http://127.0.0.1:8080', () => Promise.reject(new Error('refused')), ['warn', 'warn']],
  ])('%s', async (url, get, states) =>
    expect((await checkPublicUrl(url, get)).map(({ state }) => state)).toEqual(states),
  );
});

describe('checkConnectors', () => {
  const connector = (providerId: string) => ({
    id: 'one',
    providerId,
    attributes: { botToken: '1:secret', authToken: 'secret', baseUrl: 'https://provider.example' },
  });
  it.each([
    ['telegram', 200, { ok: true }, 'ok'],
    ['telegram', 401, {}, 'fail'],
    ['telegram', 502, {}, 'warn'],
    ['viber', 200, { status: 0 }, 'ok'],
    ['viber', 200, { status: 2 }, 'fail'],
    ['http', 200, {}, 'skipped'],
  ])('%s answers %d %j: %s', async (providerId, status, body, state) => {
    const asked: string[] = [];
    const get = async (url: unknown) => {
      asked.push(String(url));
      return Response.json(body, { status });
    };
    const findings = await checkConnectors([connector(providerId)], get);
    expect(findings).toMatchObject([{ state }]);
    expect(asked.every((url) => url.startsWith('https://provider.example/'))).toBe(true);
    expect(JSON.stringify(findings)).not.toContain('secret');
  });
});

it('asTable sums up', () => {
  const table = asTable([ok('node', '24'), fail('temporal', 'away')]);
  expect(table).toContain('FAIL     temporal  away');
  expect(table).toContain('1 ok, 0 to know, 1 to mend, 0 skipped');
});
