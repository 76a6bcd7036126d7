import {
  aCreatedStory,
  agent,
  anActiveStory,
  type Story,
  someNotices,
  someSettings,
} from '../../support/conversations';

const to = { queueId: 'billing' };

/** `operation kind` of the entries of a saga, in order. */
function saga(story: Story): string[] {
  return story.entries
    .filter(({ type }) => type.startsWith('TRANSFER_'))
    .map(
      ({ type, data }) =>
        `${type.slice('TRANSFER_'.length)} ${data?.['operation']} ${data?.['kind']}`,
    );
}

describe('transfer, consult, conference (domain.md 6.13)', () => {
  describe('COLD', () => {
    it.each([
      ['TTL', (story: Story) => story.wait(300)],
      [
        'routing',
        (story: Story) =>
          story.routing({ type: 'CLOSED', reason: 'NO_AGENT_AVAILABLE', detail: null }),
      ],
      [
        'RONA without a next task',
        (story: Story) => story.routing({ type: 'CLOSED', reason: 'RONA', detail: 'DECLINED' }),
      ],
    ])(
      'to a queue fails by %s: the default party, NO_AGENT_AVAILABLE, notice, cSLA',
      (_by, fail) => {
        const story = anActiveStory(
          someSettings({
            notices: someNotices({ transferStarted: 'One moment', noAgentAvailable: 'Nobody' }),
          }),
        );
        story.transfers('a1', to);
        fail(story);
        expect(saga(story)).toEqual(['STARTED TRANSFER COLD', 'FAILED TRANSFER COLD']);
        expect(story.state.control.holder).toBe('greeter');
        expect(story.entriesOf('NO_AGENT_AVAILABLE')).toHaveLength(1);
        expect(story.entriesOf('SYSTEM_MESSAGE').map(({ data }) => data?.['notice'])).toEqual([
          'transferStarted',
          'noAgentAvailable',
        ]);
        expect(story.cSLA()).toBe(true);
      },
    );

    it('to an agent at whom it rings already: the entry says until when', () => {
      const story = anActiveStory();
      const offer = { taskId: 'tsk_offered', offerExpiresAt: '2026-11-22T10:05:20.000Z' };
      const to = { agentId: 'a2' };
      story.request('transfer', { actor: agent('a1'), to, kind: 'COLD', note: null, offer });
      expect(story.waiting).toMatchObject({ id: offer.taskId, ...to });
      expect(story.entriesOf('AGENT_RESERVED').at(-1)?.data).toEqual({ ...offer, ...to });
    });

    it('to an agent: RESERVED for that one, accepted by the join', () => {
      const story = anActiveStory();
      story.transfers('a1', { agentId: 'a2' });
      expect(story.waiting).toMatchObject({
        mode: 'AGENT',
        mediaState: 'RESERVED',
        agentId: 'a2',
        priority: 10,
      });
      story.joins('a3');
      expect(story.waiting).toBeDefined();
      story.joins('a2');
      expect(story.waiting).toBeUndefined();
      expect(
        story.state.tasks.find(({ direction }) => direction === 'DIRECT_TRANSFER'),
      ).toMatchObject({
        mediaState: 'ACTIVE',
        agentId: 'a2',
        answeredAt: story.now,
      });
      expect(saga(story)).toEqual(['STARTED TRANSFER COLD', 'COMPLETED TRANSFER COLD']);
    });

    it('to a queue: any agent who joins takes it', () => {
      const story = anActiveStory();
      story.transfers('a1', to);
      story.joins('a2');
      expect(story.task(2)).toMatchObject({ mediaState: 'ACTIVE', agentId: 'a2' });
      expect(story.state.tasks).toHaveLength(2);
    });

    it('only the requester leaves; the others keep the conversation', () => {
      const story = anActiveStory();
      story.joins('a2');
      story.transfers('a1', to);
      expect([story.role('a1'), story.role('a2'), story.state.state]).toEqual([
        null,
        'PRIMARY',
        'ACTIVE',
      ]);
      story.agentSays('a2');
      story.wait(300);
      expect(story.entriesOf('NO_AGENT_AVAILABLE')).toEqual([]);
      expect(saga(story).at(-1)).toBe('FAILED TRANSFER COLD');
    });

    it('a supervisor reassigns: all of them go', () => {
      const story = anActiveStory();
      story.joins('a2');
      story.transfers('sup', to, 'COLD', agent('sup', true));
      expect([story.role('a1'), story.role('a2')]).toEqual([null, null]);
      expect(story.state.tasks.map(({ closeReason }) => closeReason)).toEqual([
        'TRANSFERRED',
        'TRANSFERRED',
        null,
      ]);
      expect(story.transfers('sup', to, 'WARM', agent('sup', true)).refused?.code).toBe(
        'FORBIDDEN',
      );
    });

    it('with wrap-up the requester wraps up, and the task closes TRANSFERRED', () => {
      const story = anActiveStory(
        someSettings({ wrapUp: { enabled: true, seconds: 60, formId: null } }),
      );
      story.transfers('a1', to);
      expect([story.role('a1'), story.task(1).state]).toEqual(['WRAP_UP', 'WRAP_UP']);
      story.wrapsUp('a1');
      expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'TRANSFERRED' });
    });

    it.each([
      ['the requester, who has gone', agent('a1'), 'FORBIDDEN'],
      ['a supervisor', agent('sup', true), undefined],
    ])('is cancelled by %s', (_who, actor, code) => {
      const story = anActiveStory();
      story.transfers('a1', to);
      const cancelled = story.request('cancelTransfer', { actor, taskId: story.task(2).id });
      expect(cancelled.refused?.code).toBe(code);
      if (!code) expect([story.task(2).closeReason, story.cSLA()]).toEqual(['CANCELLED', true]);
    });

    it('flushed: text to the customer', () => {
      const story = anActiveStory(
        someSettings({ notices: someNotices({ queueFlushed: 'Sorry' }) }),
      );
      story.transfers('a1', to);
      story.routing({ type: 'CLOSED', reason: 'FORCE_CLOSED', detail: 'FLUSHED' });
      expect(story.entriesOf('SYSTEM_MESSAGE').at(-1)?.data).toEqual({ notice: 'queueFlushed' });
      expect(story.controllerEvents()).not.toContain('NO_AGENT_AVAILABLE');
    });
  });

  describe('WARM', () => {
    it('the requester stays until the receiver has joined', () => {
      const story = anActiveStory();
      story.agentSays('a1');
      story.transfers('a1', to, 'WARM');
      expect([story.role('a1'), story.epoch, story.cSLA()]).toEqual(['PRIMARY', 2, true]);
      expect(story.entriesOf('SYSTEM_MESSAGE')).toEqual([]);
      story.accepts('a2');
      expect([story.role('a1'), story.role('a2'), story.epoch]).toEqual([null, 'PRIMARY', 2]);
      expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'TRANSFERRED' });
      expect(story.state.state).toBe('ACTIVE');
      expect(saga(story)).toEqual(['STARTED TRANSFER WARM', 'COMPLETED TRANSFER WARM']);
      expect(story.aSLA).toBe(true);
    });

    it('becomes COLD when the requester goes', () => {
      const story = anActiveStory();
      story.transfers('a1', to, 'WARM');
      story.leaves('a1');
      story.wait(300);
      expect(saga(story).at(-1)).toBe('FAILED TRANSFER COLD');
      expect(story.entriesOf('NO_AGENT_AVAILABLE')).toHaveLength(1);
    });

    it('is cancelled by the requester: nothing else changes', () => {
      const story = anActiveStory();
      story.agentSays('a1');
      const { deadlines } = story.state;
      story.transfers('a1', to, 'WARM');
      story.request('cancelTransfer', { actor: agent('a1'), taskId: story.task(2).id });
      expect(story.task(2)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'REQUESTER' });
      expect(story.state.deadlines).toEqual(deadlines);
      const again = { actor: agent('a1'), taskId: story.task(2).id };
      expect(story.request('cancelTransfer', again).refused?.code).toBe('ILLEGAL_STATE');
      expect(story.request('cancelTransfer', { ...again, taskId: 'tsk_0' }).refused?.code).toBe(
        'NOT_FOUND',
      );
    });
  });

  describe('conference', () => {
    it('both are PRIMARY', () => {
      const story = anActiveStory();
      story.confers('a1', to);
      expect(story.waiting).toMatchObject({ direction: 'DIRECT_CONFERENCE', priority: 10 });
      story.accepts('a2');
      expect([story.role('a1'), story.role('a2')]).toEqual(['PRIMARY', 'PRIMARY']);
      expect(saga(story)).toEqual(['STARTED CONFERENCE null', 'COMPLETED CONFERENCE null']);
    });

    it('fails: the requester is told, nobody else', () => {
      const story = anActiveStory();
      story.confers('a1', { agentId: 'a2' });
      story.routing({ type: 'CLOSED', reason: 'RONA', detail: 'TIMEOUT' });
      expect(saga(story).at(-1)).toBe('FAILED CONFERENCE null');
      expect(story.state.state).toBe('ACTIVE');
      expect(story.entriesOf('NO_AGENT_AVAILABLE')).toEqual([]);
    });

    it('is not taken by another agent who joins', () => {
      const story = anActiveStory();
      story.confers('a1', { agentId: 'a2' });
      story.joins('a3');
      expect(story.waiting).toMatchObject({ agentId: 'a2' });
      story.joins('a2');
      expect(story.waiting).toBeUndefined();
    });
  });

  describe('consult', () => {
    it('the consulted agent is ASSISTANT; finished, the task is DONE', () => {
      const story = anActiveStory();
      story.consults('a1', to);
      story.accepts('a2');
      expect([story.role('a1'), story.role('a2')]).toEqual(['PRIMARY', 'ASSISTANT']);
      expect(story.task(2)).toMatchObject({ direction: 'CONSULT', mediaState: 'ACTIVE' });
      story.leaves('a2');
      expect(story.task(2)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
      expect(story.state.state).toBe('ACTIVE');
    });

    it.each(['PRIMARY', 'ASSISTANT'] as const)('joining as %s accepts it', (role) => {
      const story = anActiveStory();
      story.consults('a1', { agentId: 'a2' });
      story.joins('a2', role);
      expect(story.role('a2')).toBe('ASSISTANT');
      expect(story.state.tasks).toHaveLength(2);
    });

    it('a transfer to the consulted agent cannot fail', () => {
      const story = anActiveStory();
      story.consults('a1', { agentId: 'a2' });
      story.joins('a2', 'ASSISTANT');
      expect(story.transfers('a1', to).refused?.code).toBe('ILLEGAL_STATE');
      const done = story.transfers('a1', { agentId: 'a2' });
      expect(done.result?.taskId).toBe(story.task(2).id);
      expect([story.role('a1'), story.role('a2')]).toEqual([null, 'PRIMARY']);
      expect(story.task(2)).toMatchObject({ direction: 'CONSULT_TRANSFER', state: 'ACTIVE' });
      expect(story.task(1).closeReason).toBe('TRANSFERRED');
      expect([story.state.state, story.epoch]).toEqual(['ACTIVE', 2]);
      expect(saga(story).slice(-2)).toEqual(['STARTED TRANSFER COLD', 'COMPLETED TRANSFER COLD']);
    });

    it("an ASSISTANT who takes a queue's transfer has one task", () => {
      const story = anActiveStory();
      story.transfers('a1', to, 'WARM');
      story.joins('a2', 'ASSISTANT');
      story.joins('a2');
      expect(
        story.state.tasks.map(({ direction, closeReason }) => [direction, closeReason]),
      ).toEqual([
        ['INBOUND', 'TRANSFERRED'],
        ['DIRECT_TRANSFER', null],
        ['CONSULT', 'DONE'],
      ]);
    });

    it('the role PRIMARY keeps both', () => {
      const story = anActiveStory();
      story.joins('a2', 'ASSISTANT');
      story.request('changeRole', { actor: agent('a1'), agentId: 'a2', role: 'PRIMARY' });
      expect(story.task(2).direction).toBe('CONSULT_CONFERENCE');
      expect([story.role('a1'), story.role('a2')]).toEqual(['PRIMARY', 'PRIMARY']);
    });
  });

  it.each([
    ['no PRIMARY agent', (story: Story) => story.transfers('a9', to), 'FORBIDDEN'],
    [
      'a request is open',
      (story: Story) => {
        story.transfers('a1', to, 'WARM');
        return story.confers('a1', to);
      },
      'CONFLICT',
    ],
    [
      'the receiver is here',
      (story: Story) => {
        story.joins('a2');
        return story.confers('a1', { agentId: 'a2' });
      },
      'CONFLICT',
    ],
    [
      'a consult is open',
      (story: Story) => {
        story.consults('a1', to);
        return story.transfers('a1', to);
      },
      'ILLEGAL_STATE',
    ],
    [
      'the customer has left',
      (story: Story) => {
        story.endSession();
        return story.transfers('a1', to);
      },
      'ILLEGAL_STATE',
    ],
  ] as const)('refused: %s', (_what, act, code) => {
    expect(act(anActiveStory()).refused?.code).toBe(code);
  });

  it("a PULL join beside a hold and a consult changes neither side's task", () => {
    const story = aCreatedStory();
    story.joins('a1');
    story.consults('a1', to);
    story.joins('a2');
    expect(story.waiting?.direction).toBe('CONSULT');
  });
});
