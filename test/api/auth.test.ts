import { exportJWK, generateKeyPair, SignJWT } from 'jose';
import { createAuthenticator } from '../../api/authenticator';
import { createCustomerTokens } from '../../api/customer-token';
import { createIssuerVerifier } from '../../api/oidc';
import { ADMIN_TOKEN, SECRETS, testApi } from '../support/api';
import { fakeStores } from '../support/fakes/stores';

const VISITOR = { subject: 'cus_1', channelId: 'web', identifier: 'v1' };
const now = () => new Date();
const in5Minutes = () => Math.floor(Date.now() / 1000) + 300;

async function authenticator(
  given: {
    readonly stores?: ReturnType<typeof fakeStores>;
    readonly secrets?: readonly [string, ...string[]];
    readonly issuer?: Parameters<typeof createAuthenticator>[0]['issuer'];
  } = {},
) {
  const customers = createCustomerTokens(given.secrets ?? SECRETS, now);
  const stores = given.stores ?? fakeStores();
  const auth = createAuthenticator({
    stores,
    config: { adminToken: ADMIN_TOKEN },
    customers,
    issuer: given.issuer ?? null,
    now,
  });
  const bearer = (token: string) =>
    auth.authenticate({ authorization: `Bearer ${token}`, ticket: undefined, path: '/' });
  return { auth, customers, stores, bearer };
}

describe('tokens', () => {
  it('are kept as hashes, work until they expire, and name their caller', async () => {
    const api = testApi();
    await api.stores.config.create('agents', { id: 'agt_ana', enabled: true });
    const insert = jest.spyOn(api.stores.tokens, 'insert');
    const minted = await api.call('POST', '/v1/tokens', {
      body: { role: 'agent', subject: 'agt_ana', ttlSeconds: 60 },
    });
    const { id, token, expiresAt } = (await minted.json()) as {
      id: string;
      token: string;
      expiresAt: string;
    };
    expect(insert).not.toHaveBeenCalledWith(expect.objectContaining({ token }));
    expect(JSON.stringify([insert.mock.calls, api.stores.audit.rows])).not.toContain(token);
    expect(Date.parse(expiresAt) - Date.now()).toBeLessThanOrEqual(60_000);
    expect(id).toMatch(/^tok_/);
  });
  it.each([
    [{ role: 'agent', subject: 'nobody' }, 'subject'],
    [{ role: 'bot', subject: 'nobody' }, 'subject'],
    [{ role: 'connector', subject: 'nobody' }, 'subject'],
    [{ role: 'connector', subject: 'any', channelIds: ['none'] }, 'channelIds[0]'],
    [{ role: 'operator', subject: 'o', channelIds: ['none'] }, 'channelIds'],
    [{ role: 'customer', subject: 'cus_1' }, 'role'],
  ])('%j is refused at %s', async (body, path) => {
    const response = await testApi().call('POST', '/v1/tokens', { body });
    expect(await response.json()).toMatchObject({ code: 'VALIDATION_FAILED', errors: [{ path }] });
  });
  it('end with their revocation, at once', async () => {
    const api = testApi();
    const minted = await api.call('POST', '/v1/tokens', {
      body: { role: 'admin', subject: 'second' },
    });
    const { id, token } = (await minted.json()) as { id: string; token: string };
    expect((await api.call('GET', '/v1/teams', { token })).status).toBe(200);
    expect((await api.call('DELETE', `/v1/tokens/${id}`)).status).toBe(204);
    expect((await api.call('GET', '/v1/teams', { token })).status).toBe(401);
    expect((await api.call('DELETE', `/v1/tokens/${id}`)).status).toBe(404);
    expect(api.stores.audit.rows.map(({ action }) => action)).toEqual([
      'token.minted',
      'token.revoked',
    ]);
  });
  it('end when their owner is switched off, deleted, or no supervisor any more', async () => {
    const api = testApi();
    const create = async (id: string) =>
      (await api.call('POST', '/v1/agents', { body: { id, supervisor: true } })).status;
    const put = (id: string, body: object) =>
      api.call('PUT', `/v1/agents/${id}`, { body, headers: { 'if-match': '*' } });
    const tokens = await Promise.all(
      ['off', 'gone', 'less'].map(
        async (id) => [await create(id), await api.tokenFor('supervisor', id)] as const,
      ),
    );
    const statuses = () =>
      Promise.all(
        tokens.map(
          async ([, token], index) =>
            (await api.call('GET', `/v1/agents/${['off', 'gone', 'less'][index]}`, { token }))
              .status,
        ),
      );
    expect(await statuses()).toEqual([200, 200, 200]);
    await put('off', { supervisor: true, enabled: false });
    await api.call('DELETE', '/v1/agents/gone');
    await put('less', { supervisor: false });
    expect(await statuses()).toEqual([401, 401, 401]);
  });
  it('that were good before MongoDB went away stay good meanwhile; others wait', async () => {
    const api = testApi();
    const [known, unknown] = [await api.tokenFor('admin', 'a'), await api.tokenFor('admin', 'b')];
    await api.call('GET', '/v1/teams', { token: known });
    api.stores.outage.down = true;
    const statuses = await Promise.all(
      [known, unknown].map(
        async (token) => (await api.call('GET', '/docs/assets/none', { token })).status,
      ),
    );
    expect(statuses).toEqual([404, 404]); // public
    expect((await api.call('POST', '/v1/stream-tickets', { token: unknown })).status).toBe(503);
    const { bearer, stores, auth } = await authenticator({ stores: api.stores });
    await expect(bearer(known)).rejects.toMatchObject({ code: 'UNAVAILABLE' }); // another process, which never saw it
    stores.outage.down = false;
    const principal = await bearer(known);
    stores.outage.down = true;
    expect(await bearer(known)).toEqual(principal);
    expect(await auth.stillValid(principal)).toBe(true);
    stores.outage.down = false;
    await stores.tokens.revokeOf('a', ['admin']);
    expect(await auth.stillValid(principal)).toBe(false);
  });
});

