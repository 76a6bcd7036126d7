import { testApi } from '../support/api';

/** reliability.md section 12, through routes that need no other server. */
const api = testApi();
const code = async (response: Response | Promise<Response>) => {
  const answer = await response;
  const problem = (await answer.json()) as { status: number; code: string; requestId: string };
  expect(problem).toMatchObject({ status: answer.status, requestId: expect.any(String) });
  expect(answer.headers.get('content-type')).toBe('application/problem+json');
  return [answer.status, problem.code];
};
const post = (body: unknown, headers: Record<string, string> = {}) =>
  api.call('POST', '/v1/teams', { body, headers });
const nested = (depth: number) => `${'['.repeat(depth)}${']'.repeat(depth)}`;

describe('bodies', () => {
  it.each([
    ['unknown key', { shoe: 1 }],
    ['wrong type', { name: 7 }],
    ['array for an object', []],
    ['string for an object', '"text"'],
    ['null', 'null'],
    ['not JSON', '{"name": '],
    ['two values', '{}{}'],
    ['nothing where something is needed', '   '],
    ['too deep', `{"memberIds":${nested(65)}}`],
    ['much too deep', `{"memberIds":${nested(100_000)}}`],
    ['too many keys', Object.fromEntries(Array.from({ length: 10_001 }, (_, n) => [`k${n}`, 1]))],
    ['prototype keys', '{"__proto__":{"admin":true}}'],
    ['constructor keys', '{"name":"x","constructor":{"prototype":{}}}'],
    ['NUL in a key', '{"na\\u0000me":"x"}'],
    ['lone surrogate in a key', '{"\\ud800":"x"}'],
    ['lone surrogate in an id', '{"id":"a\\ud800"}'],
    ['lone surrogate in a list of ids', '{"memberIds":["a\\ud800"]}'],
  ])('%s: 400', async (_name, body) => {
    expect(await code(post(body))).toEqual([400, 'VALIDATION_FAILED']);
  });

  it('invalid UTF-8: 400', async () => {
    const headers = {
      authorization: 'Bearer test-admin-token-of-enough-length',
      'content-type': 'application/json',
    };
    const body = new Uint8Array([
      0x7b, 0x22, 0x6e, 0x61, 0x6d, 0x65, 0x22, 0x3a, 0x22, 0xff, 0x22, 0x7d,
    ]);
    expect(await code(api.app.request('/v1/teams', { method: 'POST', headers, body }))).toEqual([
      400,
      'VALIDATION_FAILED',
    ]);
  });

  it('stores lone surrogates in texts well-formed, and other odd text as it is', async () => {
    const name = 'a\u0000\u202Eb\u200D👩‍👩‍👧‍👦';
    const stored = (await (await post(`{"name":"x\\ud800y"}`)).json()) as { name: string };
    expect(stored.name).toBe('x\uFFFDy');
    expect(await (await post({ name })).json()).toMatchObject({ name });
  });

  it.each([
    ['none', ''],
    ['text', 'text/plain'],
    ['form', 'application/x-www-form-urlencoded'],
    ['another charset', 'application/json; charset=latin1'],
    ['an unknown charset', 'application/json; charset=klingon'],
  ])('content type %s: 415', async (_name, type) => {
    expect(await code(post({ name: 'x' }, { 'content-type': type }))).toEqual([
      415,
      'UNSUPPORTED_MEDIA_TYPE',
    ]);
  });
  it.each([
    'application/json; charset=utf-8',
    'application/merge-patch+json',
    'APPLICATION/JSON;charset="UTF-8"',
  ])('content type %s is taken', async (type) => {
    expect((await post({ name: 'x' }, { 'content-type': type })).status).toBe(201);
  });
});

