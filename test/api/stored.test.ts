import { createAuthenticator } from '../../api/authenticator';
import { createCustomerTokens } from '../../api/customer-token';
import { createStores } from '../../infra/mongo/stores';
import type { Stores } from '../../infra/stores';
import { ADMIN_TOKEN, SECRETS, type TestApi, testApi } from '../support/api';
import { catalogue } from '../support/catalogue';
import { useDatabase } from '../support/servers';

/** The API over the stores of the product, where it matters that they are real. */
const database = useDatabase();
const known = catalogue();
const opened: Stores[] = [];
/** One more api process on the same database. */
async function anotherApi(): Promise<TestApi> {
  const connectorFacts = (id: string) => known.connectors.get(id) ?? null;
  const logger = { warn: () => undefined, error: () => undefined };
  const stores = await createStores({
    mongodbUri: database().uri,
    secrets: SECRETS,
    connectorFacts,
    logger: logger as never,
  });
  opened.push(stores);
  return testApi({ ...known, stores });
}
let api: TestApi;
beforeAll(async () => {
  api = await anotherApi();
});
afterAll(() => Promise.all(opened.map((stores) => stores.close())));

const SECRET = `whsec_${'S'.repeat(32)}`;
const HTTP = {
  id: 'partner',
  providerId: 'http',
  attributes: {
    sendUrl: 'https://partner.example/m',
    inboundSecret: SECRET,
    outboundSecret: SECRET,
  },
};
const until = async (condition: () => Promise<boolean>) => {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 20));
};

describe('configuration', () => {
  it('lives through create, replace, conflict and delete', async () => {
    expect((await api.call('POST', '/v1/connectors', { body: HTTP })).status).toBe(201);
    const channel = {
      id: 'gen',
      channelType: 'GENERIC',
      serviceIdentifier: 'main',
      connectorId: 'partner',
    };
    const created = await api.call('POST', '/v1/channels', { body: channel });
    expect([created.status, await created.json()]).toMatchObject([
      201,
      { version: 1, routingMode: 'PUSH', notices: { hold: expect.any(String) } },
    ]);
    expect((await api.call('POST', '/v1/channels', { body: channel })).status).toBe(409);
    const twin = await api.call('POST', '/v1/channels', { body: { ...channel, id: 'twin' } });
    expect([twin.status, await twin.json()]).toMatchObject([
      400,
      { errors: [{ path: 'serviceIdentifier' }] },
    ]);
    expect((await api.call('POST', '/v1/connectors', { body: HTTP })).status).toBe(409);

    const put = (version: number, name: string) =>
      api.call('PUT', '/v1/channels/gen', {
        body: { ...channel, name },
        headers: { 'if-match': `"${version}"` },
      });
    const raced = await Promise.all([put(1, 'A'), put(1, 'B'), put(1, 'C')]);
    expect(raced.map(({ status }) => status).sort()).toEqual([200, 412, 412]);

    const inUse = await api.call('DELETE', '/v1/connectors/partner');
    expect([inUse.status, await inUse.json()]).toMatchObject([
      409,
      { detail: expect.stringContaining('channels/gen') },
    ]);
    expect((await api.call('DELETE', '/v1/mrds/chat')).status).toBe(409);
    expect([
      (await api.call('DELETE', '/v1/channels/gen')).status,
      (await api.call('DELETE', '/v1/connectors/partner')).status,
    ]).toEqual([204, 204]);
  });
  it('has the MRDs of the start, and lists page by page at the same cost', async () => {
    for (let n = 0; n < 7; n += 1)
      await api.call('POST', '/v1/customer-labels', { body: { id: `label-${n}` } });
    const seen: string[] = [];
    for (let cursor: string | null = ''; cursor !== null; ) {
      const query: string =
        cursor === '' ? 'limit=3' : `limit=3&cursor=${encodeURIComponent(cursor)}`;
      const page = (await (await api.call('GET', `/v1/customer-labels?${query}`)).json()) as {
        items: { id: string }[];
        nextCursor: string | null;
      };
      seen.push(...page.items.map(({ id }) => id));
      cursor = page.nextCursor;
    }
    expect(seen).toEqual([0, 1, 2, 3, 4, 5, 6].map((n) => `label-${n}`));
    const mrds = (await (await api.call('GET', '/v1/mrds')).json()) as { items: { id: string }[] };
    expect(mrds.items.map(({ id }) => id)).toEqual(['chat', 'email', 'voice']);
    for (const cursor of ['made-up', '%00', 'eyJ9', Buffer.from('["x"]').toString('base64url')]) {
      const response = await api.call('GET', `/v1/customer-labels?cursor=${cursor}`);
      expect([cursor, response.status]).toEqual([cursor, 400]);
    }
  });
});

