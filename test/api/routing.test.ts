import { eventually, untilStatus, useLiveApi } from '../support/live-api';
import { aLiveConversation, EventReader, type LiveConversation } from '../support/live-chat';
import { configureAll } from '../support/live-objects';

const live = useLiveApi({ limits: { heartbeatSeconds: 1 } });
const tokens: Record<string, string> = {};
beforeAll(async () => {
  await configureAll(live());
  const make = live().configure;
  await make('queues', { id: 'quiet', steps: [NOBODY] });
  await make('queues', {
    id: 'quick',
    agentSlaSeconds: 60,
    agentSlaThresholds: [{ percent: 1, action: 'PROMPT' }],
  });
  await make('lists', { id: 'parking' });
  await make('channels', {
    id: 'pull',
    channelType: 'GENERIC',
    serviceIdentifier: 'pull',
    connectorId: 'partner',
    routingMode: 'PULL',
    listId: 'parking',
    wrapUp: { enabled: false },
  });
  await make('agents', { id: 'agt_far', teamIds: ['others'] });
  await make('teams', { id: 'others', supervisorIds: ['sup_other'] });
  await make('teams', { id: 'ours', supervisorIds: ['sup_sara'], memberIds: ['agt_ana'] });
  for (const id of ['agt_ana', 'agt_ben', 'agt_far'])
    tokens[id] = await live().tokenFor('agent', id);
  for (const id of ['sup_sara', 'sup_other']) tokens[id] = await live().tokenFor('supervisor', id);
});
const NOBODY = {
  expression: { terms: [{ attributeId: 'nothing', op: '==', value: true }] },
};

interface Answer {
  readonly status: number;
  // Answers are looked into by matchers.
  // biome-ignore lint/suspicious/noExplicitAny: see above
  readonly body: any;
}
/** Asks again after a 503, as every client has to: a server on a busy machine may drop an update together with its workflow task. */
async function call(who: string, method: string, path: string, body?: unknown): Promise<Answer> {
  const answer = await eventually(async () => {
    const given = await live().call(method, path, { token: tokens[who] ?? null, body });
    return given.status !== 503 && given;
  });
  const text = await answer.text();
  return { status: answer.status, body: text === '' ? null : JSON.parse(text) };
}
const sets = (who: string, state: string, agentId = who) =>
  call(who, 'PUT', `/v1/agents/${agentId}/state`, { state });
async function stream(who: string, path = `/v1/agents/${who}/events`, after?: string) {
  const headers: Record<string, string> = after === undefined ? {} : { 'last-event-id': after };
  const answer = await live().call('GET', path, { token: tokens[who] ?? null, headers });
  expect(answer.status).toBe(200);
  const reader = new EventReader(answer);
  readers.push(reader);
  return reader;
}
const readers: EventReader[] = [];
const open: LiveConversation[] = [];
afterEach(async () => {
  for (const reader of readers.splice(0)) await reader.close();
  for (const { path } of open.splice(0)) await call('sup_sara', 'DELETE', path, {});
  for (const id of ['agt_ana', 'agt_ben']) await sets(id, 'LOGOUT');
});

/** A customer whom the controller looks an agent for, in the queue `support`. */
async function aCustomer(): Promise<LiveConversation> {
  const conversation = await aLiveConversation(live());
  open.push(conversation);
  return conversation;
}
type Event = { type: string; data: Record<string, unknown> };
/** The first event of a type about a conversation on an agent's stream. */
async function seen(reader: EventReader, type: string, conversationId: string): Promise<Event> {
  return eventually(async () =>
    reader.entries
      .map(({ data }) => data as unknown as Event)
      .find((event) => event.type === type && event.data['conversationId'] === conversationId),
  );
}
const taskOf = (event: Event) => String(event.data['taskId']);
const conversationIn = (state: string, path: string) =>
  eventually(async () => {
    const { body } = await call('sup_sara', 'GET', path);
    return body.state === state && body;
  });
const tasksOf = async (conversation: LiveConversation) =>
  (await call('sup_sara', 'GET', `/v1/tasks?conversationId=${conversation.id}`)).body
    .items as Record<string, unknown>[];

