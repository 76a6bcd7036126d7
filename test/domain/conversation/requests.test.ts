import type { RequestAgent } from '../../../domain/conversation/acts';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  anOpening,
  bot,
  joining,
  operator,
  Story,
  someSettings,
  whatsAppSettings,
} from '../../support/conversations';

function asks(story: Story, change: Partial<RequestAgent> = {}) {
  return story.request('requestAgent', {
    actor: bot(),
    queueId: null,
    agentId: null,
    priority: null,
    attributes: {},
    ttlSeconds: null,
    note: null,
    ...change,
  });
}
const pull = { routingMode: 'PULL', queueId: null, listId: 'list' } as const;
function aListStory(): Story {
  const story = new Story(someSettings(pull));
  story.customerWrites();
  asks(story);
  return story;
}

describe('requests (domain.md 6.1 to 6.3)', () => {
  it.each([
    [
      "the channel's queue",
      {},
      { mode: 'QUEUE', queueId: 'support', mediaState: 'QUEUED', agentId: null },
    ],
    ['a queue named', { queueId: 'vip' }, { mode: 'QUEUE', queueId: 'vip', mediaState: 'QUEUED' }],
    [
      'an agent named',
      { agentId: 'a1', queueId: 'vip' },
      { mode: 'AGENT', queueId: null, mediaState: 'RESERVED', agentId: 'a1' },
    ],
  ] as const)('at %s', (_where, change, task) => {
    const story = aCreatedStory();
    asks(story, { ...change, note: 'angry', attributes: { urdu: true } });
    expect(story.waiting).toMatchObject({
      ...task,
      direction: 'INBOUND',
      routingMode: 'PUSH',
      note: 'angry',
      attributes: { urdu: true },
      queuedAt: story.now,
      waitingSince: story.now,
      requestedBy: { type: 'BOT', id: 'greeter' },
      media: [{ channelSessionId: story.session().id, mrdId: 'chat', state: 'ACTIVE' }],
    });
    expect(story.effects.at(-1)).toMatchObject({ type: 'routing', news: { type: 'requested' } });
    expect(story.left(`agentRequestTtl:${story.waiting?.id}`)).toBe(300);
  });

  it('an agent named is reserved until joining, as accepted', () => {
    const story = aCreatedStory();
    asks(story, { agentId: 'a1' });
    expect(story.types()).toContain('AGENT_RESERVED');
    story.joins('a1');
    expect(story.state.tasks).toMatchObject([
      { mode: 'AGENT', mediaState: 'ACTIVE', agentId: 'a1' },
    ]);
  });

  it('without queue and list: NO_AGENT_AVAILABLE at once', () => {
    const story = aCreatedStory(someSettings({ queueId: null }));
    const asked = asks(story);
    expect(story.task(1)).toMatchObject({
      state: 'CLOSED',
      closeReason: 'NO_AGENT_AVAILABLE',
      id: asked.result?.taskId,
    });
    expect(story.types().slice(-3)).toEqual([
      'AGENT_REQUESTED',
      'TASK_STATE_CHANGED',
      'NO_AGENT_AVAILABLE',
    ]);
    const kinds = story.effects.map((effect) =>
      effect.type === 'controller' ? effect.event.type : effect.type,
    );
    expect(kinds.slice(-2)).toEqual(['requestSettled', 'NO_AGENT_AVAILABLE']);
  });

  it.each([
    [
      'a second one',
      (s: Story) => {
        asks(s);
        return asks(s);
      },
      'CONFLICT',
    ],
    [
      'with an agent here',
      (s: Story) => {
        s.joins('a1');
        return asks(s);
      },
      'ILLEGAL_STATE',
    ],
    [
      'with the customer gone',
      (s: Story) => {
        s.joins('a1');
        s.endSession();
        return asks(s, { actor: operator });
      },
      'ILLEGAL_STATE',
    ],
    [
      'while closing',
      (s: Story) => {
        s.forceClose();
        return asks(s, { actor: operator });
      },
      'ILLEGAL_STATE',
    ],
    ['of a bot that is not here', (s: Story) => asks(s, { actor: bot('stranger') }), 'FORBIDDEN'],
    ['a priority of 11', (s: Story) => asks(s, { priority: 11 }), 'VALIDATION_FAILED'],
    [
      'a TTL no longer than the offer rings',
      (s: Story) => asks(s, { ttlSeconds: 20 }),
      'VALIDATION_FAILED',
    ],
  ] as const)('refused: %s', (_what, act, code) => {
    const refused = act(aCreatedStory());
    expect(refused.refused?.code).toBe(code);
    expect(refused.entries).toEqual([]);
  });

  it('the CONFLICT names the task', () => {
    const story = aCreatedStory();
    const taskId = asks(story).result?.taskId ?? '';
    expect(asks(story).refused?.detail).toContain(taskId);
  });

  it.each([
    ['its own', { priority: 3 }, {}, null, 3],
    ["the channel's", {}, { requestPriority: 4 }, null, 4],
    ["the labels'", {}, { requestPriority: 4 }, 7, 7],
    ['1', {}, {}, null, 1],
  ] as const)('priority: %s', (_what, change, settings, labelPriority, priority) => {
    const opening = anOpening();
    const customer = { ...opening.customer, labelPriority };
    const story = new Story(someSettings(settings), undefined, { ...opening, customer });
    story.customerWrites();
    asks(story, change);
    expect(story.waiting?.priority).toBe(priority);
  });

  it('priority: of the channel data', () => {
    const story = new Story();
    story.startSession({ channelData: { requestPriority: 6 } });
    asks(story);
    expect(story.waiting?.priority).toBe(6);
  });

  it('a hook still decides: meanwhile the request counts as open, an agent who joins answers it', () => {
    const story = aCreatedStory(someSettings(), {
      CUSTOMER_MESSAGE: () => undefined,
      AGENT_REQUESTED: () => undefined,
    });
    const { result } = asks(story);
    expect(asks(story).refused?.code).toBe('CONFLICT');
    story.joins('a1');
    expect(story.effects).toContainEqual({
      type: 'requestSettled',
      taskId: result?.taskId,
      outcome: 'accepted',
      agentId: 'a1',
    });
    expect(story.state.requesting).toBeNull();
  });

  it.each([
    [operator, 'REQUESTER'],
    [agent('a1'), 'REQUESTER'],
    [bot(), 'BOT'],
  ])('cancelled by %j', (actor, closeDetail) => {
    const story = aCreatedStory();
    asks(story);
    expect(story.request('cancelRequest', { actor }).refused).toBeUndefined();
    expect(story.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail });
    expect(story.effects).toContainEqual(
      expect.objectContaining({
        type: 'routing',
        news: expect.objectContaining({ type: 'cancelled' }),
      }),
    );
    const { state } = story;
    story.request('cancelRequest', { actor });
    expect(story.state).toEqual(state);
  });

  it('the last agent is preferred where the channel says so', () => {
    const story = new Story(
      someSettings({ preferLastAgent: true }),
      undefined,
      anOpening({
        previous: {
          conversationId: 'cnv_0',
          closedAt: '2026-01-01T00:00:00.000Z',
          data: {},
          lastAgentId: 'a7',
        },
      }),
    );
    story.customerWrites();
    asks(story);
    expect(story.effects.at(-1)).toMatchObject({ news: { preferAgentId: 'a7' } });
  });
});

