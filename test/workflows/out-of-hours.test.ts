import path from 'node:path';
import type { ChannelSettings } from '../../domain/channel/settings';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import { requestAgentUpdate } from '../../workflows/conversation/messages';
import { type BotChat, useBotChat } from '../support/bot-chat';
import { uniqueName } from '../support/servers';
import { someSettings } from '../support/some-settings';

const chats = useBotChat({ botsFile: path.resolve('test/support/bots/odd.ts') });
const notices = { ...someSettings().notices, outOfHours: 'We are closed.' };
const ALL_DAY = [{ from: '00:00', to: '24:00' }];

beforeAll(() => {
  const { configured } = chats.archive;
  const week = { MON: ALL_DAY, TUE: ALL_DAY, WED: ALL_DAY, THU: ALL_DAY, FRI: ALL_DAY };
  const always = { ...week, SAT: ALL_DAY, SUN: ALL_DAY };
  configured.set('calendars/never', { id: 'never', timeZone: 'UTC', week: {}, holidays: [] });
  configured.set('calendars/always', { id: 'always', timeZone: 'UTC', week: always, holidays: [] });
  configured.set('queues/open', { id: 'open', mrdId: 'email', calendarId: 'always' });
  configured.set('queues/closed', { id: 'closed', mrdId: 'email', calendarId: 'never' });
});

/** A chat on a channel with a calendar of its own. */
function start(
  botId: string | null,
  calendarId: 'never' | 'always' | null,
  settings: Partial<ChannelSettings> = {},
): Promise<BotChat> {
  const channelId = uniqueName('web');
  chats.archive.configured.set(`channels/${channelId}`, { id: channelId, calendarId });
  return chats.start(botId, { channelId, ...settings });
}

describe('a session that starts out of hours', () => {
  it('says so once, and the bot goes on', async () => {
    const chat = await start('night-porter', 'never');
    await chat.arrives();
    await chat.says('hello');
    await chat.says('still there?');
    expect(of('OUT_OF_HOURS', await chat.timeline())).toMatchObject([
      { data: { calendarId: 'never', opensAt: null, taskId: null } },
    ]);
    expect(await chat.botSaid()).toEqual(['We are closed.']);
    expect(await chat.state()).toBe('CREATED');
  });

  it('sends the notice where no bot decides', async () => {
    const chat = await start(null, 'never', { notices });
    await chat.says('hello');
    expect(textsOf('SYSTEM_MESSAGE', await chat.timeline())).toEqual(['We are closed.']);
  });

  it('says nothing while the calendar is open', async () => {
    const chat = await start(null, 'always', { notices });
    await chat.says('hello');
    expect(of('OUT_OF_HOURS', await chat.timeline())).toEqual([]);
  });
});

describe('a request for a human', () => {
  it('out of hours is cancelled; the dialogue that asked hears of it in place of the hook', async () => {
    const chat = await start('night-porter', 'always');
    await chat.says('human closed');
    expect(await chat.botSaid()).toEqual(['The human: cancelled, OUT_OF_HOURS.']);
    const timeline = await chat.timeline();
    expect(of('OUT_OF_HOURS', timeline)).toMatchObject([
      {
        data: {
          calendarId: 'never',
          opensAt: null,
          taskId: of('AGENT_REQUESTED', timeline)[0]?.data?.['taskId'],
        },
      },
    ]);
    expect(of('TASK_ENQUEUED', timeline)).toEqual([]);
    await chat.says('human open'); // nothing of it is left open
    expect(await tasksOf(chat)).toMatchObject([{ queueId: 'open' }]);
  });

  it('out of hours is told to the hook where somebody else asked', async () => {
    const chat = await start('night-porter', 'always');
    await chat.says('hello');
    await requests(chat, 'closed');
    await chat.passes('1 second');
    expect(await chat.botSaid()).toEqual(['Nobody is here.']);
    expect(await tasksOf(chat)).toEqual([]);
  });

  it("by the controller out of hours of the channel's queue gets the notice", async () => {
    const chat = await start(null, null, { notices, queueId: 'closed' });
    await chat.says('hello');
    expect((await chat.timeline()).map(({ type }) => type).slice(-3)).toEqual([
      'AGENT_REQUESTED',
      'OUT_OF_HOURS',
      'SYSTEM_MESSAGE',
    ]);
  });

  it("goes by the queue's calendar, not by the channel's", async () => {
    const chat = await start('night-porter', 'never');
    await chat.says('human open');
    expect(await tasksOf(chat)).toMatchObject([{ queueId: 'open', mrdId: 'email' }]);
  });

  it.each(['unknown', ''])(
    "goes by the channel's calendar with the queue '%s'",
    async (queueId) => {
      const chat = await start('night-porter', 'never');
      await chat.says(`human ${queueId}`);
      expect((await chat.botSaid()).at(-1)).toBe('The human: cancelled, OUT_OF_HOURS.');
    },
  );

  it.each([
    ['open', 'never', 'email'],
    ['unknown', 'always', 'chat'],
  ] as const)(
    "to the queue '%s' that the hook chose has nothing of the one asked for",
    async (queueId, calendarId, mrdId) => {
      const chat = await start('night-porter', calendarId);
      await chat.says('hello');
      const { taskId } = await requests(chat, `closed>${queueId}`);
      await chat.passes('1 second');
      expect(await tasksOf(chat)).toMatchObject([{ id: taskId, queueId, mrdId }]);
    },
  );

  it('is placed also while nothing can be looked up', async () => {
    const chat = await start('night-porter', 'never');
    await chat.says('hello');
    chats.archive.down = true;
    await chat.posts('human closed');
    while ((await tasksOf(chat)).length === 0) await chat.passes('1 second');
    chats.archive.down = false;
    await chat.passes('1 minute');
    expect(of('TASK_ENQUEUED', await chat.timeline())).toHaveLength(1);
  });
});

function of(type: string, timeline: readonly TimelineActivity[]): readonly TimelineActivity[] {
  return timeline.filter((entry) => entry.type === type);
}
function textsOf(type: string, timeline: readonly TimelineActivity[]): readonly unknown[] {
  return of(type, timeline).map(({ body }) => body && 'text' in body && body.text);
}
async function tasksOf(chat: BotChat) {
  return (await chat.conversation())?.tasks ?? [];
}

/** As the API does it for an operator. */
async function requests(chat: BotChat, queueId: string) {
  const conversation = await chat.conversation();
  return chat.handle().executeUpdate(requestAgentUpdate, {
    args: [
      {
        conversationId: conversation?.id ?? '',
        actor: { type: 'OPERATOR', id: 'ops', name: null },
        queueId,
        agentId: null,
        priority: null,
        attributes: {},
        ttlSeconds: null,
        note: null,
        queue: { agentSlaSeconds: null, reservationSeconds: 20, mrdId: 'voice' },
      },
    ],
  });
}
