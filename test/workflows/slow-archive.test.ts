import path from 'node:path';
import { setTimeout as after } from 'node:timers/promises';
import type { History } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import { getConversationQuery } from '../../workflows/conversation/messages';
import { type BotChat, developmentServer, useChats } from '../support/bot-chat';
import { eventually } from '../support/live-api';
import { useTemporal } from '../support/servers';
import { workflowBundle } from '../support/workflow-bundle';

const botsFile = path.resolve('test/support/bots/odd.ts');
const chats = useChats(developmentServer(useTemporal()), {
  botsFile,
  taskTimeout: '4 seconds',
  activities: { upperCase: async ({ text }: { text: string }) => text.toUpperCase() },
});

// A machine that stands still for half a second makes of a task what only a slow archive should: what a rule does wrong, it does each time.
jest.retryTimes(2, { logErrorsBeforeRetry: true });

type HistoryEvent = NonNullable<History['events']>[number];
type Slowed = 'loadOpening' | 'loadChannel' | 'appendTimeline' | 'estimateWait';
/** The next call takes so long, ms. A task is prolonged after 3,200. */
function slowOnce(name: Slowed, ms: number): void {
  const { archive } = chats;
  const real = archive[name].bind(archive) as (input: unknown) => Promise<unknown>;
  const slow = async (input: unknown) => {
    await after(ms);
    return real(input);
  };
  jest.spyOn(archive, name).mockImplementationOnce(slow as never);
}

const ASKING_AT_ONCE = 8;
const MESSAGES = 12;

/** Replays what a conversation did so far, and answers how many of its workflow tasks were prolonged for a local activity. */
async function replayed(chat: BotChat): Promise<{ readonly prolonged: number }> {
  const history = await chat.handle().fetchHistory();
  await Worker.runReplayHistory({ workflowBundle: await workflowBundle(botsFile) }, history);
  return { prolonged: tasksOf(history.events ?? []).filter(({ calls }) => calls === 0).length };
}

/** Workflow tasks after the first, each with how much happened since the one before that calls for a task. */
function tasksOf(events: readonly HistoryEvent[]): readonly { readonly calls: number }[] {
  const tasks: { calls: number }[] = [];
  let calls = 0;
  for (const event of events) {
    const own = OWN_EVENTS.some((name) => event[name]);
    if (event.workflowTaskScheduledEventAttributes) tasks.push({ calls });
    if (event.workflowTaskCompletedEventAttributes) calls = 0;
    else if (!own) calls += 1;
  }
  return tasks.slice(1);
}
const OWN_EVENTS = [
  'markerRecordedEventAttributes',
  'upsertWorkflowSearchAttributesEventAttributes',
  'timerStartedEventAttributes',
  'timerCanceledEventAttributes',
  'activityTaskScheduledEventAttributes',
] as const;

describe('while something beside the workflow task is slow', () => {
  it('deadlines are the same in replay', async () => {
    const chat = await chats.start(null, { customerInactivityTimeoutSeconds: 6 });
    const again = await chat.saysRepeatably('one');
    await again(); // a workflow task that leaves nothing in the history
    slowOnce('appendTimeline', 4_400);
    await chat.posts('two');
    await chat.archived(2);
    await chats.archive.sealed((await chat.conversation())?.id ?? '');
    expect(await replayed(chat)).toEqual({ prolonged: 0 });
  });

  it('what would take a workflow task too long together is done in two', async () => {
    const chat = await chats.start(null);
    for (const name of ['loadOpening', 'loadChannel', 'appendTimeline'] as const)
      slowOnce(name, 1_200);
    await chat.posts('hello');
    await chat.archived(1);
    expect(await replayed(chat)).toEqual({ prolonged: 0 });
  });

  it.each(['appendTimeline', 'estimateWait'] as const)(
    'timers are the same in replay, were it %s',
    async (name) => {
      const chat = await chats.start('tells-waits', { queueId: 'support' });
      slowOnce(name, 600);
      await chat.posts('hello');
      await chat.archived(1);
      const said: string[] = [];
      await eventually(async () => said.push(...(await chat.botSaid())) >= 3 && said);
      expect(said[2]).toMatch(/^Waiting: /);
      expect(await replayed(chat)).toEqual({ prolonged: 0 });
    },
  );
});

describe('what is asked while a local activity runs', () => {
  /** The server hands a query out with the next workflow task; its answer would end the task at once. */
  async function askingAllTheTime(chat: BotChat, until: () => Promise<unknown>): Promise<void> {
    let over = false;
    const asks = async () => {
      while (!over) await chat.handle().query(getConversationQuery);
    };
    const asking = Promise.all(Array.from({ length: ASKING_AT_ONCE }, asks));
    await until();
    over = true;
    await asking;
  }

  it('changes nothing of what a replay sees', async () => {
    const chat = await chats.start('calls', { customerInactivityTimeoutSeconds: 4 });
    await chat.says('one');
    await askingAllTheTime(chat, async () => {
      for (let n = 2; n <= MESSAGES; n += 1) {
        slowOnce('appendTimeline', 60);
        await chat.posts(`${n}`);
      }
      await chat.archived(MESSAGES);
    });
    await chats.archive.sealed((await chat.conversation())?.id ?? '');
    expect(await replayed(chat)).toEqual({ prolonged: 0 });
  });
});