describe('tasks (domain.md 6.15)', () => {
  it('K2, K3: RESERVED, accepted', () => {
    const story = aCreatedStory();
    asks(story);
    story.wait(5).rings('a1', 20);
    expect(story.waiting).toMatchObject({
      mediaState: 'RESERVED',
      reservedAt: story.now,
      offerExpiresAt: expect.any(String),
    });
    expect(story.types().slice(-2)).toEqual(['TASK_STATE_CHANGED', 'AGENT_RESERVED']);
    expect(story.controllerEvents().at(-1)).toBe('AGENT_RESERVED');
    const reservedAt = story.now;
    story.wait(3).accepts('a1');
    expect(story.task(1)).toMatchObject({
      mediaState: 'ACTIVE',
      reservedAt,
      answeredAt: story.now,
      offerExpiresAt: null,
    });
  });

  it("K4: a named agent's RONA ends it, NO_AGENT_AVAILABLE", () => {
    const story = aCreatedStory();
    asks(story, { agentId: 'a1' });
    story.routing({ type: 'CLOSED', reason: 'RONA', detail: 'DECLINED' });
    expect(story.task(1)).toMatchObject({ closeReason: 'RONA', closeDetail: 'DECLINED' });
    expect(story.controllerEvents().at(-1)).toBe('NO_AGENT_AVAILABLE');
    expect(story.effects.filter(({ type }) => type === 'routing')).toHaveLength(1);
  });

  it('K5: TTL while it rings; the news of an accept that comes too late changes nothing', () => {
    const story = aCreatedStory();
    const taskId = asks(story).result?.taskId ?? '';
    story.wait(290).rings('a1');
    story.wait(10);
    expect(story.task(1)).toMatchObject({
      closeReason: 'NO_AGENT_AVAILABLE',
      offerExpiresAt: null,
    });
    const { state } = story;
    expect(story.routing({ type: 'ACCEPTED', agent: joining('a1') }, taskId).refused?.code).toBe(
      'ILLEGAL_STATE',
    );
    expect(
      story.routing({ type: 'RESERVED', agentId: 'a1', offerExpiresAt: story.now }, taskId).refused,
    ).toBeDefined();
    expect(story.routing({ type: 'ACCEPTED', agent: joining('a1') }, 'tsk_0').refused?.code).toBe(
      'NOT_FOUND',
    );
    expect(story.state).toBe(state);
  });

  it('the next of a chain is told once', () => {
    const story = aCreatedStory();
    const taskId = asks(story).result?.taskId ?? '';
    story.rings('a1');
    const lapsed = {
      type: 'CLOSED',
      reason: 'RONA',
      detail: 'TIMEOUT',
      requeuedAs: 'tsk_next',
    } as const;
    story.routing(lapsed, taskId);
    expect(story.waiting).toMatchObject({ id: 'tsk_next', previousTaskId: taskId, priority: 11 });
    const { state } = story;
    expect(story.routing(lapsed, taskId).refused).toBeDefined();
    expect(story.state).toBe(state);
  });

  it('an offer that is told twice rings once', () => {
    const story = aCreatedStory();
    asks(story);
    const offer = { type: 'RESERVED', agentId: 'a1', offerExpiresAt: story.now } as const;
    expect(story.routing(offer).refused).toBeUndefined();
    expect(story.routing(offer).refused?.code).toBe('ILLEGAL_STATE');
    expect(story.entriesOf('AGENT_RESERVED')).toHaveLength(1);
  });

  it('a named agent: routing adds when the offer lapses', () => {
    const story = aCreatedStory();
    asks(story, { agentId: 'a1' });
    story.routing({ type: 'RESERVED', agentId: 'a1', offerExpiresAt: story.now });
    expect(story.entriesOf('AGENT_RESERVED')).toHaveLength(1);
    expect(story.waiting).toMatchObject({ mediaState: 'RESERVED', offerExpiresAt: story.now });
  });

  it('a flush may say something else than the notice', () => {
    const story = aCreatedStory();
    asks(story);
    story.routing({ type: 'CLOSED', reason: 'FORCE_CLOSED', detail: 'FLUSHED', text: 'Sorry.' });
    expect(story.entriesOf('SYSTEM_MESSAGE').at(-1)?.body).toEqual({
      type: 'PLAIN',
      text: 'Sorry.',
    });
  });

  it('K8, K12, K13: routing hears of every end that is not its own', () => {
    const story = anActiveStory();
    story.leaves('a1');
    expect(story.effects).toContainEqual({
      type: 'routing',
      news: {
        type: 'ended',
        task: expect.objectContaining({ id: story.task(1).id, closeReason: 'DONE' }),
      },
    });
  });

  it('a further session adds media, its end closes them', () => {
    const story = anActiveStory();
    story.startSession({}, whatsAppSettings());
    story.endSession('web');
    expect(story.task(1).media).toMatchObject([
      { channelSessionId: story.session('web').id, state: 'CLOSED', endedAt: story.now },
      { channelSessionId: story.session('wa').id, state: 'ACTIVE', endedAt: null },
    ]);
  });
});

