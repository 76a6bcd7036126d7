import { testApi } from '../support/api';

const KEY = { 'idempotency-key': 'k-1' };

describe('Idempotency-Key', () => {
  it('gives the same answer again, with one effect', async () => {
    const api = testApi();
    const first = await api.call('POST', '/v1/teams', { body: { name: 'A' }, headers: KEY });
    const second = await api.call('POST', '/v1/teams', { body: { name: 'A' }, headers: KEY });
    expect([second.status, second.headers.get('etag'), second.headers.get('location')]).toEqual([
      201,
      first.headers.get('etag'),
      first.headers.get('location'),
    ]);
    expect(second.headers.get('content-type')).toBe(first.headers.get('content-type'));
    const ids = [first, second].map(({ headers }) => headers.get('x-request-id'));
    expect([new Set(ids).size, ids]).toEqual([2, [expect.any(String), expect.any(String)]]);
    expect(await second.json()).toEqual(await first.json());
    expect(api.stores.audit.rows).toHaveLength(1);
  });
  it('refuses the key for another body, another route, and gives it to another caller', async () => {
    const api = testApi();
    await api.call('POST', '/v1/teams', { body: { name: 'A' }, headers: KEY });
    for (const [path, body] of [
      ['/v1/teams', { name: 'B' }],
      ['/v1/mrds', { name: 'A' }],
    ] as const) {
      const response = await api.call('POST', path, { body, headers: KEY });
      expect([response.status, await response.json()]).toMatchObject([
        422,
        { code: 'IDEMPOTENCY_MISMATCH' },
      ]);
    }
    const token = await api.tokenFor('admin', 'other');
    expect(
      (await api.call('POST', '/v1/teams', { token, body: { name: 'B' }, headers: KEY })).status,
    ).toBe(201);
  });
  it('lets overlapping repeats wait for the first', async () => {
    const api = testApi();
    const all = await Promise.all(
      Array.from({ length: 10 }, () =>
        api.call('POST', '/v1/teams', { body: { name: 'A' }, headers: KEY }),
      ),
    );
    const answers = new Set(
      await Promise.all(all.map(async (response) => `${response.status} ${await response.text()}`)),
    );
    expect(answers.size).toBe(1);
    expect(api.stores.audit.rows).toHaveLength(1);
  });
  it('does not wait for a process that is gone where asking again changes nothing', async () => {
    const api = testApi();
    jest.spyOn(api.stores.idempotency, 'begin').mockResolvedValue({ state: 'pending' });
    const complete = jest.spyOn(api.stores.idempotency, 'complete');
    const typing = await api.call('POST', '/v1/channels/none/typing', {
      token: await api.tokenFor('connector', 'partner'),
      body: { customerIdentifier: 'mia', typing: true },
      headers: KEY,
    });
    expect(await typing.json()).toMatchObject({ code: 'NOT_FOUND' }); // the channel: it was asked
    expect(complete).toHaveBeenCalledTimes(1);
  });
  it('keeps refusals, but not failures that a repeat may mend', async () => {
    const api = testApi();
    const bad = () => api.call('POST', '/v1/lists', { body: { mrdId: 'none' }, headers: KEY });
    const [first, second] = [await bad(), await bad()];
    expect([first.status, await second.text()]).toEqual([400, await first.text()]);
    const insert = jest.spyOn(api.stores.tokens, 'insert');
    const mint = () =>
      api.call('POST', '/v1/tokens', {
        body: { role: 'operator', subject: 'o' },
        headers: { 'idempotency-key': 'k-2' },
      });
    insert.mockRejectedValueOnce(new Error('once'));
    expect([(await mint()).status, (await mint()).status]).toEqual([500, 201]);
  });
  it('of strangers counts only when nobody else comes upon it', async () => {
    const api = testApi();
    const begin = jest.spyOn(api.stores.idempotency, 'begin');
    const post = (key: string) =>
      api.call('POST', '/webchat/none/sessions', {
        token: null,
        body: {},
        headers: { 'idempotency-key': key },
      });
    await post('1');
    expect(begin).not.toHaveBeenCalled();
    await post('6f1c2a52-7a0e-4a52-9a4e-3b6b1f0d2c11');
    expect(begin).toHaveBeenCalledTimes(1);
  });
  it('is answered truly even when the answer cannot be kept', async () => {
    const api = testApi();
    jest.spyOn(api.stores.idempotency, 'complete').mockRejectedValue(new Error('away'));
    const response = await api.call('POST', '/v1/teams', { body: { name: 'A' }, headers: KEY });
    expect(response.status).toBe(201);
  });
  it('keeps no token in plain', async () => {
    const api = testApi();
    const complete = jest.spyOn(api.stores.idempotency, 'complete');
    const mint = () =>
      api.call('POST', '/v1/tokens', { body: { role: 'operator', subject: 'o' }, headers: KEY });
    const { token } = (await (await mint()).json()) as { token: string };
    expect(((await (await mint()).json()) as { token: string }).token).toBe(token);
    expect(JSON.stringify(complete.mock.calls)).not.toContain(token);
  });
  it.each(['', 'a b', 'x'.repeat(256), 'é'])('refuses the key %j', async (key) => {
    const api = testApi();
    expect(
      (await api.call('POST', '/v1/teams', { body: {}, headers: { 'idempotency-key': key } }))
        .status,
    ).toBe(400);
  });
});
