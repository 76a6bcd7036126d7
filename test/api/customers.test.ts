import { eventually, useLiveApi } from '../support/live-api';
import { aLiveConversation, customerWrites } from '../support/live-chat';
import { configureAll } from '../support/live-objects';

const live = useLiveApi();
let agent: string;
beforeAll(async () => {
  await configureAll(live());
  await live().configure('customer-labels', { id: 'vip', name: 'VIP', priority: 8 });
  agent = await live().tokenFor('agent', 'agt_ana');
});

const as = async (
  method: string,
  path: string,
  body?: unknown,
  token: string | undefined = agent,
) => {
  const answer = await live().call(method, path, { ...(token ? { token } : {}), body });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
};
const aCustomer = async () => (await as('POST', '/v1/customers', { name: 'Ana' })).body;

describe('/v1/customers', () => {
  it('makes, shows, changes and finds customers', async () => {
    const made = await as('POST', '/v1/customers', {
      name: 'Zoë Unusual',
      attributes: { city: 'Lahore' },
      labels: ['vip'],
    });
    expect(made).toMatchObject({
      status: 201,
      body: { anonymous: false, labels: ['vip'], identities: [] },
    });
    const { id } = made.body;
    const changed = await as('PATCH', `/v1/customers/${id}`, {
      name: null,
      attributes: { city: null, note: 'x' },
    });
    expect(changed.body).toMatchObject({ name: null, attributes: { note: 'x' } });
    expect((await as('GET', `/v1/customers/${id}`)).body).toEqual(changed.body);
    expect(
      (await as('GET', '/v1/customers?label=vip')).body.items.map(
        ({ id: found }: { id: string }) => found,
      ),
    ).toContain(id);
    const chat = await aLiveConversation(live());
    const query = `channelId=generic&identifier=${chat.identifier}`;
    expect((await as('GET', `/v1/customers?${query}`)).body.items).toMatchObject([
      { id: chat.customerId, name: 'Ana' },
    ]);
    expect(made.body).not.toHaveProperty('liveIn');
  });

  it.each([
    ['POST', '/v1/customers', { labels: ['none'] }],
    ['POST', '/v1/customers', { name: { $ne: null } }],
    ['POST', '/v1/customers', { id: 'cus_mine' }],
    ['GET', '/v1/customers?q[$regex]=.', undefined],
    ['GET', '/v1/customers?sort=name', undefined],
  ])('refuses %s %s %j', async (method, path, body) => {
    expect((await as(method, path, body)).status).toBe(400);
  });

  it('knows no stranger', async () => {
    for (const [method, tail, body] of [
      ['GET', ''],
      ['PATCH', '', { name: 'x' }],
      ['GET', '/conversation'],
      ['GET', '/conversations'],
      ['POST', '/identities', { channelId: 'generic', identifier: 'x' }],
      ['DELETE', '/identities?channelId=generic&identifier=x'],
      ['POST', '/merge', { intoCustomerId: 'cus_none' }],
    ] as const)
      expect((await as(method, `/v1/customers/cus_none${tail}`, body)).status).toBe(404);
  });

  it('shows the open conversation to those who may read it', async () => {
    const { customerId, id, path } = await aLiveConversation(live());
    expect((await as('GET', `/v1/customers/${customerId}/conversation`)).status).toBe(404);
    expect((await as('GET', `/v1/customers/${customerId}/conversations`)).body.items).toEqual([]);
    await as('POST', `${path}/participants`, { agentId: 'agt_ana', role: 'PRIMARY' });
    const open = await eventually(async () => {
      const { status, body } = await as('GET', `/v1/customers/${customerId}/conversation`);
      return status === 200 ? body : null;
    });
    expect(open.id).toBe(id);
  });
});