describe('pull lists (domain.md 6.12)', () => {
  it('UNREAD, ACTIVE by a join, INACTIVE when the last has left', () => {
    const story = aListStory();
    expect(story.state.listEntry).toMatchObject({ state: 'UNREAD', waitingSince: story.now });
    expect(story.left('listRequestTtl:list')).toBe(86_400);
    expect(story.cSLA()).toBe(false);
    story.joins('a1');
    expect(story.state.listEntry?.state).toBe('ACTIVE');
    expect(story.runs('listRequestTtl:list')).toBe(false);
    expect(story.task(1)).toMatchObject({ listId: 'list', routingMode: 'PULL', queuedAt: null });
    story.joins('a2');
    story.agentSays('a1');
    story.leaves('a1');
    expect(story.state.listEntry?.state).toBe('ACTIVE');
    story.leaves('a2');
    expect(story.state.listEntry?.state).toBe('INACTIVE');
    expect([story.runs('listRequestTtl:list'), story.cSLA()]).toEqual([false, true]);
  });

  it('INACTIVE counts as a request only while a customer message is unanswered', () => {
    const story = aListStory();
    story.joins('a1');
    story.agentSays('a1');
    story.leaves('a1');
    story.customerWrites();
    expect([story.left('listRequestTtl:list'), story.cSLA()]).toEqual([86_400, false]);
    expect(asks(story).refused?.code).toBe('CONFLICT');
    story.wait(100).customerWrites();
    expect(story.left('listRequestTtl:list')).toBe(86_300);
    story.botSays();
    expect([story.runs('listRequestTtl:list'), story.cSLA()]).toEqual([false, true]);
    story.joins('a2');
    expect(story.state.listEntry?.state).toBe('ACTIVE');
  });

  it('its time is over: gone from the list, NO_AGENT_AVAILABLE', () => {
    const story = aListStory();
    const requestId = story.state.listEntry?.requestId;
    story.wait(86_400);
    expect(story.state.listEntry).toBeNull();
    expect(story.entriesOf('NO_AGENT_AVAILABLE').at(-1)?.data).toEqual({
      taskId: requestId,
      queueId: null,
      listId: 'list',
    });
    expect(story.effects).toContainEqual({
      type: 'requestSettled',
      taskId: requestId,
      outcome: 'timedOut',
      reason: 'NO_AGENT_AVAILABLE',
    });
    expect(story.cSLA()).toBe(true);
  });

  it.each([
    [agent('sup', true), undefined],
    [agent('a1'), 'FORBIDDEN'],
  ])('closed by %j', (actor, code) => {
    const story = aListStory();
    expect(story.request('closeListRequest', { actor }).refused?.code).toBe(code);
    if (code) return;
    expect(story.session().endReason).toBe('AGENT');
    expect(story.state).toMatchObject({ state: 'CLOSING', listEntry: null });
  });

  it("counts in the list's own MRD, and a consult beside it in the channel type's", () => {
    const story = new Story(
      someSettings({
        ...pull,
        queue: { agentSlaSeconds: null, reservationSeconds: 20, mrdId: 'backoffice' },
      }),
    );
    story.customerWrites();
    asks(story);
    story.joins('a1');
    expect(story.task(1)).toMatchObject({ listId: 'list', mrdId: 'backoffice' });
    story.joins('a2', 'ASSISTANT');
    expect(story.task(2)).toMatchObject({ direction: 'CONSULT', mrdId: 'chat' });
  });

  it('closed while an agent is on it: gone from the list, though the agent stays with who has left', () => {
    const story = aListStory();
    story.joins('a1');
    story.request('closeListRequest', { actor: agent('sup', true) });
    expect(story.session().endReason).toBe('AGENT');
    expect(story.state).toMatchObject({ state: 'CUSTOMER_LEFT', listEntry: null });
  });

  it('leaves with the customer', () => {
    const story = aListStory();
    story.endSession();
    expect(story.state).toMatchObject({ state: 'CLOSING', listEntry: null });
    expect(story.effects).toContainEqual(
      expect.objectContaining({
        type: 'requestSettled',
        outcome: 'cancelled',
        reason: 'CUSTOMER_LEFT',
      }),
    );
  });
});
