import { createCustomerTokens } from '../../api/customer-token';
import { ROLES, type Role, STAFF_ROLES } from '../../api/principal';
import { policyOf, ROUTE_POLICIES, routeKey } from '../../api/roles';
import { SECRETS, testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

const api = testApi(catalogue());
const routes = api.app.routes
  .filter(({ method }) => method !== 'ALL')
  .map(({ method, path }) => ({ method, path }))
  .filter(
    (route, index, all) =>
      all.findIndex(
        (other) => routeKey(other.method, other.path) === routeKey(route.method, route.path),
      ) === index,
  );
const keys = routes.map(({ method, path }) => routeKey(method, path));

/** The same route with something in place of its parameters; bodies stay empty, so that nothing happens. */
const call = (method: string, path: string, token: string | null) =>
  api.call(method, path.replaceAll(/:[^/]+/g, 'none'), { token });

const tokens: Record<string, string> = {};
beforeAll(async () => {
  await api.stores.config.create('bots', { id: 'subject', kind: 'HOOK' });
  for (const role of STAFF_ROLES) tokens[role] = await api.tokenFor(role, 'subject');
  const visitor = { subject: 'cus_1', channelId: 'web', identifier: 'v1' };
  const customers = createCustomerTokens(SECRETS, () => new Date());
  tokens['customer'] = (await customers.sign(visitor, 3600)).token;
  tokens['customer, expired'] = (await customers.sign(visitor, -3600)).token;
  tokens['expired'] = await api.tokenFor('agent', 'subject', {
    expiresAt: '2020-01-01T00:00:00.000Z',
  });
  tokens['revoked'] = await api.tokenFor('admin', 'somebody');
  await api.stores.tokens.revokeOf('somebody', ['admin']);
});

describe('M7, M14: role table', () => {
  it('has a row for every route, and a route for every row', () => {
    expect(keys.filter((key) => !ROUTE_POLICIES.has(key))).toEqual([]);
    expect([...ROUTE_POLICIES.keys()].filter((key) => !keys.includes(key))).toEqual([]);
  });

  describe.each(routes)('$method $path', ({ method, path }) => {
    const who = policyOf(method, path)?.who ?? [];
    const status = async (token: string | null) => (await call(method, path, token)).status;

    if (who === 'anyone') {
      it('asks nobody who they are', async () => {
        const response = await call(method, path, null);
        const { detail } =
          response.status === 401
            ? ((await response.json()) as { detail: string })
            : { detail: '' };
        // A route may check a signature or a token of its own; the frame does not.
        expect(detail).not.toContain('expired or revoked');
      });
      return;
    }
    it.each(['no token', 'garbage', 'customer, expired', 'expired', 'revoked'])(
      '%s: 401',
      async (kind) => {
        const token = kind === 'no token' ? null : (tokens[kind] ?? 'ptk_garbage');
        expect(await status(token)).toBe(401);
      },
    );
    it.each(ROLES)('%s', async (role: Role) => {
      const response = await call(method, path, tokens[role] ?? '');
      const refused =
        response.status === 401 ||
        (response.status === 403 &&
          ((await response.json()) as { detail: string }).detail.includes('role'));
      expect([response.status, refused]).toEqual([
        who.includes(role) ? expect.any(Number) : 403,
        !who.includes(role),
      ]);
    });
  });
});