describe('M5: operators', () => {
  const operators: unknown[] = [
    { $gt: '' },
    { $ne: null },
    { $regex: '.*' },
    { $where: 'sleep(1000)' },
    { toString: 'x' },
    ['a', 'b'],
  ];
  it.each(operators)('%j in every field of a body: 400', async (operator) => {
    for (const field of ['id', 'name', 'memberIds', 'supervisorIds', 'version'])
      expect([field, ...(await code(post({ [field]: operator })))]).toEqual([
        field,
        400,
        'VALIDATION_FAILED',
      ]);
  });
  it.each([
    'a[$ne]=',
    'limit[$gt]=1',
    'cursor[$ne]=x',
    'limit=5&limit=6',
    'limit=NaN',
    'limit=0',
    'limit=-1',
    'limit=201',
    'limit=1e99',
    'limit=%7B%22%24gt%22%3A0%7D',
    'unknown=1',
    'cursor=',
    `cursor=${'x'.repeat(513)}`,
  ])('query %s: 400', async (query) => {
    expect(await code(api.call('GET', `/v1/teams?${query}`))).toEqual([400, 'VALIDATION_FAILED']);
  });
  it.each([
    '%00',
    '%7B%22%24gt%22%3A%22%22%7D',
    '..%2f..%2fetc%2fpasswd',
    'a%2Fb',
    '__proto__',
    '%ED%A0%80',
    '$where',
    'a.b',
    'x'.repeat(65),
  ])('id %s in a path: 400 or 404', async (id) => {
    const [status] = await code(api.call('GET', `/v1/teams/${id}`));
    expect([400, 404]).toContain(status);
  });
  it.each(['{"$gt":""}', '[object Object]', '1; drop', '""'])('If-Match %s: 400', async (value) => {
    expect(
      await code(api.call('PUT', '/v1/teams/t', { body: {}, headers: { 'if-match': value } })),
    ).toEqual([400, 'VALIDATION_FAILED']);
  });
  it.each([
    'Bearer {"$gt":""}',
    'Bearer ',
    'Bearer a b',
    'Basic YTpi',
    'Bearer [object Object]',
    `Bearer ${'a'.repeat(5000)}`,
  ])('Authorization %s: 401', async (authorization) => {
    expect(
      await code(api.call('GET', '/v1/teams', { token: null, headers: { authorization } })),
    ).toEqual([401, 'UNAUTHENTICATED']);
  });
});

describe('methods', () => {
  it.each([
    ['PATCH', '/v1/teams/t', 'GET, PUT, DELETE'],
    ['DELETE', '/v1/teams', 'GET, POST'],
    ['OPTIONS', '/v1/tokens', 'POST'],
    ['TRACE', '/healthz', 'GET'],
  ])('%s %s: 405', async (method, path, allow) => {
    // The Request class knows no TRACE; the router is asked as the server would.
    const response =
      method === 'TRACE'
        ? await api.app.fetch(
            Object.defineProperty(new Request('http://localhost/healthz'), 'method', {
              value: 'TRACE',
            }),
          )
        : await api.call(method, path);
    expect(response.headers.get('allow')).toBe(allow);
    expect(await code(response)).toEqual([405, 'METHOD_NOT_ALLOWED']);
  });
  it('an unknown path: 404, with no credential needed to learn it', async () => {
    expect(await code(api.call('GET', '/v1/nothing', { token: null }))).toEqual([404, 'NOT_FOUND']);
  });
});

describe('failures', () => {
  it('a defect is a bare 500 with the request id, and the cause is in the log', async () => {
    const broken = testApi();
    const cause = new Error('connection string mongodb://user:secret@host');
    jest.spyOn(broken.stores.audit, 'list').mockRejectedValue(cause);
    const response = await broken.call('GET', '/v1/audit', {
      headers: { 'x-request-id': 'abc-1' },
    });
    expect(await response.json()).toEqual({
      type: 'urn:parley:problem:INTERNAL',
      title: 'Internal error',
      status: 500,
      code: 'INTERNAL',
      detail: 'Something went wrong on our side.',
      requestId: 'abc-1',
    });
    expect(broken.logged).toContainEqual({
      level: 'error',
      fields: { requestId: 'abc-1', err: cause },
      message: 'request failed',
    });
  });
  it('a server that is away is 503 with Retry-After', async () => {
    const away = testApi();
    away.stores.outage.down = true;
    const response = await away.call('GET', '/v1/teams');
    expect(response.headers.get('retry-after')).toBe('2');
    expect(await code(response)).toEqual([503, 'UNAVAILABLE']);
  });
});

describe('security headers', () => {
  it('are on every answer', async () => {
    for (const path of ['/healthz', '/v1/teams', '/nothing']) {
      const { headers } = await api.call('GET', path);
      expect(
        Object.fromEntries(
          [...headers].filter(([name]) => !['content-type', 'x-request-id'].includes(name)),
        ),
      ).toMatchSnapshot(path);
    }
  });
  it('have HSTS only behind https', async () => {
    const config = {
      publicUrl: 'https://parley.example',
      adminToken: 'x'.repeat(20),
      secrets: ['y'.repeat(20)] as const,
      allowedPrivateHosts: [],
    };
    const { headers } = await testApi({ config }).call('GET', '/healthz');
    expect(headers.get('strict-transport-security')).toContain('max-age');
  });
});