describe('an offer', () => {
  it('M20 (offer-appears), accept-accept: rings at one agent; of two answers one wins; declined, it goes to the next', async () => {
    const [ana, ben] = [await stream('agt_ana'), await stream('agt_ben')];
    expect(await sets('agt_ana', 'READY')).toMatchObject({
      status: 200,
      body: { id: 'agt_ana', state: 'READY' },
    });
    const conversation = await aCustomer();
    const offer = await seen(ana, 'OFFER', conversation.id);
    expect(offer.data).toMatchObject({ queueId: 'support', mrdId: 'chat', priority: 1 });
    expect(await call('agt_ana', 'GET', '/v1/agents/agt_ana')).toMatchObject({
      status: 200,
      body: {
        name: 'agt_ana',
        state: 'READY',
        mrds: [{ mrdId: 'chat', maxTasks: 100 }],
        mrdStates: [{ mrdId: 'chat', state: 'RESERVED', tasks: 1 }],
        timers: [{ name: 'presence:agt_ana' }],
      },
    });

    await sets('agt_ben', 'READY');
    const declined = await call('agt_ana', 'POST', `/v1/tasks/${taskOf(offer)}/decline`, {});
    expect(declined).toMatchObject({ status: 200, body: { conversationId: conversation.id } });
    await seen(ana, 'OFFER_REVOKED', conversation.id);
    const second = await seen(ben, 'OFFER', conversation.id);
    expect(second.data).toMatchObject({ priority: 11, waitingSince: offer.data['waitingSince'] });
    expect(await call('agt_ana', 'POST', `/v1/tasks/${taskOf(offer)}/accept`, {})).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });

    const answers = await Promise.all(
      ['agt_ben', 'agt_ben', 'agt_ana'].map((who) =>
        call(who, 'POST', `/v1/tasks/${taskOf(second)}/accept`, {}),
      ),
    );
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 409, 409]);
    await seen(ben, 'TASK_ASSIGNED', conversation.id);
    await conversationIn('ACTIVE', conversation.path);
    await eventually(async () =>
      ben.events.some(
        ({ event, data }) =>
          event === 'conversation' &&
          (data['conversation'] as { state: string }).state === 'ACTIVE',
      ),
    );
    const { body: own } = await call('agt_ben', 'GET', '/v1/agents/agt_ben/tasks');
    expect(own.items).toMatchObject([{ conversationId: conversation.id, mediaState: 'ACTIVE' }]);
    const tasks = await tasksOf(conversation);
    expect(tasks.map(({ closeReason }) => closeReason)).toEqual([null, 'RONA']);

    const { body: why } = await call('sup_sara', 'GET', `${conversation.path}/explain`);
    expect(why.routing).toMatchObject({
      waiting: null,
      decisions: [{ chosen: 'agt_ana' }, { chosen: 'agt_ben', queueId: 'support' }],
    });
    const { body: audit } = await live()
      .call('GET', `/v1/audit?target=tasks/${taskOf(second)}`)
      .then(async (answer) => ({ body: await answer.json() }));
    expect(audit).toMatchObject({
      items: [{ action: 'task.accept', actor: { type: 'agent', id: 'agt_ben' } }],
    });
  });

  it('is on a stream that comes late, and after its cursor without loss or repeat', async () => {
    await sets('agt_ana', 'READY');
    const conversation = await aCustomer();
    const first = await stream('agt_ana');
    const offer = await seen(first, 'OFFER', conversation.id);
    const cursor = first.entries.find(({ data }) => data['type'] === 'OFFER')?.id ?? '';
    await first.close();
    await call('agt_ana', 'POST', `/v1/tasks/${taskOf(offer)}/accept`, {});
    await conversationIn('ACTIVE', conversation.path);
    const again = await stream('agt_ana', undefined, cursor);
    await seen(again, 'TASK_ASSIGNED', conversation.id);
    expect(again.entries.filter(({ data }) => data['type'] === 'OFFER')).toEqual([]);
    const ids = again.entries.map(({ id }) => Number(id));
    expect(ids).toEqual([...new Set(ids)].sort((a, b) => a - b));
    await eventually(async () => again.comments.some((text) => text.includes('heartbeat')));
  });
});

