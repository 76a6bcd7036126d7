import path from 'node:path';
import { requestAgentUpdate } from '../../workflows/conversation/messages';
import {
  acceptUpdate,
  presenceBackSignal,
  presenceLostSignal,
  takePlaceUpdate,
} from '../../workflows/routing/messages';
import { type BotChat, useBotChat } from '../support/bot-chat';
import { Desk } from '../support/desk';
import { MemoryRouting } from '../support/fakes/memory-routing';

const routing = new MemoryRouting();
routing.queue('support');
routing.queue('fresh');
routing.queue('vip', { ewtMinSeconds: 30, ewtMaxSeconds: 120 });
for (const id of ['ana', 'ben']) routing.agent(id);
const chats = useBotChat({ botsFile: path.resolve('test/support/bots/odd.ts'), routing });
const desk = new Desk(() => chats.server);

beforeAll(() => desk.opens());
const open: BotChat[] = [];
afterEach(async () => {
  for (const chat of open.splice(0)) await chat.forceCloses().catch(() => undefined); // some have ended
  for (const id of ['ana', 'ben']) await desk.sets(id, 'LOGOUT');
});

/** A customer for whom a human is asked; the task rings or waits. */
async function aCustomer(settings = {}): Promise<{ chat: BotChat; taskId: string }> {
  const chat = await chats.start(null, { queueId: 'support', wrapUp: OFF, ...settings });
  open.push(chat);
  await chat.says('hello');
  const [task] = (await chat.conversation())?.tasks ?? [];
  return { chat, taskId: task?.id ?? '' };
}
const OFF = { enabled: false, seconds: 60, formId: null };

async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const patience = Date.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > patience) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const task = async (chat: BotChat, n = 0) => (await chat.conversation())?.tasks[n];
const rings = (chat: BotChat, agentId: string) =>
  until(async () =>
    (await chat.conversation())?.tasks.find(
      (it) => it.mediaState === 'RESERVED' && it.agentId === agentId && it.offerExpiresAt,
    ),
  );
const stateOf = (chat: BotChat, state: string) => until(async () => (await chat.state()) === state);

