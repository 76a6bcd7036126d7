import { testApi } from '../support/api';

describe('frame', () => {
  it('lets the bootstrap token in, and nobody else', async () => {
    const { call } = testApi();
    const minted = await call('POST', '/v1/tokens', { body: { role: 'operator', subject: 'ops' } });
    expect(minted.status).toBe(201);
    const { token } = (await minted.json()) as { token: string };
    expect(
      (await call('POST', '/v1/tokens', { token, body: { role: 'operator', subject: 'ops' } }))
        .status,
    ).toBe(403);
    const none = await call('POST', '/v1/tokens', { token: null, body: {} });
    expect(none.status).toBe(401);
    expect(await none.json()).toMatchObject({
      code: 'UNAUTHENTICATED',
      status: 401,
      requestId: expect.any(String),
    });
    expect(none.headers.get('content-type')).toBe('application/problem+json');
  });
  it('answers 404 and 405 as problems', async () => {
    const { call } = testApi();
    expect(await (await call('GET', '/nope')).json()).toMatchObject({ code: 'NOT_FOUND' });
    const response = await call('PUT', '/v1/tokens', { body: {} });
    expect([response.status, response.headers.get('allow'), await response.json()]).toMatchObject([
      405,
      'POST',
      { code: 'METHOD_NOT_ALLOWED' },
    ]);
  });
  it('names every fault', async () => {
    const { call } = testApi();
    const response = await call('POST', '/v1/tokens', {
      body: { role: 'king', extra: 1, ttlSeconds: -1 },
    });
    expect(response.status).toBe(400);
    const { errors } = (await response.json()) as { errors: { path: string }[] };
    expect(errors.map((fault) => fault.path).sort()).toEqual([
      'extra',
      'role',
      'subject',
      'ttlSeconds',
    ]);
  });
  it('describes itself', async () => {
    const { call } = testApi();
    const document = (await (await call('GET', '/openapi.json', { token: null })).json()) as {
      paths: Record<string, unknown>;
    };
    expect(document).toMatchObject({ openapi: '3.1.0' });
    expect(JSON.stringify(document.paths['/v1/tokens'])).toContain('Problem422');
  });
});
