import '../support/quiet';
import { ApplicationFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { type BotCallDeps, createBotCallActivities } from '../../activities/bots';
import type { CallBot } from '../../activities/types';
import type { BotProtocol } from '../../connectors/bots/protocol';
import type { BotRequest } from '../../domain/bot/answer';
import { BotError } from '../../domain/bot/bot-error';
import { ProblemError } from '../../domain/errors';

const answer = { replies: [{ type: 'PLAIN' as const, text: 'hi' }], actions: [] };
const MESSAGE: CallBot = {
  botId: 'helper',
  conversationId: 'cnv_1',
  epoch: 3,
  timeoutSeconds: 1,
  about: {
    type: 'message',
    id: 'msg_9',
    seq: 9,
    at: '2026-01-01T00:00:00.000Z',
    body: { type: 'PLAIN', text: 'now' },
  },
  mode: 'reply',
  customer: { id: 'cus_1', name: null, locale: null },
  channel: { id: 'wa', type: 'WHATSAPP' },
  attributes: {},
};

/** Runs one call; what the protocol was asked is kept. */
async function call(
  given: {
    readonly bot?: Record<string, unknown> | null;
    readonly react?: () => Promise<typeof answer>;
    readonly entries?: readonly Record<string, unknown>[] | 'down';
  } = {},
  input: CallBot = MESSAGE,
) {
  const { bot = {}, react = async () => answer, entries = [] } = given;
  const asked: BotRequest[] = [];
  const protocol: BotProtocol = {
    hears: ['message', 'ended', 'removed'],
    history: 2,
    call: async (request, _bot, { signal }) => {
      asked.push(request);
      return Promise.race([
        react(),
        new Promise<never>((_resolve, reject) =>
          signal.addEventListener('abort', () =>
            reject(new BotError('timeout', 'no answer in time')),
          ),
        ),
      ]);
    },
  };
  const limits: number[] = [];
  const { callBot } = createBotCallActivities({
    config: {
      get: async () =>
        bot && ({ id: 'helper', kind: 'WEBHOOK', url: 'https://bot.test', ...bot } as never),
    },
    timeline: {
      async messagesBefore(_conversationId, _seq, limit) {
        limits.push(limit);
        if (entries === 'down') throw new ProblemError('UNAVAILABLE', 'away');
        return entries as never;
      },
    },
    protocolOf: (kind) => (kind === 'HOOK' ? null : protocol),
    outgoing: { fetch: () => globalThis.fetch } as BotCallDeps['outgoing'],
    serviceUrlOf: ({ epoch }) => `https://parley.test/${epoch}`,
  });
  const outcome = await new MockActivityEnvironment()
    .run(callBot, input)
    .catch((error: unknown) => error as ApplicationFailure);
  return { outcome, asked, limits };
}

const entry = (seq: number, type: string, actorId: string, changed: object = {}) => ({
  seq,
  id: `msg_${seq}`,
  at: '2026-01-01T00:00:00.000Z',
  actor: { type, id: actorId, name: null },
  body: { type: 'PLAIN', text: `${seq}` },
  edit: null,
  deletedAt: null,
  erasedAt: null,
  ...changed,
});

it('asks with the key of the message and what the bot may know of before', async () => {
  const entries = [
    entry(1, 'CUSTOMER', 'cus_1'),
    entry(2, 'BOT', 'another'),
    entry(3, 'BOT', 'helper'),
    entry(4, 'AGENT', 'agt_ana', { deletedAt: '2026-01-01T00:00:00.000Z' }),
    entry(5, 'AGENT', 'agt_ana', { edit: { body: { type: 'PLAIN', text: 'better' }, at: '' } }),
  ];
  const { outcome, asked, limits } = await call({ entries, bot: { maxHistory: 7 } });
  expect(outcome).toEqual(answer);
  expect(limits).toEqual([7]);
  expect(asked[0]?.key).toBe('cnv_1:msg_9');
  expect(asked[0]?.history.map(({ from, body }) => [from, body])).toEqual([
    ['CUSTOMER', { type: 'PLAIN', text: '1' }],
    ['BOT', { type: 'PLAIN', text: '3' }],
    ['AGENT', { type: 'PLAIN', text: 'better' }],
  ]);
});

it('goes on without history while the archive cannot be read', async () => {
  const { outcome, asked } = await call({ entries: 'down' });
  expect(outcome).toEqual(answer);
  expect(asked[0]?.history).toEqual([]);
});

it('says nothing to a bot that does not listen to it', async () => {
  const { outcome, asked } = await call({}, { ...MESSAGE, about: { type: 'started' } });
  expect(outcome).toEqual({ replies: [], actions: [] });
  expect(asked).toEqual([]);
});

it.each([
  ['BotGone', { bot: null }],
  ['BotNotExternal', { bot: { kind: 'HOOK' } }],
  ['BotTimeout', { react: () => new Promise<never>(() => undefined) }],
  ['BotFailed', { react: () => Promise.reject(new BotError('status', 'HTTP 500')) }],
  ['BotFailed', { react: () => Promise.reject(new TypeError('secret detail')) }],
])('fails as %s, without the words of the bot', async (type, given) => {
  const { outcome } = await call(given as never);
  expect(outcome).toBeInstanceOf(ApplicationFailure);
  expect(outcome).toMatchObject({ type, nonRetryable: true });
  expect(String(outcome)).not.toContain('secret');
});

it('tells a disabled bot that it is out', async () => {
  const { outcome, asked } = await call({ bot: { enabled: false } });
  expect(outcome).toMatchObject({ type: 'BotGone' });
  expect(asked.map(({ about, key }) => [about.type, key])).toEqual([
    ['removed', 'cnv_1:removed:3'],
  ]);
});
