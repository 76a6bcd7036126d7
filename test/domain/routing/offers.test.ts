import { aQueue, aRoutingConfig, RoutingStory } from '../../support/routing';

describe('offers (domain.md 6.9)', () => {
  it('exactly one wins; the rest get CONFLICT', () => {
    const story = new RoutingStory().logsIn('a1', 'a2');
    const taskId = story.asks();
    expect(story.ringingAt('a1')).toBe(taskId);
    expect(story.accepts('a2', taskId).refused?.code).toBe('CONFLICT');
    expect(story.accepts('a1', taskId).result).toEqual({ taskId, conversationId: 'cnv_1' });
    expect(story.accepts('a1', taskId).refused?.code).toBe('CONFLICT');
    expect(story.told(taskId)).toMatchObject([
      { type: 'RESERVED', agentId: 'a1', offerExpiresAt: '2026-11-22T10:00:20.000Z' },
      { type: 'ACCEPTED', agent: { agentId: 'a1' } },
    ]);
    expect(story.mrd('a1')).toBe('ACTIVE');
  });

  describe.each(['accept', 'decline'] as const)('%s, its answer lost on the way', (type) => {
    const asks = (story: RoutingStory, agentId: string, taskId: string, key?: string) =>
      story.take({ type, taskId, agentId, ...(key === undefined ? {} : { key }) });
    const anAnswered = () => {
      const story = new RoutingStory().logsIn('a1');
      const taskId = story.asks();
      const first = asks(story, 'a1', taskId, 'tab 1');
      expect(first.result).toEqual({ taskId, conversationId: expect.any(String) });
      story.logsIn('a2');
      return { story, taskId, first };
    };

    it('is answered alike when asked again with the same key, and changes nothing', () => {
      const { story, taskId, first } = anAnswered();
      for (let again = 0; again < 3; again += 1) {
        const before = story.effects.length;
        expect(asks(story, 'a1', taskId, 'tab 1').result).toEqual(first.result);
        expect(story.effects).toHaveLength(before);
      }
    });

    it.each([
      ['the other tab of the winner', 'a1', 'tab 2', 'CONFLICT'],
      ['the winner without a key', 'a1', undefined, 'CONFLICT'],
      ['somebody else with the same key', 'a2', 'tab 1', 'CONFLICT'],
      ['somebody else', 'a2', undefined, 'CONFLICT'],
    ] as const)('is gone for %s', (_who, agentId, key, code) => {
      const { story, taskId } = anAnswered();
      expect(asks(story, agentId, taskId, key).refused?.code).toBe(code);
    });

    it('is one thing, the other answer another', () => {
      const { story, taskId } = anAnswered();
      const other = type === 'accept' ? 'decline' : 'accept';
      const refused = story.take({ type: other, taskId, agentId: 'a1', key: 'tab 1' }).refused;
      expect(refused?.code).toBe('CONFLICT');
    });

    it('of a task that never was is NOT_FOUND', () => {
      const story = new RoutingStory().logsIn('a1');
      expect(asks(story, 'a1', 'tsk_never', 'tab 1').refused?.code).toBe('NOT_FOUND');
    });
  });

  it('H: RONA, then success', () => {
    const story = new RoutingStory().logsIn('a1');
    const t1 = story.asks();
    story.wait(5).logsIn('a2');
    story.wait(15);
    expect(story.agent('a1')).toMatchObject({ state: 'NOT_READY', reason: 'RONA' });
    expect(story.told(t1)).toMatchObject([
      { type: 'RESERVED' },
      { type: 'CLOSED', reason: 'RONA', detail: 'TIMEOUT', requeuedAs: 'tsk_1_2' },
    ]);
    expect(story.request('tsk_1_2')).toMatchObject({ priority: 11, avoidAgentIds: ['a1'] });
    story.accepts('a2');
    expect(story.told('tsk_1_2')).toMatchObject([{ type: 'RESERVED' }, { type: 'ACCEPTED' }]);
  });

  it('P: RONA keeps age and TTL', () => {
    const story = new RoutingStory();
    const begun = story.now;
    const r1 = story.asks({ ttlDueAt: begun + 300_000 });
    story.wait(5).logsIn('a1');
    expect(story.ringingAt('a1')).toBe(r1);
    story.wait(5);
    const r2 = story.asks();
    story.wait(15);
    const next = story.request('tsk_1_2');
    expect(next).toMatchObject({
      queuedAt: begun + 25_000,
      waitingSince: begun,
      priority: 11,
      ttlDueAt: begun + 300_000,
    });
    story.logsIn('a2');
    expect(story.ringingAt('a2')).toBe('tsk_1_2');
    story.accepts('a2');
    expect(story.ringingAt('a2')).toBe(r2);
  });

  it('declined: the next task, and the agent stays as is', () => {
    const story = new RoutingStory().logsIn('a1', 'a2');
    const taskId = story.asks();
    story.declines('a1');
    expect(story.agent('a1').state).toBe('READY');
    expect(story.told(taskId).at(-1)).toMatchObject({ reason: 'RONA', detail: 'DECLINED' });
    expect(story.ringingAt('a2')).toBe('tsk_1_2');
  });

  it('afterRona UNCHANGED: the agent stays, last in the order', () => {
    const queues = { support: aQueue({ afterRona: 'UNCHANGED' }) };
    const story = new RoutingStory(aRoutingConfig({ queues })).logsIn('a1', 'a2');
    story.asks();
    story.wait(20);
    expect(story.agent('a1').state).toBe('READY');
    expect(story.ringingAt('a2')).toBe('tsk_1_2');
    story.declines('a2');
    expect(story.ringingAt('a1')).toBe('tsk_1_3');
  });

  it('autoAccept: accepted for the agent at once', () => {
    const queues = { support: aQueue({ autoAccept: true }) };
    const story = new RoutingStory(aRoutingConfig({ queues })).logsIn('a1');
    const taskId = story.asks();
    expect(story.told(taskId)).toMatchObject([{ type: 'RESERVED' }, { type: 'ACCEPTED' }]);
    expect(story.ringingAt('a1')).toBeUndefined();
  });

  describe('a named agent', () => {
    it('rings at that agent alone', () => {
      const story = new RoutingStory().logsIn('a1', 'a2');
      const taskId = story.asks({ agentId: 'a2' });
      expect(story.ringingAt('a2')).toBe(taskId);
    });

    it.each([
      ['not logged in', () => undefined],
      ['NOT_READY', (story: RoutingStory) => story.sets('a2', 'NOT_READY')],
      ['ringing', (story: RoutingStory) => story.logsIn('a2').asks({ agentId: 'a2' })],
      [
        'at capacity',
        (story: RoutingStory) => {
          story.logsIn('a2');
          for (let n = 0; n < 5; n += 1) story.joins('a2');
        },
      ],
      [
        'lost',
        (story: RoutingStory) =>
          story.logsIn('a2').take({ type: 'presenceLost', agentIds: ['a2'] }),
      ],
      [
        'in the conversation',
        (story: RoutingStory) => story.logsIn('a2').joins('a2', { conversationId: 'cnv_here' }),
      ],
    ] as const)('%s: NO_AGENT_AVAILABLE at once', (_name, prepare) => {
      const story = new RoutingStory();
      prepare(story);
      const taskId = story.asks({ agentId: 'a2', conversationId: 'cnv_here' });
      expect(story.told(taskId)).toEqual([
        { type: 'CLOSED', reason: 'NO_AGENT_AVAILABLE', detail: null },
      ]);
    });

    it.each([
      ['due', (story: RoutingStory) => story.wait(20), 'NOT_READY'],
      ['declined', (story: RoutingStory) => story.declines('a1'), 'READY'],
    ] as const)('%s: CLOSED RONA, no new task', (_name, act, state) => {
      const story = new RoutingStory().logsIn('a1', 'a2');
      const taskId = story.asks({ agentId: 'a1' });
      act(story);
      expect(story.told(taskId).at(-1)).toMatchObject({ type: 'CLOSED', reason: 'RONA' });
      expect(story.told(taskId).at(-1)).not.toHaveProperty('requeuedAs');
      expect(story.state.waiting.size).toBe(0);
      expect(story.agent('a1').state).toBe(state);
    });

    it('asked for by a transfer: RESERVED, or refused before anybody leaves', () => {
      const story = new RoutingStory().logsIn('a1');
      const request = {
        taskId: 'tsk_t',
        conversationId: 'cnv_t',
        workflowId: 'conversation:cus_t',
        queueId: null,
        agentId: 'a1',
        mrdId: 'chat',
        direction: 'DIRECT_TRANSFER',
        priority: 10,
        attributes: {},
        queuedAt: story.now,
        waitingSince: story.now,
        ttlDueAt: story.now + 300_000,
        avoidAgentIds: [],
        presentAgentIds: [],
        prefer: null,
      } as const;
      const place = { ...request, kind: 'OFFER', counts: true, letIn: false, request } as const;
      const refused = story.take({ type: 'takePlace', place: { ...place, agentId: 'a2' } });
      expect(refused.refused?.code).toBe('CONFLICT');
      expect(story.take({ type: 'takePlace', place }).result).toEqual({
        taskId: 'tsk_t',
        offerExpiresAt: '2026-11-22T10:00:20.000Z',
      });
      expect(story.take({ type: 'takePlace', place }).result).toMatchObject({ taskId: 'tsk_t' });
      expect(story.ringingAt('a1')).toBe('tsk_t');
    });
  });
});

