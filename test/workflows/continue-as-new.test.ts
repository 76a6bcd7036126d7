import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { startTemporal } from '../../infra/embedded/temporal';
import { binaryPath } from '../support/binaries';
import { type BotChat, type ChatServer, useChats } from '../support/bot-chat';

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

const sent: string[] = [];
let openGate = () => {};
const gate = new Promise<void>((resolve) => {
  openGate = resolve;
});
const chats = useChats(impatientServer, {
  botsFile: path.resolve('test/support/bots/odd.ts'),
  activities: { gate: () => gate },
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
    const patience = Date.now() + 20_000;
    while (!(await typesOf(chat)).includes('TASK_ENQUEUED') && Date.now() < patience)
      await new Promise((resolve) => setTimeout(resolve, 100));
    expect(await typesOf(chat)).toContain('TASK_ENQUEUED');
    expect(await runsOf(chat)).toBe(1);
  });
});

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
