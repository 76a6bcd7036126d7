import { ADMIN_TOKEN, SECRETS, testApi } from '../support/api';

const ISSUER = 'https://issuer.example';
const document = {
  issuer: ISSUER,
  jwks_uri: `${ISSUER}/keys`,
  authorization_endpoint: `${ISSUER}/authorize`,
  token_endpoint: 'https://tokens.example/token',
};

/** The API with an issuer that answers `found`; null: it is away. */
function api(found: object | null, signIn: { clientId: string; scope: string } | undefined) {
  const config = {
    publicUrl: 'http://localhost',
    adminToken: ADMIN_TOKEN,
    secrets: SECRETS,
    allowedPrivateHosts: [],
    oidc: { issuer: ISSUER, audience: 'api', roleClaim: 'parley_role', signIn },
  };
  const answer = async () => {
    if (!found) throw new Error('away');
    return Response.json(found);
  };
  return testApi({ config, outgoing: { check: async () => undefined, fetch: () => answer } });
}
const client = { clientId: 'pages', scope: 'openid' };
const connectOf = (answer: Response) =>
  /connect-src ([^;]*)/.exec(answer.headers.get('content-security-policy') ?? '')?.[1];

describe('GET /v1/sign-in', () => {
  it('tells pages where to send people, and their policy lets them get the token', async () => {
    const { call } = api(document, client);
    const told = await call('GET', '/v1/sign-in', { token: null });
    expect(await told.json()).toEqual({
      oidc: {
        issuer: ISSUER,
        clientId: 'pages',
        scope: 'openid',
        authorizationEndpoint: `${ISSUER}/authorize`,
        tokenEndpoint: 'https://tokens.example/token',
        token: 'access_token',
        audience: 'api',
      },
    });
    const page = await call('GET', '/board', { token: null });
    expect(connectOf(page)).toBe("'self' https://tokens.example");
  });
  it.each<[string, object | null, typeof client | undefined, number]>([
    ['no client is configured', document, undefined, 200],
    ['the issuer has nowhere to go', { ...document, token_endpoint: 'javascript:x' }, client, 200],
    ['the issuer is away', null, client, 503],
    ['the document is of another issuer', { ...document, issuer: 'x' }, client, 503],
  ])('sends nobody there, and widens no policy, where %s', async (_why, found, named, status) => {
    const { call } = api(found, named);
    const told = await call('GET', '/v1/sign-in', { token: null });
    expect(told.status).toBe(status);
    if (status === 200) expect(await told.json()).toEqual({ oidc: null });
    expect(connectOf(await call('GET', '/desk', { token: null }))).toBe("'self'");
  });
  it('takes the ID token where the API is the client itself', async () => {
    const { call } = api(document, { ...client, clientId: 'api' });
    const told = await call('GET', '/v1/sign-in', { token: null });
    expect(await told.json()).toMatchObject({ oidc: { token: 'id_token' } });
  });
});