describe('capacity (domain.md 6.8)', () => {
  it('counts what rings, works and wraps up; one offer rings at a time', () => {
    const story = new RoutingStory().logsIn('a1');
    for (let n = 0; n < 7; n += 1) story.asks();
    for (let n = 1; n <= 5; n += 1) {
      expect(story.state.agents.get('a1')?.ringing.size).toBe(1);
      story.accepts('a1');
    }
    expect(story.mrd('a1')).toBe('BUSY');
    expect(story.ringingAt('a1')).toBeUndefined();
    story.ends('a1', 'cnv_3');
    expect(story.ringingAt('a1')).toBe('tsk_6');
  });

  it('an own act at capacity is refused, a barge-in never', () => {
    const story = new RoutingStory().logsIn('a1');
    for (let n = 0; n < 5; n += 1) expect(story.joins('a1').refused).toBeUndefined();
    expect(story.joins('a1').refused?.code).toBe('CONFLICT');
    expect(story.joins('a1', { counts: false }).refused).toBeUndefined();
  });

  it('an own act needs a login, or is one', () => {
    const story = new RoutingStory();
    expect(story.joins('a1').refused?.code).toBe('CONFLICT');
    expect(story.joins('a1', { letIn: true }).refused).toBeUndefined();
    expect(story.agent('a1')).toMatchObject({ state: 'NOT_READY' });
    story.ends('a1', 'cnv_2');
    expect(story.agent('a1').state).toBe('LOGOUT');
  });
});

