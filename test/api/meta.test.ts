import { randomUUID } from 'node:crypto';
import { RESOURCE_SCHEMAS } from '../../domain/configuration/schema';
import type { ArchivedEntry, ResourceName } from '../../infra/stores';
import type { TestApi } from '../support/api';
import { signedByMeta } from '../support/fakes/graph';
import { eventually, useLiveApi } from '../support/live-api';

const live = useLiveApi();
const signs: { readonly url: string; readonly body: Record<string, unknown> }[] = [];
/** By what number WhatsApp knows somebody else than by the one that was written to. */
const waIds = new Map<string, string>();
let api: TestApi;

beforeAll(async () => {
  const make = (resource: ResourceName, object: Record<string, unknown> & { id: string }) =>
    live().configure(resource, RESOURCE_SCHEMAS[resource].parse(object) as typeof object);
  const shared = { accessToken: 'token', appSecret: 'app-secret', verifyToken: 'VT' };
  const attributes = { pageId: 'PAGE1', ...shared };
  await make('connectors', { id: 'page', providerId: 'messenger', attributes });
  await make('connectors', {
    id: 'number',
    providerId: 'whatsapp-cloud',
    attributes: { phoneNumberId: 'PN1', ...shared },
  });
  await make('queues', { id: 'support', mrdId: 'chat' });
  const channel = (given: Record<string, unknown> & { id: string }) =>
    make('channels', { queueId: 'support', wrapUp: { enabled: false }, ...given });
  const fb = { channelType: 'MESSENGER', serviceIdentifier: 'PAGE1', connectorId: 'page' };
  const wa = { channelType: 'WHATSAPP', serviceIdentifier: '+15550001111', connectorId: 'number' };
  const other = { ...shared, appSecret: 'secret-of-another-app' };
  const numbers = {
    second: { phoneNumberId: 'PN2', ...shared },
    far: { phoneNumberId: 'PN3', ...other },
  };
  for (const [id, attributes] of Object.entries(numbers)) {
    await make('connectors', { id, providerId: 'whatsapp-cloud', attributes });
    await channel({ ...wa, id, serviceIdentifier: attributes.phoneNumberId, connectorId: id });
  }
  await channel({ id: 'fb', ...fb });
  await channel({ id: 'wa', ...wa });
  api = live().another({
    outgoing: {
      check: async () => undefined,
      fetch: () => async (input, init) => {
        signs.push({ url: String(input), body: JSON.parse(String(init?.body)) });
        return Response.json({});
      },
    },
  });
  live().provider = (_url, body) => {
    const {
      recipient,
      to,
      metadata = randomUUID(),
    } = {
      ...JSON.parse(body),
      ...JSON.parse(body).message,
    };
    if (to !== undefined) {
      const contacts = [{ input: to, wa_id: waIds.get(to) ?? to }];
      return Response.json({ contacts, messages: [{ id: `wamid.${randomUUID()}` }] });
    }
    return Response.json({ recipient_id: recipient?.id, message_id: `m_${metadata}` });
  };
});

function hook(channelId: string, body: unknown, secret = 'app-secret'): Promise<Response> {
  const text = JSON.stringify(body);
  return api.call('POST', `/webhooks/${channelId}`, {
    token: null,
    body: text,
    headers: signedByMeta(text, secret),
  });
}
const page = (...messaging: object[]) => ({ object: 'page', entry: [{ id: 'PAGE1', messaging }] });
const from = (user: string, event: object) => ({
  sender: { id: user },
  recipient: { id: 'PAGE1' },
  timestamp: Date.now(),
  ...event,
});
const to = (user: string, message: object) => ({
  sender: { id: 'PAGE1' },
  recipient: { id: user },
  timestamp: Date.now(),
  message: { is_echo: true, ...message },
});

interface Entry extends ArchivedEntry {
  readonly delivery: (ArchivedEntry['delivery'] & { readonly state: string }) | null;
}
/** The conversation of a Messenger user, once it is there. */
const conversationOf = (user: string) =>
  eventually(async () => {
    const filter = { channelId: 'fb', identifier: user };
    const [customer] = (await live().stores.customers.search(filter, { limit: 1 })).items;
    return customer && (await live().stores.conversations.openOf(customer.id));
  });
