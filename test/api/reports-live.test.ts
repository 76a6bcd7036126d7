import { randomUUID } from 'node:crypto';
import { RESOURCE_SCHEMAS } from '../../domain/configuration/schema';
import type { ReportRow } from '../../domain/reporting/entities';
import { eventually, useLiveApi } from '../support/live-api';
import { configureAll } from '../support/live-objects';

/** Reports of a conversation that really took place. */
const live = useLiveApi();
const tokens: Record<string, string> = {};
beforeAll(async () => {
  await configureAll(live());
  const channel = {
    id: 'classified',
    channelType: 'GENERIC',
    serviceIdentifier: 'classified',
    connectorId: 'partner',
    botId: 'greeter',
    queueId: 'support',
    wrapUp: { enabled: true, seconds: 60 },
  };
  await live().configure('bots', { id: 'greeter', kind: 'HOOK', enabled: true });
  await live().configure('channels', RESOURCE_SCHEMAS.channels.parse(channel) as typeof channel);
  tokens['agt_ana'] = await live().tokenFor('agent', 'agt_ana');
  tokens['sup_sara'] = await live().tokenFor('supervisor', 'sup_sara');
  tokens['sup_other'] = await live().tokenFor('supervisor', 'sup_other');
  tokens['partner'] = await live().tokenFor('connector', 'partner');
});

const as = async (who: string, method: string, path: string, body?: unknown) => {
  const token = tokens[who];
  const answer = await live().call(method, path, { ...(token ? { token } : {}), body });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.status === 204 ? null : answer.json();
};
const rowsOf = async (entity: string, conversationId: string, who = 'sup_sara') => {
  const { items } = (await as(who, 'GET', `/v1/reports/${entity}`)) as { items: ReportRow[] };
  return items.filter((row) => row['conversation_id'] === conversationId);
};
const typesOf = async (path: string) => {
  const { items } = (await as('sup_sara', 'GET', `${path}/timeline?limit=200`)) as {
    items: { type: string }[];
  };
  return items.map(({ type }) => type);
};

it('tells a whole conversation: bot, agent, hold, wrap-up, close', async () => {
  const identifier = `+1555${Date.now()}`;
  const write = (text: string) =>
    as('partner', 'POST', '/v1/channels/classified/messages', {
      providerMessageId: `p-${randomUUID()}`,
      customer: { identifier, name: 'Ana' },
      body: { type: 'PLAIN', text },
      channelData: { browser: 'Chrome' },
    }) as Promise<{ customerId: string }>;
  const { customerId } = await write('Hello');
  const { id } = await eventually(() => live().stores.conversations.openOf(customerId));
  const path = `/v1/conversations/${id}`;
  await eventually(async () => (await typesOf(path)).includes('BOT_MESSAGE'));

  const running = await rowsOf('conversation', id);
  expect(running).toMatchObject([{ state: 'CREATED', end_time: null, duration_seconds: null }]);

  await as('agt_ana', 'POST', `${path}/participants`, { agentId: 'agt_ana', role: 'PRIMARY' });
  await as('agt_ana', 'POST', `${path}/messages`, { body: { type: 'PLAIN', text: 'Hi' } });
  await as('agt_ana', 'POST', `${path}/hold`, { seconds: 300 });
  await as('agt_ana', 'DELETE', `${path}/hold`);
  await as('agt_ana', 'PATCH', `${path}/data`, { topic: '=billing' });
  await as(
    'partner',
    'DELETE',
    `/v1/channels/classified/sessions/${encodeURIComponent(identifier)}?reason=CUSTOMER`,
  );
  await eventually(async () => (await typesOf(path)).includes('CHANNEL_SESSION_ENDED'));
  await as('agt_ana', 'POST', `${path}/wrap-ups`, {
    labels: [{ category: 'Topic', value: 'Billing' }],
    note: 'paid',
  });
  const [conversation] = await eventually(async () => {
    const rows = await rowsOf('conversation', id);
    return rows[0]?.['state'] === 'CLOSED' ? rows : null;
  });
  const botMessages = (await typesOf(path)).filter((type) => type === 'BOT_MESSAGE').length;
  expect(botMessages).toBeGreaterThan(0);
  expect(conversation).toMatchObject({
    customer_id: customerId,
    customer_name: 'Ana',
    direction: 'INBOUND',
    close_reason: 'ALL_LEFT',
    disposition: 'AGENT_HANDLED',
    first_channel_id: 'classified',
    bot_id: 'greeter',
    customer_message_count: 1,
    bot_message_count: botMessages,
    agent_message_count: 1,
    agent_count: 1,
    end_time: expect.any(String),
    duration_seconds: expect.any(Number),
  });
  expect(await rowsOf('channel_session', id)).toMatchObject([
    {
      end_reason: 'CUSTOMER',
      browser: 'Chrome',
      channel_customer_identifier: identifier,
      customer_message_count: 1,
      bot_message_count: botMessages,
      agent_message_count: 1,
    },
  ]);
  expect(await rowsOf('agent_task', id)).toMatchObject([
    {
      agent_id: 'agt_ana',
      routing_mode: 'PULL',
      queue_seconds: null,
      close_reason: 'DONE',
      talk_seconds: expect.any(Number),
      wrap_up_seconds: expect.any(Number),
    },
  ]);
  const stays = await rowsOf('conversation_participant', id);
  expect(stays.map((row) => row['participant_type']).sort()).toEqual(['AGENT', 'BOT', 'CUSTOMER']);
  expect(stays.filter((row) => row['left_at'] === null)).toEqual([]);
  expect(await rowsOf('control_change', id)).toMatchObject([{ epoch: 2, holder: 'AGENTS' }]);
  expect(await rowsOf('conversation_hold', id)).toMatchObject([
    { agent_id: 'agt_ana', resume_cause: 'AGENT' },
  ]);
  expect(await rowsOf('wrap_up', id)).toMatchObject([
    { agent_id: 'agt_ana', category: 'Topic', value: 'Billing', note: 'paid' },
  ]);
  expect(await rowsOf('conversation_data', id)).toMatchObject([
    { key: 'topic', value: '=billing' },
  ]);
  const csv = await live().call('GET', '/v1/reports/conversation_data?format=csv');
  expect(await csv.text()).toContain(`${id},topic,'=billing,`);

  const { items } = await live().stores.tasks.list({ conversationId: id }, { limit: 10 });
  expect(items).toMatchObject([{ agentId: 'agt_ana', state: 'CLOSED', conversationId: id }]);

  // A supervisor of another team sees what names nobody of others.
  await live().configure('teams', { id: 'red', supervisorIds: [], memberIds: ['agt_ana'] });
  await live().configure('teams', { id: 'blue', supervisorIds: ['sup_other'], memberIds: [] });
  await eventually(async () => (await rowsOf('agent_task', id, 'sup_other')).length === 0);
  expect(await rowsOf('conversation', id, 'sup_other')).toEqual([]);
  expect(await rowsOf('wrap_up', id, 'sup_other')).toEqual([]);
  expect(await rowsOf('agent_task', id)).toHaveLength(1);
});
