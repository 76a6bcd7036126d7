import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { Worker } from '@temporalio/worker';
import {
  historyFiles,
  type RecordedHistory,
  readHistory,
  recordedFolder,
} from '../../scripts/histories';
import { explainRoutingQuery } from '../../workflows/routing/messages';
import { useBotChat } from '../support/bot-chat';
import { Desk } from '../support/desk';
import { MemoryRouting } from '../support/fakes/memory-routing';
import { workflowBundle } from '../support/workflow-bundle';

const NO_WRAP_UP = { wrapUp: { enabled: false, seconds: 60, formId: null } };

const routing = new MemoryRouting();
routing.queue('support');
for (const id of ['ana', 'ben']) routing.agent(id);
const chats = useBotChat({ routing });
const desk = new Desk(() => chats.server);

/** Whose history is replayed: a conversation, or the routing of the domain. */
interface Played {
  handle(): { fetchHistory(): Promise<History> };
}

/** What is recorded: `RECORD_HISTORIES=<version> npx jest test/replay` adds one of each. Recorded ones are never edited. */
const scenarios: Readonly<Record<string, () => Promise<Played>>> = {
  async 'routing-lapse-accept-logout'() {
    await desk.opens();
    await desk.sets('ana', 'READY');
    const chat = await chats.start(null, { queueId: 'support', ...NO_WRAP_UP });
    await chat.says('hello');
    await offeredTo('ana');
    await chat.passes('20 seconds');
    await desk.sets('ben', 'READY');
    const taskId = await offeredTo('ben');
    await expect(desk.accepts('ana', taskId)).rejects.toThrow();
    await desk.accepts('ben', taskId);
    await desk.sets('ben', 'LOGOUT', 'boss');
    await desk.sets('ana', 'LOGOUT');
    await chat.forceCloses();
    return { handle: () => desk.handle };
  },
  async 'greeter-hand-over-survey'() {
    const chat = await chats.start('greeter', { queueId: 'support', ...NO_WRAP_UP });
    await chat.arrives();
    await chat.says('billing');
    await chat.agentJoins('agt_ana');
    await chat.says('my bill is wrong');
    await chat.agentSays('agt_ana', 'Let me see.');
    await chat.agentLeaves('agt_ana');
    await chat.says('5');
    return chat;
  },
  async 'greeter-nobody-free'() {
    const chat = await chats.start('greeter', { queueId: 'support' });
    await chat.says('hello');
    await chat.says('human');
    await chat.passes('181 seconds');
    await chat.passes('20 minutes');
    return chat;
  },
  async 'greeter-menu-unanswered'() {
    const chat = await chats.start('greeter');
    await chat.arrives();
    await chat.passes('6 minutes');
    return chat;
  },
  async 'echo-over-a-provider'() {
    const chat = await chats.start('echo', { delivery: 'SEND' });
    for (const text of ['one', 'two', 'three']) await chat.says(text);
    await chat.forceCloses();
    return chat;
  },
  async 'nobody-answers'() {
    const chat = await chats.start(null);
    await chat.says('hello?');
    await chat.passes('1 hour');
    return chat;
  },
};

async function offeredTo(agentId: string): Promise<string> {
  const patience = Date.now() + 120_000;
  for (;;) {
    const all = await desk.handle.query(explainRoutingQuery);
    const found = all.find(({ offeredTo: at }) => at === agentId);
    if (found) return found.taskId;
    if (Date.now() > patience) throw new Error(`nothing rings at ${agentId}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

describe('replay', () => {
  it.each(Object.keys(scenarios))('of a %s just played', async (name) => {
    const chat = await scenarios[name]?.();
    if (!chat) throw new Error(`no scenario ${name}`);
    const history = await chat.handle().fetchHistory();
    await record(name, history);
    expect(await failuresOf([{ workflowId: name, history }])).toEqual([]);
  });

  it('of every recorded history succeeds', async () => {
    const recorded = await recordedHistories();
    expect(recorded.length).toBeGreaterThanOrEqual(Object.keys(scenarios).length);
    expect(await failuresOf(recorded)).toEqual([]);
  });

  it('of the same histories against a workflow changed on purpose fails for each', async () => {
    const recorded = await recordedHistories();
    const failures = await failuresOf(recorded, path.resolve('test/replay/changed/index.ts'));
    expect(failures.map(({ workflowId }) => workflowId).sort()).toEqual(
      recorded.map(({ workflowId }) => workflowId).sort(),
    );
  });
});

async function failuresOf(
  histories: readonly RecordedHistory[],
  entry?: string,
): Promise<readonly { workflowId: string; message: string }[]> {
  const failures = [];
  const results = Worker.runReplayHistories(
    { workflowBundle: await workflowBundle(undefined, entry) },
    each(histories),
  );
  for await (const { workflowId, error } of results)
    if (error) failures.push({ workflowId, message: error.message });
  return failures;
}
async function* each(histories: readonly RecordedHistory[]): AsyncGenerator<RecordedHistory> {
  yield* histories;
}

async function recordedHistories(): Promise<readonly RecordedHistory[]> {
  return Promise.all((await historyFiles([recordedFolder()])).map(readHistory));
}

/** Who ran it, and where on that machine, is not part of a history worth keeping. */
async function record(name: string, history: History): Promise<void> {
  const version = process.env['RECORD_HISTORIES'];
  if (!version) return;
  const json = historyToJSON(history)
    .replace(/"identity": "[^"]*"/g, '"identity": "worker"')
    .replace(/"stackTrace": "(?:[^"\\]|\\.)*"/g, '"stackTrace": ""');
  await mkdir(recordedFolder(), { recursive: true });
  await writeFile(path.join(recordedFolder(), `${version}-${name}.json`), `${json}\n`);
}