describe('an agent who has a conversation', () => {
  it('passes it on by name, wraps up, and is free again', async () => {
    const ben = await stream('agt_ben');
    await sets('agt_ana', 'READY');
    const conversation = await aCustomer();
    const task = await eventually(async () =>
      (await tasksOf(conversation)).find(({ mediaState }) => mediaState === 'RESERVED'),
    );
    await call('agt_ana', 'POST', `/v1/tasks/${String(task['id'])}/accept`, {});
    await conversationIn('ACTIVE', conversation.path);
    const to = { to: { agentId: 'agt_ben' }, kind: 'COLD' };
    const transfers = `${conversation.path}/transfers`;
    expect(await call('agt_ana', 'POST', transfers, to)).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
    await sets('agt_ben', 'READY');
    expect(await call('agt_ana', 'POST', transfers, to)).toMatchObject({ status: 202 });
    const offer = await seen(ben, 'OFFER', conversation.id);
    expect(offer.data).toMatchObject({ direction: 'DIRECT_TRANSFER', priority: 10 });
    await call('agt_ben', 'POST', `/v1/tasks/${taskOf(offer)}/accept`, {});
    await conversationIn('ACTIVE', conversation.path);
    const tasksIn = async (id: string) =>
      (await call('sup_sara', 'GET', `/v1/agents/${id}`)).body.mrdStates[0]?.tasks;
    await eventually(async () => (await tasksIn('agt_ana')) === 0);
    expect(await tasksIn('agt_ben')).toBe(1);
    await call('agt_ben', 'POST', `${conversation.path}/wrap-ups`, { skip: true });
    await call('agt_ben', 'DELETE', `${conversation.path}/participants/agt_ben`);
    await eventually(async () => (await tasksIn('agt_ben')) === 0);
  });

  it('is asked to stay or leave when the answer is owed for long', async () => {
    const ana = await stream('agt_ana');
    await sets('agt_ana', 'READY');
    const conversation = await aCustomer();
    const first = await seen(ana, 'OFFER', conversation.id);
    await call('sup_sara', 'DELETE', `${conversation.path}/agent-requests`);
    await seen(ana, 'OFFER_REVOKED', conversation.id);
    await call('sup_sara', 'POST', `${conversation.path}/agent-requests`, { queueId: 'quick' });
    const offer = await eventually(async () =>
      ana.entries
        .map(({ data }) => data as unknown as Event)
        .find(({ type, data }) => type === 'OFFER' && data['queueId'] === 'quick'),
    );
    expect(taskOf(offer)).not.toBe(taskOf(first));
    await call('agt_ana', 'POST', `/v1/tasks/${taskOf(offer)}/accept`, {});
    const prompt = await seen(ana, 'SLA_PROMPT', conversation.id);
    expect(prompt.data).toMatchObject({ dueAt: expect.any(String) });
    const stays = await call('agt_ana', 'POST', `${conversation.path}/agent-sla`, {
      answer: 'STAY',
    });
    expect(stays.status).toBe(200);
  });

  it('is logged out by the supervisor: it goes back to the queue, older than the rest', async () => {
    const ana = await stream('agt_ana');
    await sets('agt_ana', 'READY');
    const conversation = await aCustomer();
    const offer = await seen(ana, 'OFFER', conversation.id);
    await call('agt_ana', 'POST', `/v1/tasks/${taskOf(offer)}/accept`, {});
    await conversationIn('ACTIVE', conversation.path);
    expect(await sets('sup_sara', 'LOGOUT', 'agt_ana')).toMatchObject({
      status: 200,
      body: { state: 'LOGOUT', reason: 'FORCED_LOGOUT_BY_SUPERVISOR' },
    });
    await eventually(async () => {
      const { body } = await call('sup_sara', 'GET', '/v1/agents/agt_ana');
      return body.reason === 'FORCED_LOGOUT_BY_SUPERVISOR' && body.since !== null;
    });
    const next = await eventually(async () =>
      (await tasksOf(conversation)).find(({ mediaState }) => mediaState === 'QUEUED'),
    );
    expect(next).toMatchObject({ priority: 11, previousTaskId: taskOf(offer) });
    await eventually(async () =>
      ana.entries.some(
        ({ data }) =>
          data['type'] === 'STATE' && (data['data'] as { state: string }).state === 'LOGOUT',
      ),
    );
    const waiting = await eventually(async () => {
      const { body: why } = await call('sup_sara', 'GET', `${conversation.path}/explain`);
      return why.routing.waiting;
    });
    expect(waiting).toMatchObject({ position: 1, ewtSeconds: expect.any(Number) });
  });

  it('has a place for what they take by themselves, and not one more than that', async () => {
    await live().configure('agents', { id: 'agt_one', mrds: [{ mrdId: 'chat', maxTasks: 1 }] });
    tokens['agt_one'] = await live().tokenFor('agent', 'agt_one');
    const [one, two] = [await aCustomer(), await aCustomer()];
    const join = (to: LiveConversation) =>
      call('agt_one', 'POST', `${to.path}/participants`, { agentId: 'agt_one', role: 'PRIMARY' });
    expect(await join(one)).toMatchObject({ status: 200 });
    expect(await join(one)).toMatchObject({ status: 200 });
    expect(await join(two)).toMatchObject({ status: 409, body: { code: 'CONFLICT' } });
    const outbound = {
      channelId: 'generic',
      customer: { identifier: `new-${one.identifier}` },
      body: { type: 'PLAIN', text: 'Hello' },
    };
    expect(await call('agt_one', 'POST', '/v1/conversations', outbound)).toMatchObject({
      status: 409,
    });
    const leaves = (path: string) =>
      untilStatus(200, () => call('agt_one', 'DELETE', `${path}/participants/agt_one`));
    await leaves(one.path);
    const started = await untilStatus(201, () =>
      call('agt_one', 'POST', '/v1/conversations', outbound),
    );
    const { conversationId } = started.body as { conversationId: string };
    open.push({ ...one, id: conversationId, path: `/v1/conversations/${conversationId}` });
    expect(await join(two)).toMatchObject({ status: 409 });
    await leaves(`/v1/conversations/${conversationId}`);
    await untilStatus(200, () => join(two));
  });
});