describe('forced logout (domain.md 6.14)', () => {
  it.each([
    ['LOGOUT', 'a1', 'LOGOUT', 'SELF', null],
    ['by a supervisor', 'boss', 'FORCE_LOGOUT', 'FORCED', 'FORCED_LOGOUT_BY_SUPERVISOR'],
  ] as const)('%s', (_name, by, reason, detail, shown) => {
    const story = new RoutingStory().logsIn('a1');
    const first = story.asks();
    story.accepts('a1');
    const second = story.asks();
    story.sets('a1', 'LOGOUT', by);
    expect(story.effects).toContainEqual({
      type: 'remove',
      workflowId: 'conversation:cus_1',
      leave: expect.objectContaining({ conversationId: 'cnv_1', agentId: 'a1', reason }),
    });
    expect(story.told(second).at(-1)).toMatchObject({
      type: 'CLOSED',
      reason: 'AGENT_LOGOUT',
      detail,
      requeuedAs: 'tsk_2_2',
    });
    expect(story.state.agents.size).toBe(0);
    const out = story.effects.findLast((it) => it.type === 'stateChanged' && it.mrdId === null);
    expect(out).toMatchObject({ to: 'LOGOUT', reason: shown });
    expect(story.told(first)).toHaveLength(2);
  });

  it('a named offer ends NO_AGENT_AVAILABLE', () => {
    const story = new RoutingStory().logsIn('a1');
    const taskId = story.asks({ agentId: 'a1' });
    story.sets('a1', 'LOGOUT');
    expect(story.told(taskId).at(-1)).toMatchObject({ reason: 'NO_AGENT_AVAILABLE' });
  });

  it('presence lost: UNKNOWN, everything taken; back: NOT_READY; not back in 900 s: LOGOUT', () => {
    const story = new RoutingStory().logsIn('a1', 'a2');
    story.asks();
    story.accepts('a1');
    story.take({ type: 'presenceLost', agentIds: ['a1', 'a2'] });
    expect(story.agent('a1')).toMatchObject({ state: 'UNKNOWN', reason: 'PRESENCE_LOST' });
    expect(story.mrd('a1')).toBe('UNKNOWN');
    expect(story.effects).toContainEqual(expect.objectContaining({ type: 'remove' }));
    story.take({ type: 'presenceBack', agentIds: ['a1'] });
    expect([story.agent('a1').state, story.mrd('a1')]).toEqual(['NOT_READY', 'NOT_READY']);
    story.wait(899);
    expect(story.agent('a2').state).toBe('UNKNOWN');
    story.wait(1);
    expect([story.agent('a1').state, story.agent('a2').state]).toEqual(['NOT_READY', 'LOGOUT']);
  });
});
