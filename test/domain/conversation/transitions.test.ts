import { decide } from '../../../domain/conversation/decide';
import { open } from '../../../domain/conversation/opening';
import {
  aCreatedStory,
  agent,
  aMessage,
  anActiveStory,
  anOpening,
  aSessionStart,
  joining,
  operator,
  Story,
  someSettings,
  T0,
  text,
  whatsAppSettings,
} from '../../support/conversations';

const withWrapUp = someSettings({ wrapUp: { enabled: true, seconds: 60, formId: null } });

/** The last TOPIC_STATE_CHANGED as `from -> to (cause)`. */
function lastChange(story: Story): string {
  const data = story.entriesOf('TOPIC_STATE_CHANGED').at(-1)?.data;
  return `${data?.['from']} -> ${data?.['to']} (${data?.['cause']})`;
}
/** Entry types since a `seq`. */
function since(story: Story, seq: number): string[] {
  return story.entries.filter((entry) => entry.seq > seq).map(({ type }) => type);
}

describe('transitions (domain.md 2.3)', () => {
  it('T1: the first message starts conversation, session, message, bot', () => {
    const story = new Story();
    story.customerWrites();
    expect(story.types()).toEqual([
      'CONVERSATION_STARTED',
      'CHANNEL_SESSION_STARTED',
      'CUSTOMER_MESSAGE',
      'BOT_SUBSCRIBED',
    ]);
    expect(story.state.control).toEqual({ holder: 'greeter', epoch: 1, offeredTo: null });
    expect(story.left('maxLife')).toBe(604_800);
    expect(story.controllerEvents()).toEqual(['CONVERSATION_STARTED', 'CUSTOMER_MESSAGE']);
  });

  it('T1: without a bot the controller holds control', () => {
    const story = new Story(someSettings({ bot: null }));
    story.startSession();
    expect(story.types()).toEqual(['CONVERSATION_STARTED', 'CHANNEL_SESSION_STARTED']);
    expect(story.state.control).toEqual({ holder: 'CONTROLLER', epoch: 1, offeredTo: null });
  });

  it('T1: form answers become data, after the facts', () => {
    const story = new Story();
    story.startSession({ channelData: { formData: { topic: 'billing', age: 7 } } });
    expect(story.types()).toEqual([
      'CONVERSATION_STARTED',
      'CHANNEL_SESSION_STARTED',
      'CONVERSATION_DATA_CHANGED',
      'BOT_SUBSCRIBED',
    ]);
    expect(story.state.data).toEqual({ 'form.topic': 'billing', 'form.age': 7 });
  });

  it('T1: START_CONVERSATION is recorded only, the greeting comes with the first message', () => {
    const story = new Story();
    story.startSession({ intent: 'START_CONVERSATION' });
    expect(story.controllerEvents()).toEqual([]);
    story.customerWrites();
    expect(story.controllerEvents()).toEqual(['CONVERSATION_STARTED', 'CUSTOMER_MESSAGE']);
    story.customerWrites();
    expect(story.controllerEvents()).toHaveLength(3);
  });

  it('T1: FIND_AGENT asks for an agent at once', () => {
    const story = new Story();
    story.startSession({ intent: 'FIND_AGENT' });
    expect(story.waiting).toMatchObject({
      queueId: 'support',
      requestedBy: { type: 'CONTROLLER' },
    });
  });

  it('T1: an agent starts outbound', () => {
    const story = new Story();
    story.apply({
      type: 'startOutbound',
      start: {
        actor: agent('a1'),
        agent: joining('a1'),
        channelId: 'web',
        customerIdentifier: 'visitor',
        messageId: 'msg_1',
        body: text('Good morning'),
      },
      settings: story.settings,
    });
    expect(story.state).toMatchObject({ state: 'ACTIVE', direction: 'OUTBOUND' });
    expect(story.session().direction).toBe('OUTBOUND');
    expect(story.task(1)).toMatchObject({
      direction: 'OUTBOUND',
      mode: 'AGENT',
      routingMode: 'PULL',
      mediaState: 'ACTIVE',
      queuedAt: null,
    });
    expect(story.entries.map(({ type }) => type)).toContain('AGENT_MESSAGE');
    expect(story.controllerEvents()).not.toContain('CONVERSATION_STARTED');
    expect([story.aSLA, story.cSLA()]).toEqual([false, true]);
  });

  it('T1: a bot starts outbound and holds control', () => {
    const story = new Story();
    story.apply({
      type: 'startOutbound',
      start: {
        actor: { type: 'BOT', id: 'campaign', name: null },
        agent: null,
        channelId: 'web',
        customerIdentifier: 'visitor',
        messageId: 'msg_1',
        body: text('Your parcel has come'),
      },
      settings: story.settings,
    });
    expect(story.state).toMatchObject({
      state: 'CREATED',
      control: { holder: 'campaign', epoch: 1 },
    });
    expect(story.types().at(-1)).toBe('BOT_MESSAGE');
  });

  it('T2: a further session changes no state', () => {
    const story = aCreatedStory();
    story.startSession({}, whatsAppSettings());
    expect(story.state.state).toBe('CREATED');
    expect(story.state.participants.filter(({ type }) => type === 'CUSTOMER')).toHaveLength(2);
    expect(story.controllerEvents().at(-1)).toBe('CHANNEL_SESSION_STARTED');
  });

  it('T3: a request makes a task and stops the waiting of all sessions', () => {
    const story = aCreatedStory();
    story.startSession({}, whatsAppSettings());
    expect(story.cSLA('wa')).toBe(true);
    const seq = story.state.lastSeq;
    story.findAgent();
    expect(since(story, seq)).toEqual(['AGENT_REQUESTED', 'TASK_ENQUEUED']);
    expect([story.cSLA('web'), story.cSLA('wa')]).toEqual([false, false]);
    expect(story.state.state).toBe('CREATED');
  });

  it('T4: an agent becomes PRIMARY', () => {
    const story = aCreatedStory();
    story.findAgent();
    const seq = story.state.lastSeq;
    story.accepts('a1');
    expect(since(story, seq)).toEqual([
      'TASK_STATE_CHANGED',
      'AGENT_SUBSCRIBED',
      'PARTICIPANT_ROLE_CHANGED',
      'CONTROL_CHANGED',
      'TOPIC_STATE_CHANGED',
    ]);
    expect(lastChange(story)).toBe('CREATED -> ACTIVE (AGENT_SUBSCRIBED)');
    expect(story.effects).toContainEqual({ type: 'controlChanged', holder: 'AGENTS', epoch: 2 });
  });

  it('T5: another agent becomes PRIMARY; a join ends the hold', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    story.holds('a1');
    story.wait(10).joins('a2');
    expect(lastChange(story)).toBe('ON_HOLD -> ACTIVE (AGENT_SUBSCRIBED)');
    expect(story.entriesOf('CONVERSATION_RESUMED').at(-1)?.data).toMatchObject({
      cause: 'AGENT_JOINED',
    });
    expect(story.left('agentSla')).toBe(120);
    expect(story.epoch).toBe(2);
  });

  it('T6: a PRIMARY agent holds', () => {
    const story = anActiveStory();
    const seq = story.state.lastSeq;
    story.holds('a1');
    expect(since(story, seq)).toEqual(['CONVERSATION_PAUSED', 'TOPIC_STATE_CHANGED']);
    expect(lastChange(story)).toBe('ACTIVE -> ON_HOLD (CONVERSATION_PAUSED)');
    expect([story.aSLA, story.cSLA(), story.runs('agentIdle:a1')]).toEqual([false, false, false]);
    expect(story.left('hold')).toBe(300);
  });

  it.each([
    ['resume', (story: Story) => story.resumes('a1'), 'AGENT'],
    ['the due time', (story: Story) => story.wait(300), 'EXPIRED'],
    ['an AGENT_MESSAGE', (story: Story) => story.agentSays('a1'), 'AGENT_MESSAGE'],
    [
      'a WARM transfer',
      (story: Story) => story.transfers('a1', { queueId: 'billing' }, 'WARM'),
      'TRANSFER',
    ],
    ['a conference', (story: Story) => story.confers('a1', { queueId: 'billing' }), 'TRANSFER'],
  ] as const)('T7: %s ends the hold', (_what, act, cause) => {
    const story = anActiveStory();
    story.holds('a1');
    act(story);
    expect(lastChange(story)).toBe('ON_HOLD -> ACTIVE (CONVERSATION_RESUMED)');
    expect(story.entriesOf('CONVERSATION_RESUMED').map(({ data }) => data?.['cause'])).toEqual([
      cause,
    ]);
    expect(story.runs('hold')).toBe(false);
  });

  it.each([
    ['ACTIVE', someSettings(), 'AGENT_UNSUBSCRIBED'],
    ['ON_HOLD', someSettings(), 'AGENT_UNSUBSCRIBED'],
    ['ACTIVE', withWrapUp, 'PARTICIPANT_ROLE_CHANGED'],
  ] as const)('T8: the last PRIMARY agent leaves %s', (from, settings, cause) => {
    const story = anActiveStory(settings);
    if (from === 'ON_HOLD') story.holds('a1');
    story.leaves('a1');
    expect(lastChange(story)).toBe(`${from} -> INACTIVE (${cause})`);
    expect(story.types()).toContain('CONTROL_CHANGED');
    expect(story.state.held).toBeNull();
  });

  it('T9: the customer writes with nobody there', () => {
    const story = anActiveStory();
    story.leaves('a1');
    const seq = story.state.lastSeq;
    story.customerWrites();
    expect(since(story, seq)).toEqual(['CUSTOMER_MESSAGE']);
    expect(story.state.state).toBe('INACTIVE');
  });

  it.each(['ACTIVE', 'ON_HOLD'])('T10: the last session ends in %s, wrap-up on', (from) => {
    const story = anActiveStory(withWrapUp);
    story.joins('a2', 'ASSISTANT');
    if (from === 'ON_HOLD') story.holds('a1');
    story.endSession();
    expect(lastChange(story)).toBe(`${from} -> WRAP_UP (CHANNEL_SESSION_ENDED)`);
    expect([story.role('a1'), story.role('a2')]).toEqual(['WRAP_UP', null]);
    expect(story.task(1)).toMatchObject({ state: 'WRAP_UP', wrapUpStartedAt: story.now });
    expect(story.left(`wrapUp:${story.task(1).id}`)).toBe(60);
    expect([story.aSLA, story.state.held]).toEqual([false, null]);
    expect(story.epoch).toBe(2);
  });

  it('T10: open requests are cancelled', () => {
    const story = anActiveStory(withWrapUp);
    story.transfers('a1', { queueId: 'billing' }, 'WARM');
    story.endSession();
    expect(story.task(2)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'CUSTOMER_LEFT' });
  });

  it('T11: the last session ends, wrap-up off', () => {
    const story = anActiveStory();
    story.endSession();
    expect(lastChange(story)).toBe('ACTIVE -> CUSTOMER_LEFT (CHANNEL_SESSION_ENDED)');
    expect(story.role('a1')).toBe('PRIMARY');
    expect(story.task(1).state).toBe('ACTIVE');
    expect(story.left('customerLeft')).toBe(300);
    expect(
      story.request('addNote', { actor: agent('a1'), kind: 'NOTE', text: 'x' }).refused,
    ).toBeUndefined();
  });

  it.each(['CREATED', 'INACTIVE'])('T12: the last session ends in %s', (from) => {
    const story = aCreatedStory();
    if (from === 'INACTIVE') {
      story.joins('a1');
      story.leaves('a1');
    }
    story.findAgent();
    story.endSession();
    expect(lastChange(story)).toBe(`${from} -> CLOSING (ALL_LEFT)`);
    expect(story.state.tasks.at(-1)).toMatchObject({
      closeReason: 'CANCELLED',
      closeDetail: 'CUSTOMER_LEFT',
    });
  });

  it('T13: the last session ends in INACTIVE, somebody wraps up', () => {
    const story = anActiveStory(withWrapUp);
    story.leaves('a1');
    story.findAgent();
    story.endSession();
    expect(lastChange(story)).toBe('INACTIVE -> WRAP_UP (CHANNEL_SESSION_ENDED)');
    expect(story.task(2)).toMatchObject({ state: 'CLOSED', closeReason: 'CANCELLED' });
  });

  it.each([
    ['submitted', (story: Story) => story.wrapsUp('a1'), 1],
    ['skipped', (story: Story) => story.wrapsUp('a1', true), 0],
    ['due', (story: Story) => story.wait(60), 0],
  ] as const)('T14: the last wrap-up is %s', (_how, act, applied) => {
    const story = anActiveStory(withWrapUp);
    story.endSession();
    act(story);
    expect(lastChange(story)).toBe('WRAP_UP -> CLOSING (ALL_LEFT)');
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
    expect(story.entriesOf('WRAPUP_APPLIED')).toHaveLength(applied);
    expect(story.entriesOf('AGENT_UNSUBSCRIBED').at(-1)?.data).toMatchObject({
      reason: 'WRAP_UP_DONE',
    });
  });

  it('T15: the last wrap-up ends, an agent without wrap-up is still there', () => {
    const story = anActiveStory(withWrapUp);
    story.startSession({}, whatsAppSettings());
    story.customerWrites('Hello', whatsAppSettings());
    story.joins('a2');
    expect(story.state.tasks.map(({ wrapUp }) => wrapUp?.enabled)).toEqual([true, false]);
    story.endSession('web');
    story.endSession('wa');
    expect(story.state.state).toBe('WRAP_UP');
    story.wait(10).wrapsUp('a1');
    expect(lastChange(story)).toBe('WRAP_UP -> CUSTOMER_LEFT (TASK_STATE_CHANGED)');
    expect(story.left('customerLeft')).toBe(300);
  });

  it.each([
    ['the last agent leaves', (story: Story) => story.leaves('a1'), 'SELF'],
    ['it is due', (story: Story) => story.wait(300), 'CUSTOMER_LEFT'],
  ] as const)('T16: CUSTOMER_LEFT, %s', (_what, act, reason) => {
    const story = anActiveStory();
    story.endSession();
    act(story);
    expect(lastChange(story)).toBe('CUSTOMER_LEFT -> CLOSING (ALL_LEFT)');
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
    expect(story.entriesOf('AGENT_UNSUBSCRIBED').at(-1)?.data).toMatchObject({ reason });
  });

  describe('T17: the customer is back', () => {
    it('in WRAP_UP: the agents take up again', () => {
      const story = anActiveStory(withWrapUp);
      story.wrapsUp('a1');
      story.endSession();
      const seq = story.state.lastSeq;
      story.wait(30).customerWrites();
      expect(since(story, seq)).toEqual([
        'CHANNEL_SESSION_STARTED',
        'PARTICIPANT_ROLE_CHANGED',
        'TASK_STATE_CHANGED',
        'CUSTOMER_MESSAGE',
        'TOPIC_STATE_CHANGED',
      ]);
      expect(lastChange(story)).toBe('WRAP_UP -> ACTIVE (CHANNEL_SESSION_STARTED)');
      expect(story.role('a1')).toBe('PRIMARY');
      expect(story.task(1)).toMatchObject({
        state: 'ACTIVE',
        mediaState: 'ACTIVE',
        wrapUpStartedAt: null,
      });
      expect(story.runs(`wrapUp:${story.task(1).id}`)).toBe(false);
      expect(story.entriesOf('WRAPUP_APPLIED')).toHaveLength(1);
      expect(story.aSLA).toBe(true);
      expect(story.state.counters.reopened).toBe(1);
    });

    it('in CUSTOMER_LEFT', () => {
      const story = anActiveStory();
      story.endSession();
      story.wait(100).startSession();
      expect(lastChange(story)).toBe('CUSTOMER_LEFT -> ACTIVE (CHANNEL_SESSION_STARTED)');
      expect(story.runs('customerLeft')).toBe(false);
      expect(story.state.sessions).toHaveLength(2);
    });

    it('and everybody who is left had gone before: INACTIVE', () => {
      const story = anActiveStory(withWrapUp);
      story.leaves('a1');
      story.endSession();
      story.wait(30).customerWrites();
      expect(lastChange(story)).toBe('WRAP_UP -> INACTIVE (CHANNEL_SESSION_STARTED)');
      expect(story.role('a1')).toBe('WRAP_UP');
      expect(story.state.control.holder).toBe('greeter');
    });

    it('and who was there with the customer has gone meanwhile: control falls to the default party', () => {
      const story = anActiveStory(withWrapUp);
      story.joins('a2');
      story.leaves('a2');
      story.endSession();
      story.wrapsUp('a1');
      expect(story.state).toMatchObject({ state: 'WRAP_UP', control: { holder: 'AGENTS' } });
      story.customerWrites();
      expect(story.state).toMatchObject({
        state: 'INACTIVE',
        control: { holder: 'greeter', epoch: 3 },
      });
    });
  });

  it('T17: a bot that held control and went meanwhile gives way to the default party', () => {
    const story = anActiveStory(withWrapUp);
    story.leaves('a1');
    story.endSession();
    story.apply({ type: 'botGone', botId: 'greeter' });
    expect(story.state.control).toMatchObject({ holder: 'greeter', epoch: 3 });
    story.customerWrites('Hello', whatsAppSettings({ bot: { id: 'wa-bot', kind: 'HOOK' } }));
    expect(story.state.control).toMatchObject({ holder: 'wa-bot', epoch: 4 });
    expect(story.role('wa-bot')).toBe('PRIMARY');
  });

  it.each(['CREATED', 'ACTIVE', 'ON_HOLD', 'INACTIVE'])('T18: END_CONVERSATION in %s', (from) => {
    const story = from === 'CREATED' ? aCreatedStory() : anActiveStory();
    if (from === 'ON_HOLD') story.holds('a1');
    if (from === 'INACTIVE') story.leaves('a1');
    expect(story.state.state).toBe(from);
    story.act({ type: 'END_CONVERSATION', reason: 'INACTIVITY' });
    expect(lastChange(story)).toBe(`${from} -> CLOSING (END_CONVERSATION)`);
    expect(story.controllerEvents().at(-1)).toBe('CLOSING');
    story.closes();
    expect(story.session().endReason).toBe('INACTIVITY');
    expect(story.state).toMatchObject({ state: 'CLOSED', closeReason: 'END_CONVERSATION' });
    expect(story.state.tasks.every(({ closeReason }) => closeReason === 'DONE')).toBe(true);
    expect(story.state.participants.every(({ leftAt }) => leftAt !== null)).toBe(true);
  });

  it('T18: what waits is CANCELLED, sessions end FORCE_CLOSED without a reason', () => {
    const story = aCreatedStory();
    story.findAgent();
    story.act({ type: 'END_CONVERSATION' });
    expect(story.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'ENDED' });
    story.closes();
    expect(story.session().endReason).toBe('FORCE_CLOSED');
  });

  it.each([
    ['CREATED', () => aCreatedStory()],
    ['ACTIVE', () => anActiveStory()],
    [
      'WRAP_UP',
      () => {
        const story = anActiveStory(withWrapUp);
        story.endSession();
        return story;
      },
    ],
    [
      'CUSTOMER_LEFT',
      () => {
        const story = anActiveStory();
        story.endSession();
        return story;
      },
    ],
  ] as const)('T19: force close in %s', (from, make) => {
    const story = make();
    expect(story.forceClose('gone wrong').refused).toBeUndefined();
    expect(lastChange(story)).toBe(`${from} -> CLOSING (FORCE_CLOSED)`);
    expect(story.entriesOf('END_CONVERSATION').at(-1)).toMatchObject({
      data: { reason: 'gone wrong', closeReason: 'FORCE_CLOSED' },
      actor: { type: 'OPERATOR' },
    });
    story.closes();
    for (const task of story.state.tasks) expect(task.closeReason).toBe('FORCE_CLOSED');
  });

  it('T19: maxLife', () => {
    const story = anActiveStory(someSettings({ agentIdleSeconds: 0, maxLifeSeconds: 3600 }));
    story.wait(90);
    story.agentSays('a1');
    story.holds('a1', 86_400);
    story.wait(3600);
    expect(lastChange(story)).toBe('ON_HOLD -> CLOSING (MAX_LIFE)');
    expect(story.closes().session().endReason).toBe('FORCE_CLOSED');
  });

  it('T20: merged away', () => {
    const story = anActiveStory();
    story.apply({ type: 'mergedAway', intoConversationId: 'cnv_x', intoCustomerId: 'cus_x' });
    expect(lastChange(story)).toBe('ACTIVE -> CLOSING (MERGED)');
    expect(story.session().endReason).toBe('MERGED');
    expect(story.entriesOf('CONVERSATION_MERGED')).toHaveLength(1);
  });

  it('T21: sealed only when everything is over and archived', () => {
    const story = anActiveStory();
    story.forceClose();
    const seal = (count: number) =>
      story.apply({ type: 'sealed', count, headHash: 'h', archive: 'VERIFIED' });
    expect(seal(story.state.lastSeq).refused?.code).toBe('ILLEGAL_STATE');
    story.apply({ type: 'closingProceeds' });
    expect(seal(story.state.lastSeq - 1).refused?.code).toBe('ILLEGAL_STATE');
    const count = story.state.lastSeq;
    expect(seal(count).entries.map(({ entry }) => entry)).toMatchObject([
      {
        type: 'TOPIC_STATE_CHANGED',
        data: { from: 'CLOSING', to: 'CLOSED', count, headHash: 'h', archive: 'VERIFIED' },
      },
    ]);
    expect(story.state).toMatchObject({ state: 'CLOSED', closedAt: story.now, deadlines: {} });
  });

  it('T22: nothing of the customer touches a closing or closed conversation', () => {
    const story = anActiveStory();
    story.forceClose();
    const events = [
      { type: 'customerMessage', message: aMessage(), settings: story.settings },
      { type: 'channelSessionStarted', session: aSessionStart(), settings: story.settings },
    ] as const;
    for (const phase of ['CLOSING', 'CLOSED']) {
      expect(story.state.state).toBe(phase);
      for (const event of events)
        expect(decide(story.state, event, story.now)).toEqual({
          state: story.state,
          entries: [],
          effects: [],
          refused: expect.objectContaining({ code: 'ILLEGAL_STATE' }),
        });
      story.closes();
    }
  });

  it('refuses everything but an opening event before the start', () => {
    const blank = open(anOpening(), T0);
    const request = { conversationId: 'cnv_1', actor: operator, force: true, reason: null };
    expect(decide(blank, { type: 'endConversation', request }, T0).refused?.code).toBe(
      'ILLEGAL_STATE',
    );
    expect(decide(blank, { type: 'turnEnded' }, T0).state).toBe(blank);
  });

  it('refuses what names another conversation', () => {
    const story = anActiveStory();
    const refused = story.request('hold', {
      conversationId: 'cnv_0',
      actor: agent('a1'),
      seconds: 5,
    });
    expect(refused.refused?.code).toBe('NOT_FOUND');
  });

  it('force close pushes a stuck closing on', () => {
    const story = anActiveStory();
    story.forceClose();
    expect(story.forceClose().effects).toEqual([{ type: 'closingRetry', forced: true }]);
    story.closes();
    const { state } = story;
    expect(story.forceClose()).toMatchObject({ entries: [], effects: [] });
    expect(story.state).toEqual(state);
  });
});