async function timeline(id: string): Promise<readonly Entry[]> {
  const answer = await api.call('GET', `/v1/conversations/${id}/timeline`);
  return ((await answer.json()) as { items: Entry[] }).items;
}
const entryOf = (id: string, fits: (entry: Entry) => boolean) =>
  eventually(async () => (await timeline(id)).find(fits));

/** An agent of the test's own joins as PRIMARY; answers the token. */
async function joins(id: string): Promise<string> {
  const agentId = `agt_${randomUUID()}`;
  const object = RESOURCE_SCHEMAS.agents.parse({ id: agentId, name: 'Ana', username: agentId });
  await live().configure('agents', object as typeof object & { id: string });
  const token = await api.tokenFor('agent', agentId);
  const joined = await api.call('POST', `/v1/conversations/${id}/participants`, {
    body: { agentId, role: 'PRIMARY' },
    token,
  });
  expect(joined.status).toBeLessThan(300);
  return token;
}
async function aChat() {
  const user = `U${randomUUID()}`;
  const mid = `m_${randomUUID()}`;
  const written = await hook('fb', page(from(user, { message: { mid, text: 'Živo 😀' } })));
  expect([written.status, await written.text()]).toEqual([200, 'EVENT_RECEIVED']);
  const { id } = await conversationOf(user);
  await entryOf(id, ({ providerMessageId }) => providerMessageId === mid);
  const agent = await joins(id);
  return { user, id, mid, agent };
}
async function say(
  id: string,
  text: string,
  token: string,
): Promise<{ messageId: string; partId: string }> {
  const answer = await api.call('POST', `/v1/conversations/${id}/messages`, {
    body: { body: { type: 'PLAIN', text } },
    token,
  });
  expect(answer.status).toBe(202);
  const { messageId } = (await answer.json()) as { messageId: string };
  return { messageId, partId: `${messageId}-1` };
}

it('answers the set-up call of Meta, and no other', async () => {
  const ask = (token: string) =>
    api.call('GET', `/webhooks/fb?hub.mode=subscribe&hub.verify_token=${token}&hub.challenge=42`, {
      token: null,
    });
  const right = await ask('VT');
  expect([right.status, await right.text()]).toEqual([200, '42']);
  expect((await ask('no')).status).toBe(403);
});

it('takes nothing that is not signed; what is about a stranger’s page it acknowledges, counts and keeps', async () => {
  const user = `U${randomUUID()}`;
  const event = from(user, { message: { mid: 'm_0', text: 'hi' } });
  expect((await hook('fb', page(event), 'other-secret')).status).toBe(401);
  const elsewhere = { object: 'page', entry: [{ id: 'PAGE9', messaging: [event] }] };
  expect((await hook('fb', elsewhere, 'other-secret')).status).toBe(401);
  const told = () => api.logged.filter(({ message }) => message.includes('parts for nobody'));
  expect(told()).toEqual([]);
  expect((await hook('fb', elsewhere)).status).toBe(200);
  expect(told()).toMatchObject([{ level: 'warn', fields: { channelId: 'fb', count: 1 } }]);
  const filter = { channelId: 'fb', identifier: user };
  expect((await live().stores.customers.search(filter, { limit: 1 })).items).toEqual([]);
});

it('hands what comes to one address of an app to the channels of its numbers and pages, each by its own secret', async () => {
  const number = () => `1555${String(Math.random()).slice(2, 10)}`;
  const said = (phone_number_id: string, sender: string) => ({
    field: 'messages',
    value: {
      metadata: { phone_number_id },
      messages: [{ id: `wamid.${randomUUID()}`, from: sender, type: 'text', text: { body: 'hi' } }],
    },
  });
  const business = (...changes: object[]) => ({
    object: 'whatsapp_business_account',
    entry: [{ changes }],
  });
  const isHeardOn = async (channelId: string, phone: string) => {
    const filter = { channelId, identifier: `+${phone}` };
    const [customer] = (await live().stores.customers.search(filter, { limit: 1 })).items;
    if (!customer) return false;
    const about = { customerId: customer.id, channelId };
    return (await live().stores.conversations.list(about, { limit: 1 })).items.length > 0;
  };
  const [first, second, far, forged] = [number(), number(), number(), number()];
  const answer = await hook(
    'wa',
    business(said('PN1', first), said('PN2', second), said('PN3', forged)),
  );
  expect(answer.status).toBe(200);
  // Its own app signs it; where it came in knows nothing of that secret.
  expect((await hook('wa', business(said('PN3', far)), 'secret-of-another-app')).status).toBe(200);
  const mid = `m_${randomUUID()}`;
  const user = `U${randomUUID()}`;
  expect((await hook('wa', page(from(user, { message: { mid, text: 'hi' } })))).status).toBe(200);
  for (const [phone, channelId] of [
    [first, 'wa'],
    [second, 'second'],
    [far, 'far'],
  ] as const)
    await eventually(async () => (await isHeardOn(channelId, phone)) || null);
  const filter = { channelId: 'fb', identifier: user };
  expect((await live().stores.customers.search(filter, { limit: 1 })).items).toHaveLength(1);
  expect(await isHeardOn('far', forged)).toBe(false);
});