describe('customer tokens', () => {
  it('name a visitor', async () => {
    const { bearer, customers } = await authenticator();
    const { token } = await customers.sign(VISITOR, 60);
    expect(await bearer(token)).toMatchObject({ role: 'customer', ...VISITOR });
  });
  it('stay good while secrets rotate, and not after', async () => {
    const old = await (await authenticator()).customers.sign(VISITOR, 60);
    const rotating = await authenticator({ secrets: ['a-new-secret-of-some-length', ...SECRETS] });
    const fresh = await rotating.customers.sign(VISITOR, 60);
    expect(await rotating.bearer(old.token)).toMatchObject(VISITOR);
    const after = await authenticator({ secrets: ['a-new-secret-of-some-length'] });
    expect(await after.bearer(fresh.token)).toMatchObject(VISITOR);
    await expect(after.bearer(old.token)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
});

describe('sign-in by an issuer', () => {
  const ISSUER = 'https://id.example';
  async function issuer() {
    const pair = await generateKeyPair('RS256', { extractable: true });
    const jwk = { ...(await exportJWK(pair.publicKey)), kid: 'k1', alg: 'RS256', use: 'sig' };
    const fetched: string[] = [];
    const fetch = async (url: unknown) => {
      fetched.push(String(url));
      return Response.json(
        String(url).endsWith('/jwks')
          ? { keys: [jwk] }
          : { issuer: ISSUER, jwks_uri: `${ISSUER}/jwks` },
      );
    };
    const verifier = createIssuerVerifier(
      { issuer: ISSUER, audience: 'parley', roleClaim: 'parley_role' },
      fetch as never,
      now,
    );
    const signed = (claims: object = {}) =>
      new SignJWT({ parley_role: 'agent', ...claims })
        .setProtectedHeader({ alg: 'RS256', kid: 'k1' })
        .setIssuer(ISSUER)
        .setAudience('parley')
        .setSubject('ana')
        .setExpirationTime(in5Minutes())
        .sign(pair.privateKey);
    const { bearer, stores } = await authenticator({ issuer: verifier });
    await stores.config.create('agents', { id: 'agt_ana', username: 'ana' });
    return { bearer, signed, fetched };
  }
  it('finds the agent by user name', async () => {
    const { bearer, signed, fetched } = await issuer();
    expect(await bearer(await signed())).toMatchObject({ role: 'agent', subject: 'agt_ana' });
    expect(await bearer(await signed({ parley_role: ['supervisor', 'agent'] }))).toMatchObject({
      role: 'supervisor',
      subject: 'agt_ana',
    });
    expect(fetched).toEqual([`${ISSUER}/.well-known/openid-configuration`, `${ISSUER}/jwks`]);
  });
  it('is nobody without an issuer, and waits for one that does not answer', async () => {
    const { signed } = await issuer();
    await expect((await authenticator()).bearer(await signed())).rejects.toMatchObject({
      code: 'UNAUTHENTICATED',
    });
    const down = createIssuerVerifier(
      { issuer: ISSUER, audience: 'parley', roleClaim: 'r' },
      () => Promise.reject(new Error('down')),
      now,
    );
    await expect(
      (await authenticator({ issuer: down })).bearer(await signed()),
    ).rejects.toMatchObject({ code: 'UNAVAILABLE' });
  });
});

describe('stream tickets', () => {
  const STREAM = '/v1/conversations/cnv_1/events';
  it('open one stream, once, for their caller', async () => {
    const { auth, bearer } = await authenticator();
    const principal = await bearer(ADMIN_TOKEN);
    const redeem = (ticket: string, path = STREAM) =>
      auth.authenticate({ authorization: undefined, ticket, path });
    const bound = await auth.issueTicket(principal, STREAM);
    expect(await redeem(bound)).toEqual(principal);
    await expect(redeem(bound)).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    await expect(
      redeem(await auth.issueTicket(principal, STREAM), '/v1/stats/events'),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
    expect(await redeem(await auth.issueTicket(principal, null), '/v1/stats/events')).toEqual(
      principal,
    );
    await expect(redeem('made-up')).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
  it('die with the token they came from', async () => {
    const api = testApi();
    const token = await api.tokenFor('operator', 'ops');
    const { auth, bearer } = await authenticator({ stores: api.stores });
    const ticket = await auth.issueTicket(await bearer(token), null);
    await api.stores.tokens.revokeOf('ops', ['operator']);
    await expect(
      auth.authenticate({ authorization: undefined, ticket, path: STREAM }),
    ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
  });
  it('are no credential anywhere else', async () => {
    const api = testApi();
    const response = await api.call('POST', '/v1/stream-tickets', { body: { stream: STREAM } });
    const { ticket } = (await response.json()) as { ticket: string };
    expect(response.status).toBe(201);
    expect((await api.call('GET', `/v1/teams?ticket=${ticket}`, { token: null })).status).toBe(401);
    expect((await api.call('POST', '/v1/stream-tickets', {})).status).toBe(201);
    expect(
      (await api.call('POST', '/v1/stream-tickets', { body: { stream: 'http://[' } })).status,
    ).toBe(400);
  });
});
