import { Context } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import type { CallBot } from '../../activities/types';
import type { BotAnswer } from '../../domain/bot/answer';
import type { ChannelSettings } from '../../domain/channel/settings';
import { type BotChat, useBotChat } from '../support/bot-chat';

/** What the bots' activity does next, by bot; calls are kept. */
type Reaction = (input: CallBot) => Promise<BotAnswer> | BotAnswer;
const calls: CallBot[] = [];
const reactions = new Map<string, Reaction>();
const callsOf = (botId: string) => calls.filter((call) => call.botId === botId);

const chats = useBotChat({
  activities: {
    callBot: async (input: CallBot) => {
      calls.push(input);
      const react = reactions.get(input.botId);
      if (!react) throw ApplicationFailure.nonRetryable('no such bot', 'BotGone');
      return react(input);
    },
  },
});

const text = (said: string) => ({ type: 'PLAIN' as const, text: said });
const says = (...words: readonly string[]): BotAnswer => ({
  replies: words.map(text),
  actions: [],
});
const fails = (type: string) => (): never => {
  throw ApplicationFailure.nonRetryable('as told', type);
};
/** A promise that a test settles when it likes. */
function gate<T>() {
  let open: (value: T) => void = () => undefined;
  const promise = new Promise<T>((resolve) => {
    open = resolve;
  });
  return { promise, open };
}
async function start(
  botId: string,
  react: Reaction | null,
  changed: Partial<ChannelSettings> & { readonly suggests?: boolean } = {},
): Promise<BotChat> {
  if (react) reactions.set(botId, react);
  const { suggests = false, ...settings } = changed;
  const bot = { id: botId, kind: 'WEBHOOK' as const, suggests };
  return chats.start(botId, { bot, queueId: 'support', ...settings });
}
async function until(chat: BotChat, type: string, count = 1): Promise<void> {
  const patience = Date.now() + 120_000;
  while ((await typesOf(chat)).filter((one) => one === type).length < count) {
    if (Date.now() > patience) throw new Error(`${type} never came: ${await typesOf(chat)}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
const typesOf = async (chat: BotChat) => (await chat.timeline()).map(({ type }) => type);

it('answers one message at a time, in order, with a key of each', async () => {
  const held = gate<void>();
  const chat = await start('orderly', async ({ about }) => {
    if (about.type !== 'message') return says('Welcome');
    if (about.body.type === 'PLAIN' && about.body.text === 'first') await held.promise;
    return says(`re: ${'text' in about.body ? about.body.text : ''}`);
  });
  await chat.says('first');
  await until(chat, 'BOT_MESSAGE');
  await chat.says('second');
  expect(await chat.botSaid()).toEqual(['Welcome']);
  const timers = (await chat.conversation())?.timers.map(({ name }) => name);
  expect(timers).toContain('botResponse:orderly');
  held.open();
  await until(chat, 'BOT_MESSAGE', 3);
  expect(await chat.botSaid()).toEqual(['re: first', 're: second']);
  const [started, first, second] = callsOf('orderly');
  expect(started?.about.type).toBe('started');
  expect(first).toMatchObject({ epoch: 1, mode: 'reply', timeoutSeconds: 10 });
  expect(second?.about).toMatchObject({ body: text('second') });
  expect((await chat.conversation())?.timers.map(({ name }) => name)).not.toContain(
    'botResponse:orderly',
  );
});

it('is asked once more when it is silent, then an agent is looked for', async () => {
  const chat = await start(
    'silent',
    async ({ about }) => (about.type === 'started' ? says() : Context.current().cancelled), // until the worker ends
    { botTimeoutSeconds: 1 }, // its activity runs in real time
  );
  await chat.says('hello');
  await until(chat, 'CUSTOMER_MESSAGE');
  await until(chat, 'AGENT_REQUESTED');
  const asked = callsOf('silent').filter(({ about }) => about.type === 'message');
  expect(asked).toHaveLength(2);
  expect(asked[0]).toEqual(asked[1]);
  const types = await typesOf(chat);
  expect(types.filter((type) => type === 'BOT_TIMEOUT')).toHaveLength(1);
});

it.each([
  ['TEXT', 'SYSTEM_MESSAGE'],
  ['CLOSE', 'CHANNEL_SESSION_ENDED'],
  ['HANDOFF', 'AGENT_REQUESTED'],
] as const)('that fails is followed by %s', async (onBotFailure, type) => {
  const bot = `failing-${onBotFailure}`;
  const chat = await start(
    bot,
    ({ about }) => (about.type === 'message' ? fails('BotFailed')() : says()),
    { onBotFailure },
  );
  await chat.says('hello');
  await until(chat, type);
  expect(await typesOf(chat)).toContain('BOT_FAILED');
  expect(callsOf(bot).filter(({ about }) => about.type === 'message')).toHaveLength(1);
});

it('that answers after a hand-over is recorded and not heard', async () => {
  const held = gate<BotAnswer>();
  const chat = await start('late', ({ about }) =>
    about.type === 'message' ? held.promise : says(),
  );
  await chat.says('hello');
  await until(chat, 'CUSTOMER_MESSAGE');
  await chat.agentJoins('agt_ana');
  held.open({ replies: [text('too late')], actions: [{ type: 'close' }] });
  await until(chat, 'STALE_BOT_REPLY');
  const stale = (await chat.timeline()).find(({ type }) => type === 'STALE_BOT_REPLY');
  expect(stale?.data).toEqual({
    botId: 'late',
    controlEpoch: 1,
    currentEpoch: 2,
    body: text('too late'),
  });
  expect(await chat.botSaid()).toEqual([]);
  expect(await chat.state()).toBe('ACTIVE');
});

it('hands over with what it said and set before, and closes', async () => {
  const chat = await start('acting', ({ about }) => {
    if (about.type !== 'message') return says();
    if ('text' in about.body && about.body.text === 'bye')
      return { replies: [text('Goodbye')], actions: [{ type: 'close' }] };
    return {
      replies: [text('One moment')],
      actions: [
        { type: 'setAttributes', attributes: { topic: 'bill' } },
        { type: 'handoff', queueId: 'billing', reason: 'asked' },
      ],
    };
  });
  await chat.says('human');
  await until(chat, 'TASK_ENQUEUED');
  expect(await chat.data()).toEqual({ topic: 'bill' });
  const requested = (await chat.timeline()).find(({ type }) => type === 'AGENT_REQUESTED');
  expect(requested?.data).toMatchObject({ queueId: 'billing', note: 'asked' });
  await chat.says('bye');
  await until(chat, 'END_CONVERSATION');
  expect(await chat.botSaid()).toEqual(['One moment', 'Goodbye']);
  const closed = (await chat.timeline())[0]?.conversationId ?? '';
  await chats.archive.sealed(closed);
  expect(callsOf('acting').at(-1)?.about.type).toBe('ended');
});

it('may talk no longer than its turns', async () => {
  const chat = await start(
    'chatty',
    ({ about }) => (about.type === 'message' ? says('1', '2', '3', '4', '5') : says()),
    { maxBotTurns: 3 },
  );
  await chat.says('hello');
  await until(chat, 'AGENT_REQUESTED');
  expect(await chat.botSaid()).toEqual(['1', '2', '3']);
  const failed = (await chat.timeline()).filter(({ type }) => type === 'BOT_FAILED');
  expect(failed.map(({ data }) => data?.['reason'])).toEqual(['MAX_TURNS']);
});

it('suggests while agents are in control, where it is told to', async () => {
  const react: Reaction = ({ about }) => (about.type === 'message' ? says('Try this') : says());
  const helping = await start('helping', react, { suggests: true });
  const quiet = await start('quiet', react);
  for (const chat of [helping, quiet]) {
    await chat.arrives();
    await chat.agentJoins('agt_ana');
    await chat.says('what now?');
  }
  await until(helping, 'BOT_SUGGESTION');
  const entries = await helping.timeline();
  const suggestion = entries.find(({ type }) => type === 'BOT_SUGGESTION');
  const asked = entries.find(({ type }) => type === 'CUSTOMER_MESSAGE');
  expect(suggestion).toMatchObject({ body: text('Try this'), replyTo: asked?.id });
  expect(await helping.botSaid()).toEqual([]);
  expect(callsOf('helping').at(-1)).toMatchObject({ mode: 'suggestion', epoch: 2 });
  expect(callsOf('quiet').filter(({ about }) => about.type === 'message')).toEqual([]);
});

it('that was deleted leaves, and the customer is looked after', async () => {
  const chat = await start('gone', null);
  await chat.says('hello');
  await until(chat, 'AGENT_REQUESTED');
  const changed = (await chat.timeline()).find(({ type }) => type === 'CONTROL_CHANGED');
  expect(changed?.data).toMatchObject({ from: 'gone', to: 'CONTROLLER', reason: 'BOT_GONE' });
});
