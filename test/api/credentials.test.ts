import { createAuthenticator } from '../../api/authenticator';
import { createCustomerTokens } from '../../api/customer-token';
import { createIssuerVerifier, type IssuerVerifier } from '../../api/oidc';
import type { Principal } from '../../api/principal';
import { ROUTE_POLICIES } from '../../api/roles';
import type { Stores } from '../../infra/stores';
import { ADMIN_TOKEN, SECRETS, testApi } from '../support/api';
import { catalogue } from '../support/catalogue';
import { fakeStores } from '../support/fakes/stores';
import {
  type IssuerForge,
  issuerForge,
  type TokenForge,
  visitorForge,
} from '../support/forged-tokens';

/** Who is let in, over HTTP and on streams, by whatever clock (reliability.md sections 9 and 13). */
const ISSUER = 'https://id.example';
const OIDC = { issuer: ISSUER, audience: 'parley', roleClaim: 'parley_role' };
const VISITOR = { subject: 'cus_1', channelId: 'web', identifier: 'v1' };
const visitors = visitorForge(SECRETS[0], VISITOR);
let people: IssuerForge;
beforeAll(async () => {
  people = await issuerForge(ISSUER, 'ana');
});

/** The API with an issuer; `ahead`: of its clock, ms. */
async function anApi(ahead = 0, stores = fakeStores()) {
  const api = testApi({
    ...catalogue(),
    stores,
    now: () => new Date(Date.now() + ahead),
    outgoing: { check: async () => undefined, fetch: () => people.fetch },
    config: {
      publicUrl: 'http://localhost',
      adminToken: ADMIN_TOKEN,
      secrets: SECRETS,
      allowedPrivateHosts: [],
      oidc: OIDC,
    },
  });
  if (!(await stores.config.get('agents', 'agt_ana')))
    await stores.config.create('agents', { id: 'agt_ana', username: 'ana' });
  return api;
}
type Api = Awaited<ReturnType<typeof anApi>>;

/** A route and streams of each kind of caller. */
const OF_STAFF = [
  '/v1/me',
  '/v1/conversations',
  '/v1/conversations/cnv_1/events',
  '/v1/agents/agt_ana/events',
];
const OF_VISITORS = ['/webchat/messages', '/webchat/events'];
async function statusOf({ call }: Api, path: string, token: string): Promise<number> {
  const answer = await call('GET', path, { token });
  await answer.body?.cancel();
  return answer.status;
}

describe('a JWT on REST and on streams', () => {
  it('that is good is known: to routes of its own kind, and refused by those of the other', async () => {
    const api = await anApi();
    for (const [token, own, others] of [
      [await people.good(), OF_STAFF, OF_VISITORS],
      [await people.rotated(), OF_STAFF, OF_VISITORS],
      [await visitors.good(), OF_VISITORS, OF_STAFF],
    ] as const) {
      for (const path of own) expect([401, 403]).not.toContain(await statusOf(api, path, token));
      for (const path of others)
        expect([path, await statusOf(api, path, token)]).toEqual([path, 403]);
    }
  });

  it('M18: that is not is refused everywhere', async () => {
    const api = await anApi();
    const letIn: string[] = [];
    for (const [whose, { forged }] of Object.entries({ visitor: visitors, staff: people }))
      for (const [what, make] of Object.entries(forged)) {
        const token = await make();
        for (const path of [...OF_STAFF, ...OF_VISITORS]) {
          const status = await statusOf(api, path, token);
          if (status !== 401) letIn.push(`${whose}, ${what}: ${path} ${status}`);
        }
      }
    expect(letIn).toEqual([]);
  });

  it.each<[string, () => TokenForge]>([
    ['a visitor’s', () => visitors],
    ['the issuer’s', () => people],
  ])('%s is judged with a minute of patience', async (_whose, of) => {
    const api = await anApi();
    const path = of() === visitors ? '/webchat/messages' : '/v1/me';
    const known = async (times: object) =>
      (await statusOf(api, path, await of().good(times))) !== 401;
    expect(await known({ expires: -50 })).toBe(true);
    expect(await known({ expires: -61 })).toBe(false);
    expect(await known({ begins: 50 })).toBe(true);
    expect(await known({ begins: 70 })).toBe(false);
  });

  it('M7: of an agent who is switched off lets nobody in, and ends what is open', async () => {
    const stores = fakeStores();
    const api = await anApi(0, stores);
    const token = await people.good();
    const auth = authenticatorOf({ stores });
    const bearer = { authorization: `Bearer ${token}`, ticket: undefined, path: '/' };
    const principal = await auth.authenticate(bearer);
    expect(await auth.stillValid(principal)).toBe(true);
    await stores.config.replace('agents', 'agt_ana', 1, { username: 'ana', enabled: false });
    for (const path of OF_STAFF) expect(await statusOf(api, path, token)).toBe(401);
    expect(await auth.stillValid(principal)).toBe(false);
    await stores.config.remove('agents', 'agt_ana');
    for (const path of OF_STAFF) expect(await statusOf(api, path, token)).toBe(401);
    expect(await auth.stillValid(principal)).toBe(false);
  });
});