describe('a pull list', () => {
  it('shows what is parked, lets logged-in agents take it, and a supervisor close it', async () => {
    const ben = await stream('agt_ben');
    const parked = await aParkedCustomer();
    await eventually(async () =>
      ben.events.some(
        ({ event, data }) => event === 'list' && data['conversationId'] === parked.id,
      ),
    );
    const path = `/v1/lists/parking/requests`;
    const listed = await eventually(async () => {
      const { body } = await call('agt_ben', 'GET', path);
      return body.items.length === 1 && body.items[0];
    });
    expect(listed).toMatchObject({ conversationId: parked.id, state: 'UNREAD' });
    const join = `${path}/${parked.id}/join`;
    expect(await call('agt_ben', 'POST', join, {})).toMatchObject({
      status: 409,
      body: { code: 'CONFLICT' },
    });
    await sets('agt_ben', 'NOT_READY');
    expect(await call('agt_ben', 'POST', join, {})).toMatchObject({ status: 200 });
    await conversationIn('ACTIVE', parked.path);
    expect(await tasksOf(parked)).toMatchObject([
      { listId: 'parking', routingMode: 'PULL', agentId: 'agt_ben' },
    ]);
    await call('agt_ben', 'DELETE', `${parked.path}/participants/agt_ben`);
    const close = `${path}/${parked.id}/close`;
    expect((await call('agt_ben', 'POST', close, {})).status).toBe(403);
    expect(await call('sup_sara', 'POST', close, {})).toMatchObject({ status: 200 });
    await eventually(async () => (await call('agt_ben', 'GET', path)).body.items.length === 0);
    expect((await call('sup_sara', 'POST', close, {})).status).toBe(404);
    expect((await call('agt_ben', 'POST', join, {})).status).toBe(404);
  });

  async function aParkedCustomer(): Promise<LiveConversation> {
    const token = await live().tokenFor('connector', 'partner');
    const answer = await live().call('POST', '/v1/channels/pull/messages', {
      token,
      body: {
        providerMessageId: 'parked-1',
        customer: { identifier: 'parked' },
        body: { type: 'PLAIN', text: 'Anybody?' },
      },
    });
    const { customerId } = (await answer.json()) as { customerId: string };
    const { id } = await eventually(() => live().stores.conversations.openOf(customerId));
    const parked = { id, customerId, identifier: 'parked', path: `/v1/conversations/${id}` };
    open.push(parked);
    return parked;
  }
});

describe('an administrator', () => {
  it('changes queues and agents, and routing follows at once', async () => {
    const admin = (method: string, path: string, body: unknown, headers = {}) =>
      live().call(method, path, { body, headers });
    await sets('agt_ana', 'READY');
    await admin('POST', '/v1/queues', { id: 'made-late', mrdId: 'chat' });
    const conversation = await aCustomer();
    await call('sup_sara', 'DELETE', `${conversation.path}/agent-requests`);
    const asked = await eventually(async () => {
      const request = { queueId: 'made-late' };
      const answer = await call('sup_sara', 'POST', `${conversation.path}/agent-requests`, request);
      return answer.status === 202 && answer.body;
    });
    expect(asked).toMatchObject({ taskId: expect.any(String) });
    await eventually(async () =>
      (await tasksOf(conversation)).some(
        ({ queueId, mediaState }) => queueId === 'made-late' && mediaState === 'RESERVED',
      ),
    );
    const read = await call('sup_sara', 'GET', '/v1/agents/agt_ana');
    const off = { ...read.body, enabled: false };
    expect((await admin('PUT', '/v1/agents/agt_ana', off, { 'if-match': '*' })).status).toBe(200);
    await eventually(async () => {
      const { body } = await call('sup_sara', 'GET', '/v1/agents/agt_ana');
      return body.state === 'LOGOUT';
    });
    const on = { ...read.body, enabled: true };
    expect((await admin('PUT', '/v1/agents/agt_ana', on, { 'if-match': '*' })).status).toBe(200);
    expect((await sets('agt_ana', 'READY')).status).toBe(200);
  });
});

