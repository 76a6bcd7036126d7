import type { HousekeepingActivities } from '../../activities/types';
import { createConversationWorkflows } from '../../infra/conversation-workflows';
import * as m from '../../workflows/conversation/messages';
import { type BotChat, useBotChat } from '../support/bot-chat';
import { Desk } from '../support/desk';
import { MemoryRouting } from '../support/fakes/memory-routing';

// Reference traces of domain.md section 14 that need two workflows, or an archive: the others are in routing.test.ts and in the pure core.

const routing = new MemoryRouting();
for (const id of ['support', 'billing']) routing.queue(id, { agentSlaSeconds: 120 });
for (const id of ['ana', 'ben']) routing.agent(id);
const handOn: HousekeepingActivities['handOn'] = ({ toCustomerId, inbox }) =>
  createConversationWorkflows(chats.server.client).handOn(toCustomerId, inbox);
const chats = useBotChat({ routing, housekeeping: { handOn } });
const desk = new Desk(() => chats.server);

beforeAll(() => desk.opens());
const open: BotChat[] = [];
afterEach(async () => {
  chats.archive.writesFail = false;
  for (const chat of open.splice(0)) await chat.forceCloses().catch(() => undefined); // some have ended
  for (const id of ['ana', 'ben']) await desk.sets(id, 'LOGOUT');
});