it('carries a chat: the answer goes out, its echo, delivery and reading come back', async () => {
  const { user, id, agent } = await aChat();
  const { messageId, partId } = await say(id, 'Good morning', agent);
  const sent = await eventually(async () => live().sent.find(({ body }) => body.includes(partId)));
  expect(sent.url).toBe('https://graph.facebook.com/v25.0/PAGE1/messages');
  expect(JSON.parse(sent.body)).toEqual({
    recipient: { id: user },
    messaging_type: 'RESPONSE',
    message: { text: 'Good morning', metadata: partId },
  });
  const state = (wanted: string) =>
    entryOf(id, (entry) => entry.id === messageId && entry.delivery?.state === wanted);
  await state('SENT');
  const echo = { mid: `m_${partId}`, text: 'Good morning', metadata: partId };
  expect((await hook('fb', page(to(user, echo)))).status).toBe(200);
  expect((await hook('fb', page(to(user, { ...echo, metadata: undefined })))).status).toBe(200);
  const watermark = Date.now() + 1000;
  await hook('fb', page(from(user, { delivery: { watermark } })));
  await state('DELIVERED');
  await hook('fb', page(from(user, { read: { watermark } })));
  await state('READ');
  expect((await timeline(id)).filter(({ type }) => type === 'AGENT_MESSAGE')).toHaveLength(1);
});

it('records what was written in the inbox of the page, once, and sends nothing', async () => {
  const { user, id, agent } = await aChat();
  const before = live().sent.length;
  const mid = `m_${randomUUID()}`;
  const echo = page(to(user, { mid, text: 'We are open' }));
  expect((await hook('fb', echo)).status).toBe(200);
  const entry = await entryOf(id, ({ providerMessageId }) => providerMessageId === mid);
  expect(entry).toMatchObject({
    type: 'AGENT_MESSAGE',
    actor: { type: 'APP', id: 'provider-inbox' },
    body: { type: 'PLAIN', text: 'We are open' },
  });
  await hook('fb', echo);
  const { messageId } = await say(id, 'Hello', agent); // whatever the copy did has been done by then
  await entryOf(id, (one) => one.id === messageId);
  expect(
    (await timeline(id)).filter(({ providerMessageId }) => providerMessageId === mid),
  ).toHaveLength(1);
  const calls = live().sent.slice(before);
  expect(calls.filter(({ body }) => body.includes('We are open'))).toEqual([]);
});

it('takes in a picture that the inbox of the page sent', async () => {
  const { user, id } = await aChat();
  const mid = `m_${randomUUID()}`;
  const attachments = [{ type: 'image', payload: { url: 'https://cdn.example/a.jpg' } }];
  expect((await hook('fb', page(to(user, { mid, attachments })))).status).toBe(200);
  const entry = await entryOf(id, ({ providerMessageId }) => providerMessageId === mid);
  expect(entry.body).toMatchObject({ type: 'IMAGE', mediaId: expect.stringMatching(/^med_/) });
});

it('an echo to somebody with whom no conversation is open makes no customer', async () => {
  const user = `U${randomUUID()}`;
  expect((await hook('fb', page(to(user, { mid: 'm_x', text: 'Hi' })))).status).toBe(200);
  const filter = { channelId: 'fb', identifier: user };
  expect((await live().stores.customers.search(filter, { limit: 1 })).items).toEqual([]);
});