describe('a supervisor', () => {
  it('watches the board, and flushes a queue', async () => {
    const board = await stream('sup_sara', '/v1/stats/events');
    await eventually(async () => board.entries.length > 0);
    await sets('agt_ana', 'NOT_READY');
    const conversation = await aCustomer();
    const waits = async () => {
      const { body } = await call('sup_sara', 'GET', '/v1/queues/support/stats');
      return body.waiting === 1 && body;
    };
    expect(await eventually(waits)).toMatchObject({
      queueId: 'support',
      ringing: 0,
      oldestWaitingSince: expect.any(String),
      ewtSeconds: expect.any(Number),
      agentStates: { NOT_READY: 1 },
    });
    await board.until((events) =>
      events.some(({ data }) => {
        const queues = data['queues'] as { queueId: string; waiting: number }[];
        return queues.some(({ queueId, waiting }) => queueId === 'support' && waiting === 1);
      }),
    );
    const { body: before } = await call('sup_sara', 'GET', '/v1/stats');
    expect(before.conversations.withBot).toBeGreaterThan(0);
    const flush = { text: 'We are closing for today.' };
    expect(await call('sup_sara', 'POST', '/v1/queues/support/flush', flush)).toMatchObject({
      status: 200,
      body: { flushed: 1 },
    });
    await eventually(async () =>
      (await tasksOf(conversation)).some(({ closeReason }) => closeReason === 'FORCE_CLOSED'),
    );
    const timeline = await call('sup_sara', 'GET', `${conversation.path}/timeline?limit=200`);
    expect(
      timeline.body.items.some(
        (it: { body: { text?: string } | null }) => it.body?.text === flush.text,
      ),
    ).toBe(true);
    const today = await eventually(async () => {
      const { body } = await call('sup_sara', 'GET', '/v1/queues/support/stats');
      return body.today.flushed > 0 && body;
    });
    expect(today).toMatchObject({ waiting: 0, today: { offered: expect.any(Number) } });
  });

  it('M11: sees their own teams only, an agent only themselves', async () => {
    await sets('agt_far', 'NOT_READY');
    const { body } = await call('sup_sara', 'GET', '/v1/stats');
    const ids = body.agents.map(({ id }: { id: string }) => id);
    expect(ids).toContain('agt_ana');
    expect(ids).not.toContain('agt_far');
    const { path: conversation } = await aCustomer();
    const joins = { agentId: 'agt_far', role: 'PRIMARY' };
    const foreign = [
      ['sup_sara', 'POST', `${conversation}/participants`, joins],
      ['sup_sara', 'GET', '/v1/agents/agt_far'],
      ['sup_sara', 'GET', '/v1/agents/agt_far/tasks'],
      ['sup_sara', 'GET', '/v1/agents/agt_far/events'],
      ['sup_sara', 'PUT', '/v1/agents/agt_far/state', { state: 'LOGOUT' }],
      ['sup_sara', 'PUT', '/v1/agents/agt_far/mrds/chat/state', { state: 'NOT_READY' }],
      ['agt_ana', 'GET', '/v1/agents/agt_ben'],
      ['agt_ana', 'GET', '/v1/agents/agt_ben/tasks'],
      ['agt_ana', 'GET', '/v1/agents/agt_ben/events'],
      ['agt_ana', 'PUT', '/v1/agents/agt_ben/state', { state: 'LOGOUT' }],
      ['agt_ana', 'POST', '/v1/tasks/tsk_none/accept', {}],
      ['agt_ana', 'GET', '/v1/lists/none/requests'],
      ['sup_sara', 'POST', '/v1/queues/none/flush', {}],
      ['sup_sara', 'GET', '/v1/queues/none/stats'],
    ] as const;
    for (const [who, method, path, given] of foreign)
      expect([who, path, (await call(who, method, path, given)).status]).toEqual([who, path, 404]);
    expect((await sets('sup_other', 'LOGOUT', 'agt_far')).status).toBe(200);
    const { body: theirs } = await call('agt_ana', 'GET', '/v1/tasks?agentId=agt_ben');
    expect(theirs.items).toEqual([]);
  });
});