const OFF = { enabled: false, seconds: 60, formId: null };
async function aChat(settings = {}, botId: string | null = null): Promise<BotChat> {
  const chat = await chats.start(botId, { queueId: 'support', wrapUp: OFF, ...settings });
  open.push(chat);
  return chat;
}
/** A1-A6: the customer has written, `ana` has accepted and owes an answer. */
async function withAna(settings = {}): Promise<BotChat> {
  await desk.sets('ana', 'READY');
  const chat = await aChat(settings);
  await chat.says('one');
  const { id } = await rings(chat, 'ana');
  await desk.accepts('ana', id);
  await until(async () => (await chat.state()) === 'ACTIVE');
  return chat;
}
async function until<T>(look: () => Promise<T | undefined | false>): Promise<T> {
  const patience = Date.now() + 120_000;
  for (;;) {
    const found = await look();
    if (found) return found;
    if (Date.now() > patience) throw new Error('it never came');
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
const tasks = async (chat: BotChat) => (await chat.conversation())?.tasks ?? [];
const rings = (chat: BotChat, agentId: string) =>
  until(async () =>
    (await tasks(chat)).find(
      (it) => it.mediaState === 'RESERVED' && it.agentId === agentId && it.offerExpiresAt,
    ),
  );
const timer = async (chat: BotChat, kind: string) =>
  (await chat.handle().query(m.getTimersQuery)).find(({ name }) => name.startsWith(kind));
const about = async (chat: BotChat) => ({
  conversationId: (await chat.conversation())?.id ?? '',
  actor: { type: 'AGENT' as const, id: 'ana', name: 'ana' },
});

it('R: an archive that is down while closing is tried again, and ends as without the outage', async () => {
  const closes = async (outage: boolean) => {
    const chat = await aChat({}, 'echo');
    await chat.says('one');
    const c1 = (await chat.conversation())?.id ?? '';
    chats.archive.writesFail = outage;
    await chat.leaves();
    return { chat, c1 };
  };
  const well = await closes(false);
  await chats.archive.sealed(well.c1);
  const { chat, c1 } = await closes(true);
  const attempts: number[] = [];
  for (let minute = 1; minute <= 5; minute += 1) {
    await chat.passes('1 minute');
    attempts.push(chats.archive.attempts);
    expect(await chat.state()).toBe('CLOSING');
  }
  expect(new Set(attempts).size).toBe(5); // tried in each of the minutes
  chats.archive.writesFail = false;
  await chat.passes('1 minute');
  await chats.archive.sealed(c1);
  const told = (id: string) =>
    chats.archive.of(id).map(({ seq, type, data }) => [seq, type, data?.['to']]);
  expect(told(c1)).toEqual(told(well.c1));
  for (const id of [c1, well.c1]) {
    const { seq = 0, data } = chats.archive.of(id).at(-1) ?? {};
    const headHash = chats.archive.headOf(id, seq - 1);
    expect(data).toMatchObject({ count: seq - 1, headHash, archive: 'VERIFIED' });
  }
});

it('M: both are open and one waits in the queue: its session moves, its request ends', async () => {
  const into = await withAna();
  await desk.sets('ana', 'NOT_READY');
  const merged = await aChat();
  await merged.says('from elsewhere');
  await until(async () => (await desk.queue('support'))?.waiting === 1);
  await merged.passes('40 seconds');
  const [cM, cX] = await Promise.all([merged.conversation(), into.conversation()]);
  const [session] = cM?.channelSessions ?? [];
  const { customerId: intoCustomerId } = into;
  const survivor = { id: intoCustomerId, name: null, anonymous: false };
  await merged.handle().executeUpdate(m.mergeIntoUpdate, {
    args: [{ intoCustomerId, intoConversationId: cX?.id ?? '', survivor, moveSessions: true }],
  });
  await chats.archive.sealed(cM?.id ?? '');
  chats.archive.openings.set(merged.customerId, { mergedInto: intoCustomerId });
  const old = chats.archive.projections.get(cM?.id ?? '');
  expect(old?.closeReason).toBe('MERGED');
  expect(old?.conversation).toMatchObject({
    state: 'CLOSED',
    channelSessions: [{ id: session?.id, state: 'ENDED', endReason: 'MERGED' }],
    tasks: [{ closeReason: 'CANCELLED', closeDetail: 'MERGED' }],
  });
  const moved = (await into.conversation())?.channelSessions.find(({ id }) => id === session?.id);
  expect(moved).toMatchObject({ state: 'STARTED', movedFrom: cM?.id });
  expect(await timer(into, `customerInactivity:${session?.id}`)).toBeDefined();
  await until(async () => (await desk.queue('support'))?.waiting === 0);

  const entries = chats.archive.of(cM?.id ?? '').length;
  const before = (await into.conversation())?.lastSeq ?? 0;
  await merged.posts('late');
  await until(async () => chats.archive.of(cX?.id ?? '').length > before);
  expect(chats.archive.of(cX?.id ?? '').slice(before)).toMatchObject([
    { seq: before + 1, type: 'CUSTOMER_MESSAGE', body: { text: 'late' } },
  ]);
  expect(chats.archive.of(cM?.id ?? '')).toHaveLength(entries);
  open.splice(open.indexOf(merged), 1);
});

it('O: a WARM transfer times out: the requester stays, and hears of it', async () => {
  const chat = await withAna();
  await chat.agentSays('ana', 'Good morning');
  const cSLA = await timer(chat, 'customerInactivity');
  await chat.handle().executeUpdate(m.transferUpdate, {
    args: [{ ...(await about(chat)), to: { queueId: 'billing' }, kind: 'WARM', note: null }],
  });
  await until(async () => (await desk.queue('billing'))?.waiting === 1);
  expect(await tasks(chat)).toMatchObject([
    { state: 'ACTIVE', mediaState: 'ACTIVE' },
    { direction: 'DIRECT_TRANSFER', mediaState: 'QUEUED', queueId: 'billing' },
  ]);
  expect([cSLA, await timer(chat, 'customerInactivity')]).toEqual([expect.anything(), cSLA]);
  await chat.passes('301 seconds');
  expect(await tasks(chat)).toMatchObject([
    { state: 'ACTIVE' },
    { state: 'CLOSED', closeReason: 'NO_AGENT_AVAILABLE' },
  ]);
  expect(await chat.conversation()).toMatchObject({ state: 'ACTIVE', controlEpoch: 2 });
  const timeline = await chat.timeline();
  expect(timeline.find(({ type }) => type === 'TRANSFER_FAILED')?.data).toMatchObject({
    requesterId: 'ana',
  });
  expect(timeline.map(({ type }) => type)).not.toContain('NO_AGENT_AVAILABLE');
  expect(timeline.map(({ type }) => type)).not.toContain('SYSTEM_MESSAGE');
  await until(async () => (await desk.queue('billing'))?.waiting === 0);
});

it('an agent who owes an answer for the whole SLA leaves, and another is asked first', async () => {
  const chat = await withAna();
  await chat.passes('119 seconds');
  expect(await chat.state()).toBe('ACTIVE');
  await desk.sets('ben', 'READY');
  await chat.passes('2 seconds');
  const next = await rings(chat, 'ben');
  expect(next).toMatchObject({ priority: 11, queueId: 'support' });
  expect(await chat.state()).toBe('INACTIVE');
  const timeline = await chat.timeline();
  const expired = timeline.find(({ type }) => type === 'AGENT_SLA_EXPIRED');
  expect(expired?.data).toMatchObject({ seconds: 120, agentIds: ['ana'] });
  expect(timeline.find(({ type }) => type === 'AGENT_UNSUBSCRIBED')?.data).toMatchObject({
    reason: 'RESPONSE_TIMEOUT',
  });
  expect(await timer(chat, 'agentSla')).toBeUndefined();
});

// The last: an activity that is given up with its run keeps the time-skipping server from skipping from then on.
it('N: a message during CLOSING begins the next conversation, which prefers the last agent', async () => {
  const chat = await withAna({ reentryWindowSeconds: 3600 });
  await chat.handle().executeUpdate(m.updateDataUpdate, {
    args: [{ ...(await about(chat)), set: { order: '42' } }],
  });
  const c1 = (await chat.conversation())?.id ?? '';
  await desk.sets('ben', 'READY'); // free for longer than ana will be
  chats.archive.writesFail = true;
  await chat.forceCloses();
  expect(await chat.state()).toBe('CLOSING');
  const closing = await chat.conversation();
  const [closedAt, data] = [closing?.createdAt ?? '', closing?.data ?? {}]; // a moment ago
  const previous = { conversationId: c1, closedAt, data, lastAgentId: 'ana' };
  chats.archive.openings.set(chat.customerId, { previous });

  const repeat = await chat.postsRepeatably('two');
  await until(async () =>
    (await desk.agent('ana'))?.mrds.some(({ state }) => state === 'RESERVED'),
  );
  await rings(chat, 'ana');
  await repeat();
  chats.archive.writesFail = false;
  await chats.archive.sealed(c1);
  expect(await chat.conversation()).toMatchObject({
    state: 'CREATED',
    previousConversationId: c1,
    data: { order: '42', reentry: true },
  });
  const written = await until(async () => {
    const all = (await chat.timeline()).filter(({ type }) => type === 'CUSTOMER_MESSAGE');
    return all.length > 0 && all;
  });
  expect(written.map(({ seq, body }) => [seq, body])).toEqual([
    [3, { type: 'PLAIN', text: 'two' }],
  ]);
  expect(JSON.stringify(chats.archive.of(c1))).not.toContain('"two"');
});