describe('a wrong clock (F9)', () => {
  const HOUR = 3_600_000;
  it.each([
    ['right', 0, { visitor: true, soon: true, early: true, minted: true, bootstrap: true }],
    ['+1 h', HOUR, { visitor: true, soon: false, early: true, minted: false, bootstrap: true }],
    ['-1 h', -HOUR, { visitor: true, soon: true, early: false, minted: true, bootstrap: true }],
    [
      '+400 d',
      400 * 24 * HOUR,
      { visitor: false, soon: false, early: false, minted: false, bootstrap: true },
    ],
  ])('%s: tokens too old or too early are a 401, never a 500', async (_what, ahead, expected) => {
    const api = await anApi(ahead);
    const halfAnHour = new Date(Date.now() + HOUR / 2).toISOString();
    const ways: readonly (readonly [keyof typeof expected, string, readonly string[]])[] = [
      ['visitor', await visitors.good({ expires: 7 * 86_400 }), OF_VISITORS],
      ['soon', await visitors.good({ expires: 1800 }), OF_VISITORS],
      ['early', await visitors.good({ expires: 7 * 86_400, begins: 0 }), OF_VISITORS],
      ['early', await people.good({ expires: 7 * 86_400, begins: 0 }), OF_STAFF],
      ['soon', await people.good({ expires: 1800 }), OF_STAFF],
      ['minted', await api.tokenFor('agent', 'agt_ana', { expiresAt: halfAnHour }), OF_STAFF],
      ['bootstrap', ADMIN_TOKEN, ['/v1/me', '/v1/teams']],
    ];
    const wrong: string[] = [];
    for (const [kind, token, paths] of ways)
      for (const path of paths) {
        const status = await statusOf(api, path, token);
        const asExpected = expected[kind] ? status !== 401 : status === 401;
        if (!asExpected) wrong.push(`${kind} ${path}: ${status}`);
      }
    expect(wrong).toEqual([]);
  });
});

/** What an authenticator is made of; each part may be a mutant. */
function authenticatorOf(given: {
  readonly stores?: Pick<Stores, 'tokens' | 'tickets' | 'config'>;
  readonly customers?: Parameters<typeof createAuthenticator>[0]['customers'];
  readonly issuer?: IssuerVerifier;
}) {
  const now = () => new Date();
  return createAuthenticator({
    stores: fakeStores(),
    config: { adminToken: ADMIN_TOKEN },
    customers: createCustomerTokens(SECRETS, now),
    issuer: createIssuerVerifier(OIDC, people.fetch, now),
    now,
    ...given,
  });
}

