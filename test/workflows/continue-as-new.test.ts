import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection, Worker } from '@temporalio/worker';
import { createRoutingActivities } from '../../activities/routing';
import type { CallBot } from '../../activities/types';
import type { BotAnswer } from '../../domain/bot/answer';
import type { TaskChanged } from '../../domain/conversation/events';
import { inParallel } from '../../domain/in-parallel';
import type { RoutingRequest } from '../../domain/routing/model';
import { startTemporal } from '../../infra/embedded/temporal';
import { createRoutingWorkflow, type Signal } from '../../infra/routing-workflow';
import { ROUTING_TASK_QUEUE } from '../../workflows/routing/messages';
import { binaryPath } from '../support/binaries';
import { type BotChat, type ChatServer, useChats } from '../support/bot-chat';
import { Desk } from '../support/desk';
import { MemoryRouting } from '../support/fakes/memory-routing';
import { workflowBundle } from '../support/workflow-bundle';

/** Events of a run after which the server suggests continue-as-new. */
const SUGGESTED = 400;

/** A server that suggests continue-as-new after a few events, so that a short test crosses it often. */
async function impatientServer(): Promise<ChatServer> {
  const dataDir = await mkdtemp(path.join(tmpdir(), 'parley-can-'));
  const server = await startTemporal({
    binary: binaryPath('temporal'),
    dataDir,
    port: 0,
    uiPort: 0,
    namespace: 'default',
    durability: 'fast',
    dynamicConfig: { 'limit.historyCount.suggestContinueAsNew': String(SUGGESTED) },
  });
  const connection = await NativeConnection.connect({ address: server.address });
  const clientConnection = await Connection.connect({ address: server.address });
  return {
    client: new Client({ connection: clientConnection }),
    connection,
    namespace: 'default',
    async close() {
      await connection.close();
      await clientConnection.close();
      await server.stop();
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/** Of the external bot, which answers once it may. */
const asked: string[] = [];
let letAnswer = () => {};
const answers = new Promise<void>((resolve) => {
  letAnswer = resolve;
});
const sent: string[] = [];
let openGate = () => {};
const gate = new Promise<void>((resolve) => {
  openGate = resolve;
});
const chats = useChats(impatientServer, {
  botsFile: path.resolve('test/support/bots/odd.ts'),
  activities: {
    gate: () => gate,
    async callBot({ about }: CallBot): Promise<BotAnswer> {
      if (about.type !== 'message' || about.body.type !== 'PLAIN')
        return { replies: [], actions: [] };
      asked.push(about.body.text);
      await answers;
      return { replies: [{ type: 'PLAIN', text: `re: ${about.body.text}` }], actions: [] };
    },
  },
  sends: {
    async sendPart({ messageId, part }) {
      await new Promise((resolve) => setTimeout(resolve, 300)); // a provider that takes its time
      sent.push(`${messageId}-${part}`);
      return { parts: 1, settled: true };
    },
  },
});

const MESSAGES = 400;

describe('continue-as-new', () => {
  it('at 50 signals a second with a dialogue open and sends in flight loses nothing', async () => {
    const chat = await chats.start('awaits-human', {
      delivery: 'SEND',
      customerInactivityTimeoutSeconds: 86_400,
    });
    await chat.says('hello'); // the bot looks for a human: its dialogue is open until one joins
    await post(chat, MESSAGES / 2, 'during the dialogue');
    expect(await runsOf(chat)).toBe(1); // due by now, and the dialogue is waited for
    chat.acting = await chat.conversation();
    await chat.agentJoins('agt_ana');
    await Promise.all([
      post(chat, MESSAGES / 2, 'to the agent'),
      (async () => {
        for (let n = 0; n < 10; n += 1) await chat.agentSays('agt_ana', `answer ${n}`);
      })(),
    ]);
    await settled(chat);

    const timeline = await chat.timeline();
    expect(timeline.map(({ seq }) => seq)).toEqual(timeline.map((_, index) => index + 1));
    expect(timeline.filter(({ type }) => type === 'CUSTOMER_MESSAGE')).toHaveLength(MESSAGES + 1);
    expect(timeline.filter(({ type }) => type === 'AGENT_MESSAGE')).toHaveLength(10);
    const outbound = timeline
      .filter(({ type }) => type === 'BOT_MESSAGE' || type === 'AGENT_MESSAGE')
      .map(({ id }) => `${id}-1`);
    expect(sent.filter((part) => outbound.includes(part))).toEqual(outbound); // each once, in order
    expect(await runsOf(chat)).toBeGreaterThan(1);
  });

  it('that waits for a dialogue does not keep it from a human', async () => {
    const chat = await chats.start('calls-then-human');
    await chat.says('hello');
    for (let n = 0; (await historyOf(chat)) < SUGGESTED; n += 1) await chat.says(`waiting ${n}`);
    openGate();
    const patience = Date.now() + 120_000;
    while (!(await typesOf(chat)).includes('TASK_ENQUEUED') && Date.now() < patience)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await typesOf(chat)).toContain('TASK_ENQUEUED');
    expect(await runsOf(chat)).toBe(1);
  });

  it('waits for an external bot’s answer, and the next run asks on in order', async () => {
    const bot = { id: 'external', kind: 'WEBHOOK' as const };
    const chat = await chats.start('external', { bot, botTimeoutSeconds: 60, maxBotTurns: 1000 });
    const said = ['first'];
    await chat.says('first');
    while ((await historyOf(chat)) < SUGGESTED) {
      said.push(`meanwhile ${said.length}`);
      await chat.says(said.at(-1) ?? '');
    }
    expect([await runsOf(chat), asked]).toEqual([1, ['first']]);
    letAnswer();
    const replies = () =>
      chat.timeline().then((all) => all.filter(({ type }) => type === 'BOT_MESSAGE'));
    const patience = Date.now() + 120_000;
    while ((await replies()).length < said.length && Date.now() < patience)
      await new Promise((resolve) => setTimeout(resolve, 50));
    expect((await replies()).map(({ body }) => body && 'text' in body && body.text)).toEqual(
      said.map((text) => `re: ${text}`),
    );
    expect(asked).toEqual(said);
    expect(await runsOf(chat)).toBeGreaterThan(1);
  });
});

describe('continue-as-new of routing', () => {
  const AGENTS = Array.from({ length: 30 }, (_, n) => `agent-${n}`);
  const PLACES = AGENTS.length * 5;
  const REQUESTS = PLACES + 60;
  const domain = new MemoryRouting();
  domain.queue('support', { reservationSeconds: 590 });
  for (const id of AGENTS) domain.agent(id);
  const desk = new Desk(() => chats.server);
  /** Agents by the task that they won. */
  const accepted = new Map<string, Set<string>>();
  /** By task: a conversation may be told twice. */
  const answers = new Map<string, Promise<unknown>>();
  let stop: () => Promise<void>;

  /** Stands for every conversation: whatever rings is accepted at once. */
  async function tellConversation(_workflowId: string, { payload }: Signal): Promise<boolean> {
    const { taskId, change } = payload as TaskChanged;
    if (change.type === 'RESERVED' && !answers.has(taskId))
      answers.set(taskId, desk.accepts(change.agentId, taskId));
    if (change.type === 'ACCEPTED')
      accepted.set(taskId, (accepted.get(taskId) ?? new Set()).add(change.agent.agentId));
    return true;
  }

  beforeAll(async () => {
    const { client, connection, namespace } = chats.server;
    const worker = await Worker.create({
      connection,
      namespace,
      taskQueue: ROUTING_TASK_QUEUE,
      workflowBundle: await workflowBundle(),
      activities: createRoutingActivities({
        ...domain.deps,
        workflow: { ...createRoutingWorkflow(client), tellConversation },
        logger: { warn: () => undefined },
      }),
    });
    const running = worker.run();
    stop = async () => {
      worker.shutdown();
      await running;
    };
  });
  afterAll(() => stop?.());

  it('amid logins, requests, accepts and ends: each call is answered, nobody has two winners, nothing is forgotten', async () => {
    await desk.opens();
    const tell = async (name: string, payload: object) => desk.handle.signal(name, payload);
    const logins = AGENTS.map((id) => desk.sets(id, 'READY'));
    const asked = Array.from({ length: REQUESTS }, (_, n) => n);
    await inParallel(asked, CALLERS, (n) => tell('agentRequested', aRequest(n)));
    expect((await Promise.all(logins)).map(({ state }) => state)).toEqual(
      AGENTS.map(() => 'READY'),
    );
    await until(() => accepted.size === PLACES);
    expect(await desk.queue('support')).toMatchObject({ waiting: REQUESTS - PLACES });

    const ended = [...accepted].slice(0, REQUESTS - PLACES); // each leaves its place to the next
    await inParallel(ended, CALLERS, ([taskId, winners]) =>
      tell('taskEnded', { taskId, agentId: [...winners][0], conversationId: `cnv_${taskId}` }),
    );
    await until(() => accepted.size === REQUESTS);

    await Promise.all(answers.values()); // none refused, none lost
    expect([...accepted.values()].filter((winners) => winners.size !== 1)).toEqual([]);
    for (const id of AGENTS)
      expect((await desk.agent(id))?.mrds.find(({ mrdId }) => mrdId === 'chat')?.tasks).toBe(5);
    expect(await desk.queue('support')).toMatchObject({ waiting: 0 });
    const { runId, raw } = await desk.handle.describe();
    expect(raw.workflowExecutionInfo?.firstRunId).not.toBe(runId);
  });
});

/** Who signal at the same time. */
const CALLERS = 8;

function aRequest(n: number): RoutingRequest {
  const now = Date.now();
  return {
    taskId: `tsk_${n}`,
    conversationId: `cnv_tsk_${n}`,
    workflowId: `conversation:cus_${n}`,
    queueId: 'support',
    agentId: null,
    mrdId: 'chat',
    direction: 'INBOUND',
    priority: 1,
    attributes: {},
    queuedAt: now,
    waitingSince: now,
    ttlDueAt: now + 3_600_000,
    avoidAgentIds: [],
    presentAgentIds: [],
    prefer: null,
  };
}

async function until(holds: () => boolean): Promise<void> {
  const patience = Date.now() + 120_000;
  while (!holds()) {
    if (Date.now() > patience) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

async function typesOf(chat: BotChat): Promise<readonly string[]> {
  return (await chat.timeline()).map(({ type }) => type);
}

/** About 50 a second, by one caller after the other, in order. */
async function post(chat: BotChat, count: number, text: string): Promise<void> {
  for (let n = 0; n < count; n += 1) {
    await chat.posts(`${text} ${n}`);
    await new Promise((resolve) => setTimeout(resolve, 15));
  }
}

async function historyOf(chat: BotChat): Promise<number> {
  return (await chat.handle().describe()).historyLength;
}

async function runsOf(chat: BotChat): Promise<number> {
  const { runId, raw } = await chat.handle().describe();
  return raw.workflowExecutionInfo?.firstRunId === runId ? 1 : 2;
}

/** Until everything sent is settled and archived. */
async function settled(chat: BotChat): Promise<void> {
  const patience = Date.now() + 120_000;
  for (;;) {
    const conversation = await chat.conversation();
    const archived = (await chat.timeline()).length;
    const outbound = (await chat.timeline()).filter(
      ({ type }) => type === 'BOT_MESSAGE' || type === 'AGENT_MESSAGE',
    ).length;
    if (
      conversation &&
      archived === conversation.lastSeq &&
      sent.length >= outbound &&
      (await runsOf(chat)) > 1
    )
      return;
    if (Date.now() > patience)
      throw new Error(
        `archived ${archived} of ${conversation?.lastSeq}, sent ${sent.length} of ${outbound}`,
      );
    await new Promise((resolve) => setTimeout(resolve, 250));
  }
}