it('shows the customer that the agent writes and has read', async () => {
  const { user, id, agent } = await aChat();
  const { seq } = (await timeline(id)).findLast(({ type }) => type === 'CUSTOMER_MESSAGE') as Entry;
  const acts = (path: string, body: object) =>
    api.call('POST', `/v1/conversations/${id}/${path}`, { body, token: agent });
  expect((await acts('typing', { typing: true })).status).toBe(202);
  expect((await acts('read', { seq })).status).toBe(202);
  const shown = (action: string) =>
    eventually(async () =>
      signs.find(
        ({ body }) => body['sender_action'] === action && JSON.stringify(body).includes(user),
      ),
    );
  expect((await shown('typing_on')).url).toBe('https://graph.facebook.com/v25.0/PAGE1/messages');
  await shown('mark_seen');
});

describe('WhatsApp', () => {
  const aPhone = () => `1555${String(Math.floor(Math.random() * 1e7)).padStart(7, '0')}`;
  const change = (value: object) => {
    const metadata = { display_phone_number: '15550001111', phone_number_id: 'PN1' };
    return {
      object: 'whatsapp_business_account',
      entry: [{ id: 'W1', changes: [{ field: 'messages', value: { metadata, ...value } }] }],
    };
  };
  const message = (phone: string, given: object) =>
    change({ messages: [{ from: phone, timestamp: '1772998024', ...given }] });
  async function writes(phone: string): Promise<string> {
    const id = `wamid.${randomUUID()}`;
    const text = message(phone, { id, type: 'text', text: { body: 'Zdravo' } });
    expect((await hook('wa', text)).status).toBe(200);
    const filter = { channelId: 'wa', identifier: `+${phone}` };
    const open = await eventually(async () => {
      const [customer] = (await live().stores.customers.search(filter, { limit: 1 })).items;
      return customer && (await live().stores.conversations.openOf(customer.id));
    });
    await entryOf(open.id, ({ providerMessageId }) => providerMessageId === id);
    return open.id;
  }

  it('tells of a changed number with the session', async () => {
    const phone = aPhone();
    const conversationId = await writes(phone);
    const system = { type: 'user_changed_number', wa_id: '15550009999' };
    await hook('wa', message(phone, { id: `wamid.${randomUUID()}`, type: 'system', system }));
    await eventually(async () => {
      const conversation = await live().stores.conversations.get(conversationId);
      return conversation?.channelSessions[0]?.channelData['movedTo'] === '+15550009999';
    });
  });

  it('knows a customer by the number that Meta answers with as well', async () => {
    const [phone, other] = [aPhone(), aPhone()];
    waIds.set(phone, other);
    const id = await writes(phone);
    const agent = await joins(id);
    const { messageId } = await say(id, 'Hello', agent);
    await entryOf(id, (entry) => entry.id === messageId && entry.delivery?.state === 'ACCEPTED');
    const filter = { channelId: 'wa', identifier: `+${other}` };
    await eventually(
      async () => (await live().stores.customers.search(filter, { limit: 1 })).items[0],
    );
    expect(await writes(other)).toBe(id);
  });

  it('shows the customer a reaction of the agent', async () => {
    const phone = aPhone();
    const id = await writes(phone);
    const agent = await joins(id);
    const entry = await entryOf(id, ({ type }) => type === 'CUSTOMER_MESSAGE');
    const put = await api.call('PUT', `/v1/conversations/${id}/messages/${entry.id}/reaction`, {
      body: { emoji: '👍' },
      token: agent,
    });
    expect(put.status).toBe(200);
    const shown = await eventually(async () => signs.find((sign) => sign.body['to'] === phone));
    expect(shown.body).toMatchObject({
      type: 'reaction',
      reaction: { message_id: entry.providerMessageId, emoji: '👍' },
    });
  });

  it('tells operators of trouble with the account', async () => {
    const errors = [{ code: 131031, title: 'locked' }];
    expect((await hook('wa', change({ errors }))).status).toBe(200);
    expect(api.logged).toContainEqual({
      level: 'warn',
      fields: { channelId: 'wa', reason: '131031' },
      message: 'the provider reports trouble with the account',
    });
  });
});
