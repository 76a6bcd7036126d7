import type { History } from '@temporalio/common/lib/proto-utils';
import { type BotChat, developmentServer, useChats } from '../support/bot-chat';
import { useTemporal } from '../support/servers';

const temporal = useTemporal();
const chats = useChats(developmentServer(temporal));

describe('history events', () => {
  it('are at most 5 per paced inbound message', async () => {
    const chat = await chats.start(null);
    for (let n = 0; n < 21; n += 1) {
      await chat.posts(`message ${n}`);
      await chat.archived(n + 1); // and no query: it would wait until the message has been handled
    }
    await chat.conversation();
    const { events = [] }: History = await chat.handle().fetchHistory();
    const signals = events?.flatMap((event, at) =>
      event.workflowExecutionSignaledEventAttributes ? [at] : [],
    );
    const fromSecond = (events?.length ?? 0) - (signals?.[1] ?? 0);
    expect(fromSecond).toBeLessThanOrEqual(20 * 5);
    expect(await chat.timeline()).toHaveLength(await lastSeq(chat));
  });

  it('are at most 1.5 per message in a burst of 100', async () => {
    const chat = await chats.start(null);
    await chat.says('first');
    const before = await eventsOf(chat);
    const callers = Array.from({ length: 8 }, async (_, caller) => {
      for (let n = caller; n < 100; n += 8) await chat.posts(`message ${n}`);
    });
    await Promise.all(callers);
    await chat.conversation();
    expect((await chat.timeline()).filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(
      101,
    );
    expect((await eventsOf(chat)) - before).toBeLessThanOrEqual(150);
  });

  it('a bot answers each message of a burst, and is not taken for one that talks to itself', async () => {
    const chat = await chats.start('echo');
    await Promise.all(Array.from({ length: 40 }, (_, n) => chat.posts(`message ${n}`)));
    await chat.conversation();
    const types = (await chat.timeline()).map(({ type }) => type);
    expect(types.filter((type) => type === 'BOT_MESSAGE')).toHaveLength(40);
    expect(types.filter((type) => /FAILED/.test(type))).toEqual([]);
  });

  it.each([
    ['webchat', 'STREAM', 140],
    ['a provider channel', 'SEND', 175],
  ] as const)(
    'of a whole conversation on %s, 10 in and 10 out with a hand-over, stay in the budget',
    async (_name, delivery, budget) => {
      // The server adds a task where an answer meets one that runs: chance only adds, so the least of three counts.
      let least = Number.POSITIVE_INFINITY;
      for (let n = 0; n < 3 && least > budget; n += 1)
        least = Math.min(least, await eventsOfConversation(delivery));
      expect(least).toBeLessThanOrEqual(budget);
    },
  );

  it('are none for a refused update', async () => {
    const chat = await chats.start(null);
    await chat.says('hello');
    let added = Number.POSITIVE_INFINITY;
    for (let n = 0; n < 3 && added > 0; n += 1) {
      const before = await eventsOf(chat); // the task of what was said may still be ending
      await expect(chat.agentSays('agt_stranger', 'psst')).rejects.toThrow();
      added = Math.min(added, (await eventsOf(chat)) - before);
    }
    expect(added).toBe(0);
  });
});

async function eventsOfConversation(delivery: 'STREAM' | 'SEND'): Promise<number> {
  const chat = await chats.start('echo', {
    delivery,
    wrapUp: { enabled: false, seconds: 60, formId: null },
    onLastAgentLeave: 'CLOSE_SESSIONS',
  });
  for (let n = 0; n < 5; n += 1) await chat.says(`to the bot ${n}`);
  await chat.agentJoins('agt_ana');
  for (let n = 0; n < 5; n += 1) {
    await chat.says(`to Ana ${n}`);
    await chat.agentSays('agt_ana', `from Ana ${n}`);
  }
  await chat.agentLeaves('agt_ana');
  await chat.handle().result();
  const types = (await chat.timeline()).map(({ type }) => type);
  expect(types.filter((type) => type.endsWith('_MESSAGE'))).toHaveLength(20);
  return eventsOf(chat);
}

async function eventsOf(chat: BotChat): Promise<number> {
  const history: History = await chat.handle().fetchHistory();
  return history.events?.length ?? 0;
}
async function lastSeq(chat: BotChat): Promise<number> {
  return (await chat.conversation())?.lastSeq ?? 0;
}