describe('idempotency', () => {
  it('has one effect among processes', async () => {
    const other = await anotherApi();
    const post = (on: TestApi, name: string) =>
      on.call('POST', '/v1/teams', { body: { name }, headers: { 'idempotency-key': 'shared' } });
    const all = await Promise.all(
      [api, other, api, other, api, other].map((on) => post(on, 'One')),
    );
    const answers = await Promise.all(
      all.map(async (response) => [
        response.status,
        ((await response.json()) as { id: string }).id,
      ]),
    );
    expect(new Set(answers.map(String)).size).toBe(1);
    expect((await post(other, 'Two')).status).toBe(422);
  });
});

describe('credentials', () => {
  it('are revoked in every process', async () => {
    const other = await anotherApi();
    const { id, token } = (await (
      await api.call('POST', '/v1/tokens', { body: { role: 'admin', subject: 'second' } })
    ).json()) as { id: string; token: string };
    expect([
      (await api.call('GET', '/v1/teams', { token })).status,
      (await other.call('GET', '/v1/teams', { token })).status,
    ]).toEqual([200, 200]);
    expect((await api.call('DELETE', `/v1/tokens/${id}`)).status).toBe(204);
    expect((await api.call('GET', '/v1/teams', { token })).status).toBe(401);
    await until(async () => (await other.call('GET', '/v1/teams', { token })).status === 401);
  });
  it('tickets are used once, whoever is faster', async () => {
    const auth = createAuthenticator({
      stores: api.stores,
      config: { adminToken: ADMIN_TOKEN },
      customers: createCustomerTokens(SECRETS, () => new Date()),
      issuer: null,
      now: () => new Date(),
    });
    const principal = await auth.authenticate({
      authorization: `Bearer ${ADMIN_TOKEN}`,
      ticket: undefined,
      path: '/',
    });
    const ticket = await auth.issueTicket(principal, null);
    const redeemed = await Promise.allSettled(
      [1, 2, 3, 4].map(() => auth.authenticate({ authorization: undefined, ticket, path: '/s' })),
    );
    expect(redeemed.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    expect(redeemed.find((result) => result.status === 'fulfilled')).toMatchObject({
      value: principal,
    });
  });
});

describe('a dump of the database', () => {
  it('M14: holds no secret and no token in plain', async () => {
    await api.call('POST', '/v1/connectors', {
      body: { ...HTTP, id: 'dumped' },
      headers: { 'idempotency-key': 'dump-1' },
    });
    await api.call('POST', '/v1/bots', {
      body: {
        id: 'ext',
        kind: 'OPENAI',
        url: 'https://llm.example',
        model: 'm',
        apiKey: 'sk-canary-1',
      },
    });
    await api.call('POST', '/v1/webhook-subscriptions', {
      body: { id: 'sub', url: 'https://x.example', types: ['CUSTOMER_MESSAGE'], secret: SECRET },
    });
    const mint = await api.call('POST', '/v1/tokens', {
      body: { role: 'operator', subject: 'ops' },
      headers: { 'idempotency-key': 'dump-2' },
    });
    const { token } = (await mint.json()) as { token: string };
    const ticket = (await (await api.call('POST', '/v1/stream-tickets', {})).json()) as {
      ticket: string;
    };
    const collections = await database().db.collections();
    const dump = JSON.stringify(
      await Promise.all(collections.map((collection) => collection.find().toArray())),
    );
    expect(dump).toContain('dumped');
    for (const secret of [SECRET, token, ADMIN_TOKEN, 'sk-canary-1', ticket.ticket])
      expect(dump).not.toContain(secret);
  });
});

describe('GET /v1/audit', () => {
  it('tells who did what, newest first, by page and filter', async () => {
    await api.call('POST', '/v1/teams', {
      body: { id: 'audited' },
      headers: { 'x-request-id': 'the-request' },
    });
    await api.call('DELETE', '/v1/teams/audited');
    const first = (await (
      await api.call('GET', '/v1/audit?target=teams/audited&limit=1')
    ).json()) as { items: unknown[]; nextCursor: string };
    expect(first.items).toMatchObject([
      {
        action: 'configuration.deleted',
        actor: { type: 'ADMIN', id: 'bootstrap' },
        target: 'teams/audited',
      },
    ]);
    const second = (await (
      await api.call('GET', `/v1/audit?target=teams/audited&limit=1&cursor=${first.nextCursor}`)
    ).json()) as { items: unknown[]; nextCursor: null };
    expect(second).toMatchObject({
      items: [{ action: 'configuration.created', requestId: 'the-request' }],
      nextCursor: null,
    });
    expect((await api.call('GET', '/v1/audit?from=yesterday')).status).toBe(400);
  });
});
