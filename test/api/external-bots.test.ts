import { RESOURCE_SCHEMAS } from '../../domain/configuration/schema';
import { type FakeBot, startFakeBot } from '../support/fakes/bots';
import { eventually, useLiveApi } from '../support/live-api';
import { configureAll } from '../support/live-objects';

const live = useLiveApi();
let bot: FakeBot;
const tokens: Record<string, string> = {};

beforeAll(async () => {
  bot = await startFakeBot(() => ({}));
  await configureAll(live());
  for (const kind of ['WEBHOOK', 'BOT_FRAMEWORK'] as const) {
    const id = kind.toLowerCase();
    const config = RESOURCE_SCHEMAS.bots.parse({ id, kind, url: bot.url, maxHistory: 10 });
    await live().configure('bots', config as { id: string });
    const channel = RESOURCE_SCHEMAS.channels.parse({
      id,
      channelType: 'GENERIC',
      serviceIdentifier: id,
      connectorId: 'partner',
      queueId: 'support',
      botId: id,
      wrapUp: { enabled: false },
    });
    await live().configure('channels', channel as { id: string });
  }
  tokens['connector'] = await live().tokenFor('connector', 'partner');
  tokens['agent'] = await live().tokenFor('agent', 'agt_ana');
  tokens['sup'] = await live().tokenFor('supervisor', 'sup_sara');
});
afterAll(() => bot.close());

const as = async (who: string | null, method: string, path: string, body?: unknown) => {
  const token = who === null ? null : (tokens[who] ?? null);
  const answer = await live().call(method, path, { token, body });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
};
/** The customer's words, by whom they are on the channel. Answers the customer. */
async function customerSays(channelId: string, identifier: string, text: string): Promise<string> {
  const { body } = await as('connector', 'POST', `/v1/channels/${channelId}/messages`, {
    providerMessageId: `${identifier}-${text}`,
    customer: { identifier },
    body: { type: 'PLAIN', text },
  });
  return body.customerId;
}
async function entriesOf(customerId: string, type: string) {
  const open = await live().stores.conversations.openOf(customerId);
  const entries = open ? await live().stores.timeline.read(open.id, 0, 200) : [];
  return entries.filter((entry) => entry.type === type);
}

it('reads what went before from the archive, and answers the customer through the channel', async () => {
  bot.answer = ({ body }) =>
    body.type === 'conversation.message'
      ? { replies: [{ type: 'text', text: `re: ${body.data.message.text}` }] }
      : {};
  const customerId = await customerSays('webhook', 'u1', 'one');
  await eventually(async () => (await entriesOf(customerId, 'BOT_MESSAGE')).length === 1);
  await customerSays('webhook', 'u1', 'two');
  const replies = await eventually(async () => {
    const said = await entriesOf(customerId, 'BOT_MESSAGE');
    return said.length === 2 ? said : null;
  });
  expect(replies.map(({ body }) => body)).toEqual([
    { type: 'PLAIN', text: 're: one' },
    { type: 'PLAIN', text: 're: two' },
  ]);
  const call = bot.calls.findLast(({ body }) => body.type === 'conversation.message');
  expect(
    call?.body.data.history.map(({ from, message }: Record<string, unknown>) => [from, message]),
  ).toEqual([
    ['CUSTOMER', { type: 'PLAIN', text: 'one' }],
    ['BOT', { type: 'PLAIN', text: 're: one' }],
  ]);
  await eventually(async () => live().sent.some(({ body }) => body.includes('re: two')));
});

it('lets a Bot Framework bot speak later below its serviceUrl, until control moves on', async () => {
  bot.script.usual = { type: 'answer', status: 200, body: '' };
  const customerId = await customerSays('bot_framework', 'u2', 'hello');
  const { body: asked } = await eventually(async () =>
    bot.calls.find(({ body }) => body.type === 'message' && body.from.id === customerId),
  );
  const serviceUrl = new URL(asked.serviceUrl).pathname;
  const activities = `${serviceUrl}/v3/conversations/${asked.conversation.id}/activities`;
  const say = (path: string, text: string) =>
    as(null, 'POST', path, { type: 'message', id: text, text });

  expect((await say(`${activities}/${asked.id}`, 'Here I am')).status).toBe(200);
  expect((await say(`${activities}/${asked.id}`, 'Here I am')).status).toBe(200); // sent twice
  const said = await eventually(async () => {
    const entries = await entriesOf(customerId, 'BOT_MESSAGE');
    return entries.length > 0 && entries;
  });
  expect(said.map(({ body }) => body)).toEqual([{ type: 'PLAIN', text: 'Here I am' }]);

  const forged = activities.replace(/~.{4}/, '~AAAA');
  expect(await say(forged, 'evil')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
  const elsewhere = activities.replace(asked.conversation.id, 'cnv_other');
  expect((await say(elsewhere, 'evil')).status).toBe(404);

  const path = `/v1/conversations/${asked.conversation.id}/participants`;
  expect((await as('sup', 'POST', path, { agentId: 'agt_ana', role: 'PRIMARY' })).status).toBe(200);
  expect(await say(activities, 'too late')).toMatchObject({
    status: 409,
    body: { code: 'ILLEGAL_STATE' },
  });
  await eventually(async () => (await entriesOf(customerId, 'STALE_BOT_REPLY')).length === 1);
});

it('keeps a call as legs of a voice session, never as messages', async () => {
  const channel = RESOURCE_SCHEMAS.channels.parse({
    id: 'phone',
    channelType: 'CX_VOICE',
    serviceIdentifier: '+15550001111',
    connectorId: 'partner',
    botId: 'webhook',
    wrapUp: { enabled: false },
  });
  await live().configure('channels', channel as { id: string });
  bot.script.usual = { type: 'accept' };
  let customerId = '';
  for (const event of ['STARTED', 'HOLD', 'RESUMED', 'ENDED', 'ENDED']) {
    const { status, body } = await as('connector', 'POST', '/v1/channels/phone/messages', {
      providerMessageId: `call-1-${event}`,
      customer: { identifier: '+15550002222' },
      body: { type: 'VOICE', callId: 'call-1', event },
    });
    expect(status).toBe(202);
    customerId = body.customerId;
  }
  const open = await eventually(async () => {
    const legs = await entriesOf(customerId, 'CALL_LEG_ENDED');
    return legs.length > 0 && (await live().stores.conversations.openOf(customerId));
  });
  const entries = await live().stores.timeline.read(open.id, 0, 200);
  expect(entries.flatMap(({ type }) => (type.startsWith('CALL_') ? [type] : []))).toEqual([
    'CALL_LEG_STARTED',
    'CALL_HOLD',
    'CALL_RESUME',
    'CALL_LEG_ENDED',
  ]);
  expect(entries.map(({ type }) => type)).not.toContain('CUSTOMER_MESSAGE');
  expect(open.channelSessions.map(({ channelType }) => channelType)).toEqual(['CX_VOICE']);
});
