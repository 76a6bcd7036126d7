import { createHash, randomUUID } from 'node:crypto';
import { chainText } from '../../domain/archive/chain';
import { eventually, useLiveApi } from '../support/live-api';
import { aLiveConversation, customerWrites } from '../support/live-chat';
import { configureAll } from '../support/live-objects';
import { XSS_PAYLOADS } from '../support/xss-payloads';

const live = useLiveApi();
const tokens: Record<string, string> = {};
beforeAll(async () => {
  await configureAll(live());
  for (const id of ['agt_ana', 'agt_ben']) tokens[id] = await live().tokenFor('agent', id);
  tokens['sup_sara'] = await live().tokenFor('supervisor', 'sup_sara');
  tokens['op'] = await live().tokenFor('operator', 'op');
  tokens['echo'] = await live().tokenFor('bot', 'echo');
});

const as = async (who: string, method: string, path: string, body?: unknown, headers = {}) => {
  const token = who === 'admin' ? undefined : tokens[who];
  const answer = await live().call(method, path, { ...(token ? { token } : {}), body, headers });
  const text = await answer.text();
  const isJson = (answer.headers.get('content-type') ?? '').includes('json');
  return { status: answer.status, body: isJson ? JSON.parse(text) : text, headers: answer.headers };
};
const types = async (path: string) => {
  const { body } = await as('admin', 'GET', `${path}/timeline?limit=200`);
  return body.items.map(({ type }: { type: string }) => type) as string[];
};