describe('identities and merges', () => {
  it('links a free identity, refuses a known person’s, and unlinks', async () => {
    const { id } = await aCustomer();
    const identity = { channelId: 'sms', identifier: '+1 (555) 000-7777' };
    const linked = await as('POST', `/v1/customers/${id}/identities`, identity);
    expect(linked.body.identities).toMatchObject([
      { namespace: 'sms', externalId: '+15550007777' },
    ]);
    expect((await as('POST', `/v1/customers/${id}/identities`, identity)).status).toBe(200);
    const other = await aCustomer();
    expect((await as('POST', `/v1/customers/${other.id}/identities`, identity)).status).toBe(409);
    expect(
      (await as('POST', `/v1/customers/${id}/identities`, { ...identity, identifier: '0555' }))
        .status,
    ).toBe(400);
    const query = `channelId=sms&identifier=${encodeURIComponent('+15550007777')}`;
    expect((await as('DELETE', `/v1/customers/${id}/identities?${query}`)).body.identities).toEqual(
      [],
    );
    expect((await as('DELETE', `/v1/customers/${id}/identities?${query}`)).status).toBe(404);
  });

  it('brings an anonymous customer along with their only identity', async () => {
    const chat = await aLiveConversation(live());
    const { id } = await aCustomer();
    const linked = await as('POST', `/v1/customers/${id}/identities`, {
      channelId: 'generic',
      identifier: chat.identifier,
    });
    expect(linked).toMatchObject({ status: 200, body: { id } });
    expect(linked.body.identities).toMatchObject([{ externalId: chat.identifier }]);
    expect((await as('GET', `/v1/customers/${chat.customerId}`)).body.mergedInto).toBe(id);
    const after = await customerWrites(live(), chat.identifier, 'still me');
    expect(after).toBe(id);
    const { body } = await eventually(async () => {
      const page = await as(
        'GET',
        `/v1/conversations/${chat.id}/timeline?limit=200`,
        undefined,
        '',
      );
      return page.body.items?.some(
        ({ body: said }: { body: { text?: string } | null }) => said?.text === 'still me',
      )
        ? page
        : null;
    });
    expect(
      body.items.filter(({ type }: { type: string }) => type === 'CONVERSATION_STARTED'),
    ).toHaveLength(1);
  });

  it('merges two, once; a repeat changes nothing, itself and the merged are refused', async () => {
    const [merged, survivor] = [await aCustomer(), await aCustomer()];
    const path = `/v1/customers/${merged.id}/merge`;
    expect((await as('POST', path, { intoCustomerId: merged.id })).status).toBe(409);
    expect((await as('POST', path, { intoCustomerId: 'cus_none' })).status).toBe(404);
    expect(await as('POST', path, { intoCustomerId: survivor.id })).toMatchObject({
      status: 200,
      body: { id: survivor.id },
    });
    expect((await as('POST', path, { intoCustomerId: survivor.id })).status).toBe(200);
    const third = await aCustomer();
    expect((await as('POST', path, { intoCustomerId: third.id })).status).toBe(409);
    expect(
      (await as('POST', `/v1/customers/${third.id}/merge`, { intoCustomerId: merged.id })).status,
    ).toBe(409);
    const audit = await live().stores.audit.list({ action: 'customer.merge' }, { limit: 50 });
    expect(audit.items.filter((row) => row['target'] === merged.id)).toHaveLength(1);
  });

  it('makes one of two open conversations', async () => {
    const [m, x] = [await aLiveConversation(live()), await aLiveConversation(live())];
    const done = await as('POST', `/v1/customers/${m.customerId}/merge`, {
      intoCustomerId: x.customerId,
    });
    expect(done).toMatchObject({ status: 200, body: { id: x.customerId } });
    await customerWrites(live(), m.identifier, 'after the merge');
    const timeline = await eventually(async () => {
      const page = await live().stores.timeline.read(x.id, 0, 200);
      return page.some(({ body }) => body?.type === 'PLAIN' && body.text === 'after the merge')
        ? page
        : null;
    });
    expect(timeline.some(({ type }) => type === 'CONVERSATION_MERGED')).toBe(true);
    await eventually(async () => (await live().stores.conversations.get(m.id))?.state === 'CLOSED');
  });
});