describe('routing', () => {
  it('A: offers, and the agent who accepts joins', async () => {
    await desk.sets('ana', 'READY');
    const { chat, taskId } = await aCustomer();
    await rings(chat, 'ana');
    await expect(desk.accepts('ben', taskId)).rejects.toMatchObject({
      cause: { type: 'CONFLICT' },
    });
    expect(await desk.accepts('ana', taskId)).toMatchObject({ taskId });
    await stateOf(chat, 'ACTIVE');
    expect(await task(chat)).toMatchObject({
      state: 'ACTIVE',
      mediaState: 'ACTIVE',
      agentId: 'ana',
    });
    expect(await desk.agent('ana')).toMatchObject({
      mrds: expect.arrayContaining([{ mrdId: 'chat', state: 'ACTIVE', tasks: 1, maxTasks: 5 }]),
    });
    await chat.agentLeaves('ana');
    await until(async () => (await desk.agent('ana'))?.mrds.every(({ tasks }) => tasks === 0));
  });

  it('H: RONA, then the next agent', async () => {
    await desk.sets('ana', 'READY');
    const { chat } = await aCustomer();
    await rings(chat, 'ana');
    await desk.sets('ben', 'READY');
    await chat.passes('20 seconds');
    const next = await rings(chat, 'ben');
    expect(await desk.agent('ana')).toMatchObject({ state: 'NOT_READY', reason: 'RONA' });
    expect(await task(chat)).toMatchObject({ closeReason: 'RONA', closeDetail: 'TIMEOUT' });
    expect(next).toMatchObject({ priority: 11, previousTaskId: expect.any(String) });
    await desk.accepts('ben', next.id);
    await stateOf(chat, 'ACTIVE');
  });

  it('B: nobody comes: the request ends at its TTL, in routing as well', async () => {
    const { chat, taskId } = await aCustomer();
    await until(() => desk.explains(taskId));
    expect(await desk.queue('support')).toMatchObject({ waiting: 1, agentsReady: 0 });
    await chat.passes('301 seconds');
    expect(await task(chat)).toMatchObject({ closeReason: 'NO_AGENT_AVAILABLE' });
    await until(async () => (await desk.queue('support'))?.waiting === 0);
  });

  it('I: the customer leaves while it rings: revoked', async () => {
    await desk.sets('ana', 'READY');
    const { chat, taskId } = await aCustomer();
    await rings(chat, 'ana');
    await chat.leaves();
    await until(async () => (await desk.queue('support'))?.waiting === 0);
    await expect(desk.accepts('ana', taskId)).rejects.toMatchObject({
      cause: { type: 'CONFLICT' },
    });
    expect(await task(chat)).toMatchObject({
      closeReason: 'CANCELLED',
      closeDetail: 'CUSTOMER_LEFT',
    });
  });

  it('forced logout: the conversation goes back to the queue, older than the rest', async () => {
    await desk.sets('ana', 'READY');
    const { chat, taskId } = await aCustomer();
    await rings(chat, 'ana');
    await desk.accepts('ana', taskId);
    await stateOf(chat, 'ACTIVE');
    expect(await desk.sets('ana', 'LOGOUT', 'boss')).toMatchObject({
      state: 'LOGOUT',
      reason: 'FORCED_LOGOUT_BY_SUPERVISOR',
      since: expect.any(String),
    });
    await stateOf(chat, 'INACTIVE');
    const next = await until(async () => task(chat, 1));
    expect(await task(chat)).toMatchObject({ closeReason: 'AGENT_LOGOUT', closeDetail: 'FORCED' });
    expect(next).toMatchObject({ mediaState: 'QUEUED', priority: 11, queueId: 'support' });
    await desk.sets('ben', 'READY');
    await rings(chat, 'ben');
  });

  it('a lapsed lease is a lost agent; while leases cannot be read nobody is judged', async () => {
    await desk.sets('ana', 'READY');
    const { chat, taskId } = await aCustomer();
    await rings(chat, 'ana');
    await desk.accepts('ana', taskId);
    await stateOf(chat, 'ACTIVE');
    routing.leases.set('ana', '2000-01-01T00:00:00.000Z');
    routing.down = true;
    await chat.passes('3 minutes');
    expect(await desk.agent('ana')).toMatchObject({ state: 'READY' });
    routing.down = false;
    await chat.passes('2 minutes');
    await until(async () => (await desk.agent('ana'))?.state === 'UNKNOWN');
    await stateOf(chat, 'INACTIVE');
    expect(await task(chat)).toMatchObject({ closeDetail: 'PRESENCE_LOST' });
    routing.leases.set('ana', '2100-01-01T00:00:00.000Z');
    await chat.passes('20 seconds');
    await until(async () => (await desk.agent('ana'))?.state === 'NOT_READY');
    // Whose stream opens is told of, and need not wait for the next look.
    await desk.handle.signal(presenceLostSignal, { agentIds: ['ana'] });
    await until(async () => (await desk.agent('ana'))?.state === 'UNKNOWN');
    await desk.handle.signal(presenceBackSignal, { agentIds: ['ana'] });
    await until(async () => (await desk.agent('ana'))?.state === 'NOT_READY');
    routing.leases.delete('ana');
  });

  it('a place that no join follows is free after a minute; an answer that is asked for again is the same', async () => {
    await desk.sets('ana', 'READY');
    const tasks = async () =>
      (await desk.agent('ana'))?.mrds.find(({ mrdId }) => mrdId === 'chat')?.tasks;
    const own = { taskId: 'tsk_own', conversationId: 'cnv_x', workflowId: 'conversation:none' };
    const place = { ...own, agentId: 'ana', mrdId: 'chat', kind: 'JOIN' as const, counts: true };
    await desk.handle.executeUpdate(takePlaceUpdate, {
      args: [{ ...place, letIn: false, request: null }],
    });
    await chats.server.sleep?.('50 seconds');
    expect(await tasks()).toBe(1);
    await chats.server.sleep?.('11 seconds');
    await until(async () => (await tasks()) === 0);

    const { chat: waiting, taskId } = await aCustomer();
    await rings(waiting, 'ana');
    const answer = { taskId, agentId: 'ana', key: 'of one tab' };
    const accepts = () => desk.handle.executeUpdate(acceptUpdate, { args: [answer] });
    expect(await accepts()).toEqual(await accepts());
    await stateOf(waiting, 'ACTIVE');
    await expect(desk.accepts('ana', taskId)).rejects.toMatchObject({
      cause: { type: 'CONFLICT' },
    });
  });

  it('what cannot be read is passed over or refused, and stops nobody', async () => {
    const hand = [
      'agentRequested',
      'requestCancelled',
      'taskEnded',
      'taskMoved',
      'presenceLost',
      'presenceBack',
    ];
    for (const name of [...hand, 'agentsNotified', 'pauseQueue', 'resumeQueue', 'logoutAgent'])
      for (const payload of [null, {}, 'support', { queueId: 5, agentId: [], agentIds: 'ana' }])
        await desk.handle.signal(name, payload);
    for (const name of ['accept', 'setAgentState', 'setMrdState', 'takePlace', 'flushQueue'])
      await expect(desk.handle.executeUpdate(name, { args: [null] })).rejects.toMatchObject({
        cause: { type: 'VALIDATION_FAILED' },
      });
    expect(await desk.sets('ana', 'READY')).toMatchObject({ state: 'READY' });
    const { chat } = await aCustomer();
    await rings(chat, 'ana');
    await desk.handle.signal('logoutAgent', { agentId: 'ana' });
    await until(async () => (await desk.agent('ana')) === undefined);
  });

  it('a bot may tell the position and the estimated wait, before it asks and while it waits', async () => {
    const first = await aCustomer({ queueId: 'fresh' });
    const chat = await chats.start('tells-waits', { queueId: 'fresh', wrapUp: OFF });
    open.push(chat);
    await chat.says('hello');
    await chat.passes('2 seconds');
    await first.chat.forceCloses();
    await chat.passes('1 minute');
    await chat.passes('5 minutes');
    // 300 seconds a customer while nothing is known, and nobody at work.
    expect(await until(async () => (await chat.botSaid()).join(' '))).toBe(
      'Before: number 2, 600 s. Elsewhere: nobody can say. Waiting: number 2, 600 s. Other queue: number 1, 120 s. Later: number 1, 300 s. The human: timedOut.',
    );
  });

  it('an agent who is asked for by name and is not there: NO_AGENT_AVAILABLE at once', async () => {
    const chat = await chats.start(null, { wrapUp: OFF });
    await chat.says('hello');
    const conversationId = (await chat.conversation())?.id ?? '';
    await chat.handle().executeUpdate(requestAgentUpdate, {
      args: [
        {
          conversationId,
          actor: { type: 'OPERATOR', id: 'ops', name: null },
          queueId: null,
          agentId: 'ben',
          priority: null,
          attributes: {},
          ttlSeconds: null,
          note: null,
        },
      ],
    });
    const ended = await until(async () => {
      const it = await task(chat);
      return it?.state === 'CLOSED' && it;
    });
    expect(ended).toMatchObject({ closeReason: 'NO_AGENT_AVAILABLE', mode: 'AGENT' });
  });
});