describe('M8: a verification that nobody waits for', () => {
  const soon = () => new Promise<void>((resolve) => setTimeout(resolve, 5));
  /** Says no later than the real one, and is waited for all the same. */
  const slowly =
    <A extends unknown[], R>(verify: (...given: A) => Promise<R>) =>
    async (...given: A): Promise<R> => {
      await soon();
      return verify(...given);
    };
  /** The mutant: it says yes at once, and no when it is too late. */
  const unawaited =
    <A extends unknown[], R>(verify: (...given: A) => Promise<R>, yes: R) =>
    async (...given: A): Promise<R> => {
      void verify(...given).catch(() => undefined);
      return yes;
    };

  type Auth = ReturnType<typeof createAuthenticator>;
  /** Credentials that must let nobody in, by the verifier that has to say so; answers those that do. */
  async function letIn(auth: Auth): Promise<readonly string[]> {
    const bearer = (token: string) => ({ authorization: `Bearer ${token}`, ticket: undefined });
    const bad: Readonly<Record<string, { authorization?: string; ticket?: string | undefined }>> = {
      visitor: bearer((await visitors.forged['another key']?.()) ?? ''),
      issuer: bearer((await people.forged['another key']?.()) ?? ''),
      staff: bearer('ptk_garbage'),
      ticket: { ticket: 'tkt_garbage' },
    };
    const found: string[] = [];
    for (const [verifier, { authorization, ticket }] of Object.entries(bad)) {
      const known = await auth.authenticate({ authorization, ticket, path: '/' }).then(
        () => true,
        () => false,
      );
      if (known) found.push(verifier);
    }
    return found;
  }
  const record = { id: 't', role: 'admin', subject: 'a', channelIds: null, expiresAt: null };
  const principal = { ...VISITOR, role: 'customer', expiresAt: null } as Principal;
  const identity = {
    username: 'ana',
    role: 'admin',
    expiresAt: '2100-01-01T00:00:00.000Z',
  } as const;

  it('is none here: verifiers that are slow to say no keep everybody out', async () => {
    const stores = fakeStores();
    const customers = createCustomerTokens(SECRETS, () => new Date());
    const issuer = createIssuerVerifier(OIDC, people.fetch, () => new Date());
    const auth = authenticatorOf({
      stores: {
        ...stores,
        config: stores.config,
        tokens: { ...stores.tokens, find: slowly(stores.tokens.find) },
        tickets: { ...stores.tickets, redeem: slowly(stores.tickets.redeem) },
      },
      customers: { ...customers, verify: slowly(customers.verify) },
      issuer: { verify: slowly(issuer.verify) },
    });
    expect(await letIn(auth)).toEqual([]);
  });

  it('is noticed, whichever verifier it is', async () => {
    const stores = fakeStores();
    const customers = createCustomerTokens(SECRETS, () => new Date());
    const issuer = createIssuerVerifier(OIDC, people.fetch, () => new Date());
    const mutants: Readonly<Record<string, Parameters<typeof authenticatorOf>[0]>> = {
      visitor: {
        customers: { ...customers, verify: unawaited(customers.verify, principal as never) },
      },
      issuer: { issuer: { verify: unawaited(issuer.verify, identity) } },
      staff: {
        stores: {
          ...{ config: stores.config, tickets: stores.tickets },
          tokens: {
            ...stores.tokens,
            find: unawaited(stores.tokens.find, { ...record, revokedAt: null }),
          },
        },
      },
      ticket: {
        stores: {
          ...{ config: stores.config, tokens: stores.tokens },
          tickets: {
            ...stores.tickets,
            redeem: unawaited(stores.tickets.redeem, { principal: { ...principal }, path: null }),
          },
        },
      },
    };
    for (const [verifier, mutant] of Object.entries(mutants))
      expect(await letIn(authenticatorOf(mutant))).toEqual([verifier]);
  });

  it('is none on any route: nothing is read or written before the answer of a slow store', async () => {
    const touched: string[] = [];
    const plain = fakeStores();
    const slow = { ...plain.tokens, find: slowly(plain.tokens.find) };
    const watched = new Proxy(plain, {
      get: (target, name) => {
        if (name === 'tokens') return slow;
        if (typeof name === 'string' && !WIRING.has(name)) touched.push(name);
        return Reflect.get(target, name);
      },
    });
    const { app } = testApi({ ...catalogue(), stores: watched });
    touched.length = 0;
    const answers = await Promise.all(
      [...ROUTE_POLICIES].flatMap(([key, { who }]) => {
        if (who === 'anyone') return [];
        const [method = '', path = ''] = key.split(' ');
        const headers = { authorization: 'Bearer ptk_garbage' };
        return [app.request(path.replaceAll(/\{[^}]+\}/g, 'x'), { method, headers })];
      }),
    );
    expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([401]));
    expect(answers.length).toBeGreaterThan(100);
    expect(touched).toEqual([]);
  });
  /** What the app takes of its stores before it knows who asks. */
  const WIRING = new Set(['then', 'outage']);
});

it('M13: who is no supervisor any more is refused with the token of one, and their stream ends', async () => {
  const stores = fakeStores();
  const api = testApi({ ...catalogue(), stores });
  await api.call('POST', '/v1/agents', { body: { id: 'sara', supervisor: true } });
  const token = await api.tokenFor('supervisor', 'sara');
  const auth = authenticatorOf({ stores });
  const authorization = `Bearer ${token}`;
  const principal = await auth.authenticate({ authorization, ticket: undefined, path: '/' });
  const ticket = await auth.issueTicket(principal, null);
  expect((await api.call('GET', '/v1/me', { token })).status).toBe(200);
  const body = { supervisor: false };
  await api.call('PUT', '/v1/agents/sara', { body, headers: { 'if-match': '*' } });
  expect((await api.call('GET', '/v1/me', { token })).status).toBe(401);
  expect(await auth.stillValid(principal)).toBe(false); // asked at each heartbeat: test/api/streams
  await expect(
    auth.authenticate({ authorization: undefined, ticket, path: '/v1/stats/events' }),
  ).rejects.toMatchObject({ code: 'UNAUTHENTICATED' });
});
