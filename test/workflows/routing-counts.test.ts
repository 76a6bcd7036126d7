import type { History } from '@temporalio/common/lib/proto-utils';
import { type BotChat, developmentServer, useChats } from '../support/bot-chat';
import { Desk } from '../support/desk';
import { MemoryRouting } from '../support/fakes/memory-routing';
import { useTemporal } from '../support/servers';

const ASSIGNMENTS = 5;
const EVENTS_PER_ASSIGNMENT = 20;

const routing = new MemoryRouting();
routing.queue('support');
routing.agent('ana');
const chats = useChats(developmentServer(useTemporal()), { routing });
const desk = new Desk(() => chats.server);

/** By the archive alone: what is counted is what the conversation does by itself. */
async function recorded(chat: BotChat, type: string) {
  const patience = Date.now() + 120_000;
  for (;;) {
    const entry = chat.everything().find((it) => it.type === type);
    if (entry) return entry;
    if (Date.now() > patience) throw new Error(`${type} never came`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
async function routingEvents(): Promise<number> {
  const { events }: History = await desk.handle.fetchHistory();
  return events?.length ?? 0;
}

describe('the routing workflow', () => {
  it(`takes at most ${EVENTS_PER_ASSIGNMENT} history events per assignment: asked, offered, accepted, ended`, async () => {
    await desk.opens();
    await desk.sets('ana', 'READY');
    const before = await routingEvents();
    for (let n = 0; n < ASSIGNMENTS; n += 1) {
      const chat = await chats.start(null, {
        queueId: 'support',
        wrapUp: { enabled: false, seconds: 60, formId: null },
        onLastAgentLeave: 'CLOSE_SESSIONS',
      });
      await chat.posts('hello');
      const offer = await recorded(chat, 'AGENT_RESERVED');
      await desk.accepts('ana', String(offer.data?.['taskId']));
      await recorded(chat, 'AGENT_SUBSCRIBED');
      await chat.agentLeaves('ana');
      await chat.handle().result();
    }
    const perAssignment = ((await routingEvents()) - before) / ASSIGNMENTS;
    expect(perAssignment).toBeLessThanOrEqual(EVENTS_PER_ASSIGNMENT);
    expect(perAssignment).toBeGreaterThan(5); // it did take part
  });

  it('tells operators what every message is for, and shows queues and agents as tables', async () => {
    const metadata = await desk.handle.query<{
      readonly definition: Record<string, readonly { name: string; description?: string }[]>;
      readonly currentDetails: string;
    }>('__temporal_workflow_metadata');
    const {
      signalDefinitions = [],
      updateDefinitions = [],
      queryDefinitions = [],
    } = metadata.definition;
    const own = [...signalDefinitions, ...updateDefinitions, ...queryDefinitions].filter(
      ({ name }) => !name.startsWith('__'),
    );
    expect(own.map(({ name }) => name).sort()).toEqual(
      [
        ...['agentRequested', 'agentsNotified', 'requestCancelled', 'taskEnded', 'taskMoved'],
        ...[
          'configurationChanged',
          'presenceLost',
          'presenceBack',
          'pauseQueue',
          'resumeQueue',
          'logoutAgent',
        ],
        ...['accept', 'decline', 'setAgentState', 'setMrdState', 'takePlace', 'flushQueue'],
        ...['getQueues', 'getAgents', 'getWaits', 'explain'],
      ].sort(),
    );
    for (const { name, description } of own)
      expect([name, description]).toEqual([name, expect.stringMatching(/\w+ \w+/)]);
    expect(metadata.currentDetails).toContain('| Queue | MRD | Waiting |');
    expect(metadata.currentDetails).toMatch(/\| support \| chat \| 0 \|/);
    expect(metadata.currentDetails).toMatch(/\| ana \| READY \|/);
  });
});