describe('reading', () => {
  it('lists what the caller may read, newest first, page by page', async () => {
    const mine = await aLiveConversation(live());
    await aLiveConversation(live());
    const first = await as('admin', 'GET', '/v1/conversations?limit=1');
    expect(first.status).toBe(200);
    expect(first.body.items).toHaveLength(1);
    const second = await as(
      'admin',
      'GET',
      `/v1/conversations?limit=1&cursor=${first.body.nextCursor}`,
    );
    expect(second.body.items[0].id).not.toBe(first.body.items[0].id);
    const { body } = await as(
      'admin',
      'GET',
      `/v1/conversations?customerId=${mine.customerId}&state=CREATED&channelType=GENERIC`,
    );
    expect(body.items).toMatchObject([
      { id: mine.id, customerName: 'Ana', channelIds: ['generic'], state: 'CREATED' },
    ]);
    expect(
      (await as('agt_ana', 'GET', `/v1/conversations?customerId=${mine.customerId}`)).body.items,
    ).toEqual([]);
    const found = await as('admin', 'GET', '/v1/conversations?q=Hello');
    expect(found.body.items.length).toBeGreaterThan(0);
  });

  it.each([
    'state=OPEN',
    'limit=0',
    'limit=1000',
    'cursor=x',
    'from=yesterday',
    'more=1',
    'state[$ne]=CREATED',
    'state=CREATED&state=ACTIVE',
  ])('M6: refuses the query %s', async (query) => {
    expect((await as('admin', 'GET', `/v1/conversations?${query}`)).status).toBe(400);
  });

  it('shows one conversation alike from the projection and from its workflow', async () => {
    const { path, id } = await aLiveConversation(live());
    const stored = await eventually(async () => {
      const { body } = await as('admin', 'GET', path);
      const now = await as('admin', 'GET', `${path}?consistent=true`);
      return JSON.stringify(body) === JSON.stringify(now.body) ? body : null;
    });
    expect(stored).toMatchObject({
      id,
      state: 'CREATED',
      direction: 'INBOUND',
      controlEpoch: 1,
      channelSessions: [{ channelId: 'generic', state: 'STARTED', expiresAt: null }],
      messageCount: 1,
    });
    expect(stored).not.toHaveProperty('projection');
    expect(stored.timers.map(({ name }: { name: string }) => name)).toContain('maxLife');
  });

  it('pages through a timeline by seq', async () => {
    const { path } = await aLiveConversation(live());
    const whole = await eventually(async () => {
      const { body } = await as('admin', 'GET', `${path}/timeline`);
      return body.items.length >= 5 ? body : null;
    });
    expect(whole.nextCursor).toBeNull();
    const page = await as('admin', 'GET', `${path}/timeline?after=1&limit=2`);
    expect(page.body.items.map(({ seq }: { seq: number }) => seq)).toEqual([2, 3]);
    expect(page.body.nextCursor).toBe('3');
    expect((await as('admin', 'GET', `${path}/timeline?after=-1`)).status).toBe(400);
  });

  it('gives a transcript whose chain anybody can verify, and whose text is text', async () => {
    const { path, id, identifier } = await aLiveConversation(live(), XSS_PAYLOADS[0]);
    for (const payload of XSS_PAYLOADS.slice(1, 6))
      await customerWrites(live(), identifier, payload);
    await customerWrites(live(), identifier, 'line one\n[2026] Mallory (AGENT): forged');
    const json = await eventually(async () => {
      const { body } = await as('admin', 'GET', `${path}/transcript`);
      const written = body.items.filter(
        ({ type }: { type: string }) => type === 'CUSTOMER_MESSAGE',
      );
      return written.length === 7 ? body : null;
    });
    let hash = id;
    for (const entry of json.items) {
      hash = createHash('sha256').update(chainText(hash, entry)).digest('hex');
      expect(entry.hash).toBe(hash);
    }
    expect(json.headHash).toBe(hash);
    expect(json.head).toEqual({ seq: json.items.length, hash });
    const html = await as('admin', 'GET', `${path}/transcript?format=html`);
    expect(html.headers.get('content-type')).toBe('text/html; charset=utf-8');
    expect(html.headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(html.body).toContain(hash);
    expect(html.body).toContain('&lt;script&gt;');
    expect(html.body).not.toMatch(/<(script|img|svg|body on|iframe)/i);
    const text = await as('admin', 'GET', `${path}/transcript?format=text`);
    expect(text.body).toContain('\n    [2026] Mallory');
    expect(text.body).toContain(hash);
    expect((await as('admin', 'GET', `${path}/transcript?format=pdf`)).status).toBe(400);
  });

  it('explains why it stands as it does', async () => {
    const { path } = await aLiveConversation(live());
    const { status, body } = await as('sup_sara', 'GET', `${path}/explain`);
    expect(status).toBe(200);
    expect(body).toMatchObject({ state: 'CREATED' });
    expect(body.decisions.length).toBeGreaterThan(0);
    expect(body.timers.map(({ name }: { name: string }) => name)).toContain('maxLife');
  });
});

describe('acting', () => {
  const joined = async (who = 'agt_ana', role = 'PRIMARY') => {
    const chat = await aLiveConversation(live());
    const answer = await as(who, 'POST', `${chat.path}/participants`, { agentId: who, role });
    expect(answer).toMatchObject({ status: 200 });
    return chat;
  };

  it('lets an agent join by id, write, hold, resume, note, whisper, classify and leave', async () => {
    const { path, id } = await joined();
    const sent = await as('agt_ana', 'POST', `${path}/messages`, {
      body: { type: 'PLAIN', text: 'Hi, I am Ana' },
    });
    expect(sent).toMatchObject({
      status: 202,
      body: { messageId: expect.stringMatching(/^msg_/), seq: expect.any(Number) },
    });
    expect((await as('agt_ana', 'POST', `${path}/notes`, { text: 'polite' })).status).toBe(200);
    expect((await as('agt_ana', 'POST', `${path}/whispers`, { text: 'careful' })).status).toBe(200);
    expect((await as('agt_ana', 'POST', `${path}/hold`, { seconds: 60 })).status).toBe(200);
    expect((await as('agt_ana', 'DELETE', `${path}/hold`)).status).toBe(200);
    expect((await as('agt_ana', 'DELETE', `${path}/hold`)).status).toBe(409);
    expect(
      (await as('agt_ana', 'PATCH', `${path}/data`, { topic: 'billing', old: null })).status,
    ).toBe(200);
    expect((await as('agt_ana', 'POST', `${path}/typing`, { typing: true })).status).toBe(202);
    expect((await as('agt_ana', 'POST', `${path}/read`, { seq: 3 })).status).toBe(202);
    expect((await as('agt_ana', 'POST', `${path}/hand-raise`, { raised: true })).status).toBe(200);
    expect(
      (
        await as('agt_ana', 'POST', `${path}/wrap-ups`, {
          labels: [{ category: 'Topic', value: 'x' }],
        })
      ).status,
    ).toBe(200);
    expect((await as('agt_ana', 'DELETE', `${path}/participants/agt_ana`)).status).toBe(200);
    const written = await eventually(async () => {
      const all = await types(path);
      return all.includes('AGENT_UNSUBSCRIBED') ? all : null;
    });
    expect(written).toEqual(
      expect.arrayContaining([
        'AGENT_SUBSCRIBED',
        'AGENT_MESSAGE',
        'NOTE_ADDED',
        'WHISPER_MESSAGE',
        'CONVERSATION_PAUSED',
        'CONVERSATION_RESUMED',
        'CONVERSATION_DATA_CHANGED',
        'HAND_RAISED',
        'WRAPUP_APPLIED',
      ]),
    );
    // What was theirs they may read, and no more.
    expect((await as('agt_ana', 'GET', path)).status).toBe(200);
    for (const [act, body] of [
      ['messages', { body: { type: 'PLAIN', text: 'still here' } }],
      ['hold', { seconds: 60 }],
      ['notes', { text: 'still here' }],
    ] as const)
      expect([403, 404, 409]).toContain(
        (await as('agt_ana', 'POST', `${path}/${act}`, body)).status,
      );
    const audit = await live().stores.audit.list({ target: `conversations/${id}` }, { limit: 50 });
    const actions = audit.items.map((row) => row['action']);
    for (const act of ['joinAs', 'sendMessage', 'addNote', 'hold', 'resume', 'leave'])
      expect(actions).toContain(`conversation.${act}`);
    expect(JSON.stringify(audit.items)).not.toContain('polite');
  });

  it('sends a message once for one Idempotency-Key', async () => {
    const { path } = await joined();
    const send = (text: string) =>
      as(
        'agt_ana',
        'POST',
        `${path}/messages`,
        { body: { type: 'PLAIN', text } },
        { 'idempotency-key': `k-${path}` },
      );
    const [first, second] = [await send('once'), await send('once')];
    expect(second.body).toEqual(first.body);
    expect((await send('twice')).status).toBe(422);
    await as('agt_ana', 'POST', `${path}/notes`, { text: 'after' });
    const all = await eventually(async () => {
      const read = await types(path);
      return read.includes('NOTE_ADDED') ? read : null;
    });
    expect(all.filter((type) => type === 'AGENT_MESSAGE')).toHaveLength(1);
  });

  it('edits, reacts to and deletes messages', async () => {
    const { path } = await joined();
    const { body: sent } = await as('agt_ana', 'POST', `${path}/messages`, {
      body: { type: 'PLAIN', text: 'tpyo' },
    });
    const message = `${path}/messages/${sent.messageId}`;
    await eventually(async () => (await types(path)).includes('AGENT_MESSAGE'));
    expect(
      (await as('agt_ana', 'PATCH', message, { body: { type: 'PLAIN', text: 'typo' } })).status,
    ).toBe(200);
    expect((await as('agt_ana', 'PUT', `${message}/reaction`, { emoji: '👍' })).status).toBe(200);
    expect((await as('agt_ana', 'DELETE', message)).status).toBe(200);
    expect((await as('agt_ana', 'DELETE', `${path}/messages/msg_unknown`)).status).toBe(404);
    const shown = await eventually(async () => {
      const { body } = await as('agt_ana', 'GET', `${path}/timeline?limit=200`);
      const entry = body.items.find(({ id }: { id: string }) => id === sent.messageId);
      return entry?.deletedAt ? entry : null;
    });
    expect(shown).toMatchObject({
      body: { text: 'tpyo' },
      edit: { body: { text: 'typo' } },
      reactions: [{ emoji: '👍', actor: { id: 'agt_ana' } }],
    });
  });

  it('schedules a message and withdraws it', async () => {
    const { path } = await joined();
    const sendAt = new Date(Date.now() + 3_600_000).toISOString();
    const scheduled = await as('agt_ana', 'POST', `${path}/messages`, {
      body: { type: 'PLAIN', text: 'later' },
      sendAt,
    });
    expect(scheduled).toMatchObject({ status: 202, body: { messageId: expect.any(String) } });
    const { body } = await as('agt_ana', 'GET', `${path}?consistent=true`);
    const told = { messageId: scheduled.body.messageId, sendAt };
    expect(body.scheduledMessages).toEqual([{ ...told, body: { type: 'PLAIN', text: 'later' } }]);
    // What is not said yet stands in no database, whatever is written there.
    await as('agt_ana', 'POST', `${path}/messages`, { body: { type: 'PLAIN', text: 'now' } });
    const stored = await eventually(async () => {
      const { scheduledMessages } = (await as('agt_ana', 'GET', path)).body;
      return scheduledMessages.length > 0 ? scheduledMessages : null;
    });
    expect(stored).toEqual([told]);
    expect(
      (await as('agt_ana', 'DELETE', `${path}/messages/${scheduled.body.messageId}`)).status,
    ).toBe(200);
    expect((await as('agt_ana', 'GET', `${path}?consistent=true`)).body.scheduledMessages).toEqual(
      [],
    );
  });

  it('asks for humans, and passes on to a queue or not to a stranger', async () => {
    const chat = await aLiveConversation(live());
    await as('sup_sara', 'DELETE', `${chat.path}/agent-requests`);
    const asked = await as('admin', 'POST', `${chat.path}/agent-requests`, {
      queueId: 'support',
      note: 'please',
    });
    expect(asked).toMatchObject({ status: 202, body: { taskId: expect.stringMatching(/^tsk_/) } });
    expect((await as('admin', 'POST', `${chat.path}/agent-requests`, {})).status).toBe(409);
    expect((await as('admin', 'DELETE', `${chat.path}/agent-requests`)).status).toBe(200);
    const { path } = await joined();
    expect(
      (await as('agt_ana', 'POST', `${path}/transfers`, { to: { queueId: 'none' }, kind: 'WARM' }))
        .status,
    ).toBe(404);
    expect(
      (
        await as('agt_ana', 'POST', `${path}/transfers`, {
          to: { agentId: 'agt_none' },
          kind: 'WARM',
        })
      ).status,
    ).toBe(404);
    const transfer = await as('agt_ana', 'POST', `${path}/transfers`, {
      to: { queueId: 'support' },
      kind: 'WARM',
    });
    expect(transfer).toMatchObject({
      status: 202,
      body: { taskId: expect.stringMatching(/^tsk_/) },
    });
    expect(
      (await as('agt_ana', 'DELETE', `${path}/transfers/${transfer.body.taskId}`)).status,
    ).toBe(200);
    expect(
      (await as('agt_ana', 'POST', `${path}/consults`, { to: { queueId: 'support' } })).status,
    ).toBe(202);
  });

  it('lets supervisors barge in, raise and remove, and nobody join for others', async () => {
    const { path } = await joined();
    expect(
      (await as('agt_ben', 'POST', `${path}/participants`, { agentId: 'agt_ana', role: 'PRIMARY' }))
        .status,
    ).toBe(403);
    expect(
      (
        await as('sup_sara', 'POST', `${path}/participants`, {
          agentId: 'sup_sara',
          role: 'OBSERVER',
        })
      ).status,
    ).toBe(200);
    expect(
      (await as('sup_sara', 'PATCH', `${path}/participants/sup_sara`, { role: 'PRIMARY' })).status,
    ).toBe(200);
    expect((await as('agt_ana', 'DELETE', `${path}/participants/sup_sara`)).status).toBe(403);
    expect((await as('sup_sara', 'DELETE', `${path}/participants/agt_ana`)).status).toBe(200);
    const { body } = await as('sup_sara', 'GET', `${path}?consistent=true`);
    const gone = body.participants.find(({ id }: { id: string }) => id === 'agt_ana');
    expect(gone).toMatchObject({ leaveReason: 'REMOVED' });
  });

  it('takes an agent who reads for present: the idle timer starts anew, once for many reads', async () => {
    const { path, id } = await joined();
    const { customerId } = await live()
      .stores.conversations.get(id)
      .then((stored) => stored ?? Promise.reject(new Error('not stored')));
    const idle = async () => {
      const { body } = await as('admin', 'GET', `${path}?consistent=true`);
      return body.timers.find(({ name }: { name: string }) => name === 'agentIdle:agt_ana').dueAt;
    };
    const before = await idle();
    const reads = Array.from(
      { length: 3 },
      (_, seq) => () => as('agt_ana', 'POST', `${path}/read`, { seq }),
    );
    for (const read of reads) expect((await read()).status).toBe(202);
    await eventually(async () => (await idle()) > before);
    const { events } = await live()
      .temporal.workflow.getHandle(`conversation:${customerId}`)
      .fetchHistory();
    const signs = events?.filter(
      (event) => event.workflowExecutionSignaledEventAttributes?.signalName === 'agentActed',
    );
    expect(signs).toHaveLength(1);
  });

  it('hands control to known bots only', async () => {
    const { path } = await joined();
    const pass = (to: string) => as('agt_ana', 'POST', `${path}/control`, { action: 'PASS', to });
    expect(await pass('nobody')).toMatchObject({ status: 404, body: { code: 'NOT_FOUND' } });
    expect(await pass('echo')).toMatchObject({ status: 200, body: { epoch: 3 } });
    expect(await pass('AGENTS')).toMatchObject({ status: 200, body: { epoch: 4 } });
  });

  it.each([
    ['messages', { body: { type: 'CHOICE', choiceId: '1' } }, 'body.type'],
    ['messages', { body: { type: 'PLAIN', text: '語'.repeat(31_000) } }, 'body'],
    ['messages', { body: { type: 'PLAIN', text: '' } }, 'body.text'],
    ['messages', { body: { type: 'PLAIN', text: 'x' }, more: 1 }, 'more'],
    ['messages', { body: { type: 'FILE', mediaId: 'med_foreign' } }, 'body.mediaId'],
    ['hold', { seconds: 0 }, 'seconds'],
    ['control', { action: 'PASS' }, 'to'],
    ['transfers', { to: { queueId: 'support', agentId: 'agt_ben' }, kind: 'COLD' }, 'to.agentId'],
    ['wrap-ups', { labels: [] }, 'labels'],
    ['notes', { text: { $gt: '' } }, 'text.$gt'],
  ])('refuses POST …/%s %j', async (route, body, path) => {
    const { path: conversation } = await joined();
    const answer = await as('agt_ana', 'POST', `${conversation}/${route}`, body);
    expect(answer.status).toBe(400);
    expect(answer.body.errors.map((fault: { path: string }) => fault.path)).toContain(path);
  });

  it('M20: ends by order, always, and starts the next with the next message', async () => {
    const { path, id, identifier, customerId } = await aLiveConversation(live());
    expect((await as('agt_ana', 'DELETE', path)).status).toBe(403);
    expect((await as('op', 'DELETE', path, { reason: 'test' })).status).toBe(202);
    const closed = await eventually(async () => {
      const { body } = await as('admin', 'GET', path);
      return body.state === 'CLOSED' ? body : null;
    });
    expect(closed).toMatchObject({ closeReason: 'FORCE_CLOSED', timers: [] });
    // Again, with nothing left to end; and nothing of it touches the next one.
    expect((await as('op', 'DELETE', path)).status).toBe(202);
    expect((await as('sup_sara', 'POST', `${path}/notes`, { text: 'late' })).status).toBe(409);
    await customerWrites(live(), identifier, 'me again');
    const next = await eventually(() => live().stores.conversations.openOf(customerId));
    expect(next.previousConversationId).toBe(id);
    expect((await as('op', 'DELETE', path)).status).toBe(202);
    expect((await as('sup_sara', 'POST', `${path}/notes`, { text: 'late' })).status).toBe(409);
    expect(
      (await as('admin', 'GET', `/v1/conversations/${next.id}?consistent=true`)).body.state,
    ).toBe('CREATED');
    expect((await as('admin', 'GET', `${path}/explain`)).body.because).toContain('FORCE_CLOSED');
  });

  it('starts outbound and writes into what is open', async () => {
    const start = (identifier: string, text: string) =>
      as('agt_ana', 'POST', '/v1/conversations', {
        channelId: 'generic',
        customer: { identifier },
        body: { type: 'PLAIN', text },
      });
    const identifier = `user-${randomUUID()}`;
    const first = await start(identifier, 'Good morning');
    expect(first).toMatchObject({
      status: 201,
      body: { customerId: expect.any(String), messageId: expect.any(String) },
    });
    const open = await eventually(() => live().stores.conversations.openOf(first.body.customerId));
    expect(open).toMatchObject({ direction: 'OUTBOUND', state: 'ACTIVE' });
    const second = await start(identifier, 'One more thing');
    expect(second.body.customerId).toBe(first.body.customerId);
    const all = await eventually(async () => {
      const read = await types(`/v1/conversations/${open.id}`);
      return read.filter((type) => type === 'AGENT_MESSAGE').length === 2 ? read : null;
    });
    expect(all[0]).toBe('CONVERSATION_STARTED');
    expect((await start('x', 'y')).status).toBe(201);
    const elsewhere = {
      channelId: 'sms',
      customer: { identifier: 'abc' },
      body: { type: 'PLAIN', text: 'x' },
    };
    expect((await as('agt_ana', 'POST', '/v1/conversations', elsewhere)).status).toBe(400);
    expect(
      (await as('agt_ana', 'POST', '/v1/conversations', { ...elsewhere, channelId: 'none' }))
        .status,
    ).toBe(404);
  });
});

describe('who may read and act', () => {
  it('answers a foreign id exactly like an unknown one, on every route that takes it', async () => {
    const { id } = await aLiveConversation(live());
    const body = { type: 'PLAIN', text: 'x' };
    const routes: readonly (readonly [string, string, unknown?])[] = [
      ['GET', ''],
      ['GET', '/timeline'],
      ['GET', '/events'],
      ['GET', '/transcript'],
      ['GET', '/explain'],
      ['POST', '/messages', { body }],
      ['PATCH', '/messages/msg_1', { body }],
      ['DELETE', '/messages/msg_1'],
      ['PUT', '/messages/msg_1/reaction', { emoji: 'x' }],
      ['POST', '/typing', { typing: true }],
      ['POST', '/read', { seq: 1 }],
      ['PATCH', '/participants/agt_ben', { role: 'PRIMARY' }],
      ['DELETE', '/participants/agt_ana'],
      ['POST', '/agent-requests', {}],
      ['DELETE', '/agent-requests'],
      ['POST', '/transfers', { to: { queueId: 'support' }, kind: 'COLD' }],
      ['DELETE', '/transfers/tsk_1'],
      ['POST', '/consults', { to: { queueId: 'support' } }],
      ['POST', '/conferences', { to: { queueId: 'support' } }],
      ['POST', '/hold', { seconds: 60 }],
      ['DELETE', '/hold'],
      ['POST', '/notes', { text: 'x' }],
      ['POST', '/whispers', { text: 'x' }],
      ['POST', '/wrap-ups', { skip: true }],
      ['POST', '/hand-raise', { raised: true }],
      ['POST', '/agent-sla', { answer: 'STAY' }],
      ['POST', '/suggestions/sug_1', { action: 'USED' }],
      ['PATCH', '/data', { a: 1 }],
      ['POST', '/control', { action: 'RELEASE' }],
      ['DELETE', '/sessions/ses_1'],
    ];
    for (const [method, tail, sent] of routes) {
      const foreign = await as('agt_ben', method, `/v1/conversations/${id}${tail}`, sent);
      const unknown = await as('agt_ben', method, `/v1/conversations/cnv_nothing${tail}`, sent);
      const bare = ({ requestId: _id, ...problem }: Record<string, unknown>) => problem;
      expect([method, tail, foreign.status, bare(foreign.body)]).toEqual([
        method,
        tail,
        404,
        bare(unknown.body),
      ]);
    }
    for (const [method, tail, sent] of [
      ['GET', ''],
      ['POST', '/messages', { body }],
      ['POST', '/suggestions', { body }],
      ['PATCH', '/data', { a: 1 }],
    ] as const)
      expect((await as('echo', method, `/v1/conversations/${id}${tail}`, sent)).status).toBe(404);
    const before = await types(`/v1/conversations/${id}`);
    expect(before).not.toContain('NOTE_ADDED');
  });

  it('M11: lets a supervisor of a team see what its agents hold, and what nobody holds', async () => {
    await live().configure('agents', {
      id: 'agt_far',
      name: 'Far',
      username: 'far',
      teamIds: ['far'],
    });
    await live().configure('teams', {
      id: 'near',
      supervisorIds: ['sup_near'],
      memberIds: ['agt_ana'],
    });
    await live().configure('teams', { id: 'far', supervisorIds: [], memberIds: ['agt_far'] });
    tokens['sup_near'] = await live().tokenFor('supervisor', 'sup_near');
    tokens['agt_far'] = await live().tokenFor('agent', 'agt_far');
    const nobodys = await aLiveConversation(live());
    const near = await aLiveConversation(live());
    const far = await aLiveConversation(live());
    expect(
      (
        await as('agt_ana', 'POST', `${near.path}/participants`, {
          agentId: 'agt_ana',
          role: 'PRIMARY',
        })
      ).status,
    ).toBe(200);
    expect(
      (
        await as('agt_far', 'POST', `${far.path}/participants`, {
          agentId: 'agt_far',
          role: 'PRIMARY',
        })
      ).status,
    ).toBe(200);
    await eventually(async () => (await types(far.path)).includes('AGENT_SUBSCRIBED'));
    await eventually(async () => (await as('sup_near', 'GET', far.path)).status === 404);
    expect((await as('sup_near', 'GET', nobodys.path)).status).toBe(200);
    expect((await as('sup_near', 'GET', near.path)).status).toBe(200);
    expect((await as('sup_near', 'DELETE', far.path)).status).toBe(404);
    const listed = await as('sup_near', 'GET', '/v1/conversations?limit=200');
    const ids = listed.body.items.map(({ id }: { id: string }) => id);
    expect(ids).toEqual(expect.arrayContaining([nobodys.id, near.id]));
    expect(ids).not.toContain(far.id);
    expect((await as('sup_sara', 'GET', far.path)).status).toBe(200);
  });

  it('shows an agent all conversations of a customer whom they serve now', async () => {
    const first = await aLiveConversation(live());
    await as('op', 'DELETE', first.path);
    await eventually(async () => (await as('admin', 'GET', first.path)).body.state === 'CLOSED');
    await customerWrites(live(), first.identifier, 'again');
    const next = await eventually(() => live().stores.conversations.openOf(first.customerId));
    expect((await as('agt_ben', 'GET', first.path)).status).toBe(404);
    const join = { agentId: 'agt_ben', role: 'PRIMARY' };
    expect(
      (await as('agt_ben', 'POST', `/v1/conversations/${next.id}/participants`, join)).status,
    ).toBe(200);
    await eventually(async () => (await as('agt_ben', 'GET', first.path)).status === 200);
    const { body } = await as('agt_ben', 'GET', `/v1/customers/${first.customerId}/conversations`);
    expect(body.items.map(({ id }: { id: string }) => id)).toEqual([next.id, first.id]);
  });
});
