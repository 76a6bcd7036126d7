import { RESOURCE_SCHEMAS } from '../../../domain/configuration/schema';
import { eventually, useLiveApi } from '../../support/live-api';
import { configureAll } from '../../support/live-objects';

const live = useLiveApi();
const tokens: Record<string, string> = {};
beforeAll(async () => {
  await configureAll(live());
  const channel = RESOURCE_SCHEMAS.channels.parse({
    id: 'botted',
    channelType: 'GENERIC',
    serviceIdentifier: 'botted',
    connectorId: 'partner',
    queueId: 'support',
    botId: 'echo',
    wrapUp: { enabled: false },
  });
  await live().configure('channels', channel as { id: string });
  tokens['connector'] = await live().tokenFor('connector', 'partner');
  tokens['echo'] = await live().tokenFor('bot', 'echo');
  tokens['agent'] = await live().tokenFor('agent', 'agt_ana');
  tokens['sup'] = await live().tokenFor('supervisor', 'sup_sara');
});
const as = async (who: string, method: string, path: string, body?: unknown) => {
  const answer = await live().call(method, path, { token: tokens[who] ?? null, body });
  return { status: answer.status, body: JSON.parse(await answer.text()) };
};

it('lets a bot write in its own epoch only, and shows its late words to supervisors', async () => {
  const message = {
    providerMessageId: 'p1',
    customer: { identifier: 'u1' },
    body: { type: 'PLAIN', text: 'hi' },
  };
  const { body: taken } = await as('connector', 'POST', '/v1/channels/botted/messages', message);
  const { id } = await eventually(async () => {
    const open = await live().stores.conversations.openOf(taken.customerId);
    return open && open.messageCount > 1 ? open : null;
  });
  const path = `/v1/conversations/${id}`;
  const say = (controlEpoch: number) =>
    as('echo', 'POST', `${path}/messages`, {
      body: { type: 'PLAIN', text: 'from outside' },
      controlEpoch,
    });
  expect(await say(1)).toMatchObject({ status: 202, body: { seq: expect.any(Number) } });
  expect((await as('echo', 'PATCH', `${path}/data`, { mood: 'good' })).status).toBe(200);
  expect(
    (await as('agent', 'POST', `${path}/participants`, { agentId: 'agt_ana', role: 'PRIMARY' }))
      .status,
  ).toBe(200);
  expect(await say(1)).toMatchObject({ status: 409, body: { code: 'ILLEGAL_STATE' } });

  const suggestion = await as('echo', 'POST', `${path}/suggestions`, {
    body: { type: 'PLAIN', text: 'try this' },
  });
  expect(suggestion).toMatchObject({
    status: 202,
    body: { suggestionId: expect.stringMatching(/^sug_/) },
  });
  const answer = `${path}/suggestions/${suggestion.body.suggestionId}`;
  expect((await as('agent', 'POST', answer, { action: 'USED' })).status).toBe(200);
  expect(
    (await as('agent', 'POST', `${path}/suggestions/sug_none`, { action: 'USED' })).status,
  ).toBe(404);
  await as('agent', 'POST', `${path}/whispers`, { text: 'not for bots' });

  const seenBy = async (who: string) => {
    const { body } = await as(who, 'GET', `${path}/timeline?limit=200`);
    return body.items.map(({ type }: { type: string }) => type) as string[];
  };
  await eventually(async () => (await seenBy('sup')).includes('WHISPER_MESSAGE'));
  expect(await seenBy('sup')).toContain('STALE_BOT_REPLY');
  expect(await seenBy('agent')).not.toContain('STALE_BOT_REPLY');
  expect(await seenBy('agent')).toContain('BOT_SUGGESTION');
  const bots = await seenBy('echo');
  expect(bots).not.toContain('WHISPER_MESSAGE');
  expect(bots).toContain('CUSTOMER_MESSAGE');
});
