import { defaultActions } from '../../../domain/conversation/controller';
import type { ControllerEvent } from '../../../domain/conversation/controller-events';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  bot,
  quiet,
  Story,
  someNotices,
  someSettings,
  text,
  whatsAppSettings,
} from '../../support/conversations';

/** Every notice says its own name. */
const loud = someSettings({
  notices: someNotices(
    Object.fromEntries(Object.keys(someNotices({})).map((name) => [name, `notice ${name}`])),
  ),
});
const noHooks = {};

function notices(story: Story): unknown[] {
  return story.entriesOf('SYSTEM_MESSAGE').map(({ data }) => data?.['notice']);
}

describe('default decisions (domain.md 7.1)', () => {
  it('CONVERSATION_STARTED: greeting', () => {
    const story = new Story(loud, noHooks);
    story.startSession();
    expect(notices(story)).toEqual(['greeting']);
  });

  describe('CUSTOMER_MESSAGE', () => {
    it("nobody has answered: an agent is looked for at the channel's queue", () => {
      const story = new Story(someSettings(), noHooks);
      story.customerWrites();
      expect(story.waiting).toMatchObject({ queueId: 'support', direction: 'INBOUND' });
      story.customerWrites();
      expect(story.state.tasks).toHaveLength(1);
    });

    it('PULL: at its list', () => {
      const pull = { routingMode: 'PULL', queueId: null, listId: 'list' } as const;
      const story = new Story(someSettings(pull), noHooks);
      story.customerWrites();
      expect(story.state.listEntry).toMatchObject({ listId: 'list', state: 'UNREAD' });
      expect(story.entriesOf('TASK_ENQUEUED').at(-1)?.data).toMatchObject({
        routingMode: 'PULL',
        listId: 'list',
      });
    });

    it.each([
      ['an agent is here', () => anActiveStory(someSettings(), noHooks)],
      [
        'there is neither queue nor list',
        () => aCreatedStory(someSettings({ queueId: null }), noHooks),
      ],
    ])('nothing when %s', (_why, make) => {
      const story = make();
      const tasks = story.state.tasks.length;
      story.customerWrites();
      expect(story.state.tasks).toHaveLength(tasks);
    });

    it('nothing when the bot has answered before its hook gave up', () => {
      const story = new Story(someSettings(), {
        CUSTOMER_MESSAGE: (it, event) => {
          it.botSays();
          it.apply({ type: 'controllerDefault', event });
        },
      });
      story.customerWrites();
      expect(story.waiting).toBeUndefined();
    });
  });

  it('CHANNEL_SESSION_EXPIRED: that session ends with INACTIVITY', () => {
    const story = new Story(someSettings(), noHooks);
    story.startSession();
    story.wait(599).startSession({}, whatsAppSettings());
    story.wait(1);
    expect(story.session('web').endReason).toBe('INACTIVITY');
    expect(story.session('wa').state).toBe('STARTED');
  });

  it('AGENT_REQUESTED: as asked; a hook may ask for something else', () => {
    const story = aCreatedStory(someSettings(), {
      CUSTOMER_MESSAGE: quiet,
      AGENT_REQUESTED: (it, event) => {
        if (event.type !== 'AGENT_REQUESTED') return;
        const request = { ...event.request, queueId: 'vip', priority: 9 };
        it.apply({ type: 'controllerDefault', event: { ...event, request } });
      },
    });
    const asked = story.request('requestAgent', {
      actor: bot(),
      queueId: 'support',
      agentId: null,
      priority: null,
      attributes: {},
      ttlSeconds: null,
      note: null,
    });
    expect(story.waiting).toMatchObject({ queueId: 'vip', priority: 9 });
    expect(asked.result?.taskId).toBe(story.waiting?.id);
  });

  it.each([
    ['AGENT_SUBSCRIBED', (s: Story) => s.joins('a1'), 'agentJoined'],
    [
      'AGENT_UNSUBSCRIBED',
      (s: Story) => {
        s.joins('a1');
        s.leaves('a1');
      },
      'agentLeft',
    ],
    [
      'NO_AGENT_AVAILABLE',
      (s: Story) => {
        s.findAgent();
        s.wait(300);
      },
      'noAgentAvailable',
    ],
    [
      'OUT_OF_HOURS',
      (s: Story) => s.findAgent({}, { outOfHours: { calendarId: 'c', opensAt: null } }),
      'outOfHours',
    ],
    [
      'CONVERSATION_PAUSED',
      (s: Story) => {
        s.joins('a1');
        s.holds('a1');
      },
      'hold',
    ],
    [
      'CONVERSATION_RESUMED',
      (s: Story) => {
        s.joins('a1');
        s.holds('a1');
        s.resumes('a1');
      },
      'resume',
    ],
  ] as const)('%s: its notice', (_event, act, notice) => {
    const story = aCreatedStory(loud);
    act(story);
    expect(notices(story).at(-1)).toBe(notice);
  });

  it('AGENT_SLA_EXPIRED: all agents are removed and another is looked for', () => {
    const story = anActiveStory().wait(120);
    expect(story.role('a1')).toBeNull();
    expect(story.waiting).toMatchObject({ priority: 11 });
  });

  it.each([
    ['HANDOFF', (s: Story) => s.waiting?.queueId, 'support'],
    ['TEXT', (s: Story) => notices(s).at(-1), 'botFailure'],
    ['CLOSE', (s: Story) => s.session().endReason, 'FORCE_CLOSED'],
  ] as const)('BOT_FAILED and BOT_TIMEOUT: %s', (onBotFailure, look, expected) => {
    for (const timedOut of [true, false]) {
      const story = aCreatedStory({ ...loud, onBotFailure });
      story.apply({ type: 'botFailed', botId: 'greeter', reason: 'network', timedOut });
      expect(story.entriesOf(timedOut ? 'BOT_TIMEOUT' : 'BOT_FAILED')).toHaveLength(1);
      expect(look(story)).toBe(expected);
    }
  });

  it('everything else: nothing', () => {
    const { state } = anActiveStory(loud);
    const events: ControllerEvent[] = [
      { type: 'CHANNEL_SESSION_STARTED', sessionId: 's' },
      { type: 'CHANNEL_SESSION_ENDED', sessionId: 's', reason: 'CUSTOMER' },
      { type: 'DELIVERY', messageId: 'm', state: 'READ', reasonCode: null },
      { type: 'AGENT_RESERVED', agentId: 'a1', taskId: 't' },
      { type: 'TASK_WRAP_UP', agentId: 'a1', taskId: 't' },
      { type: 'PARTICIPANT_ROLE_CHANGED', participantId: 'a1', from: 'PRIMARY', to: 'WRAP_UP' },
      { type: 'REMINDER_FIRED', name: 'r', data: null },
      { type: 'CLOSING' },
    ];
    expect(events.flatMap((event) => defaultActions(state, event))).toEqual([]);
  });

  it('a notice outside the reply window is recorded as FAILED and dropped', () => {
    const wa = whatsAppSettings({
      notices: someNotices({ agentJoined: 'Hello' }),
      maxLifeSeconds: 31_536_000,
      customerInactivityTimeoutSeconds: 2_592_000,
    });
    const story = new Story(wa);
    story.customerWrites();
    story.botSays();
    story.wait(86_400).joins('a1');
    expect(notices(story)).toEqual([]);
    expect(story.entriesOf('MESSAGE_DELIVERY_NOTIFICATION').map(({ data }) => data)).toEqual([
      expect.objectContaining({
        state: 'FAILED',
        reasonCode: 'SESSION_WINDOW_CLOSED',
        notice: 'agentJoined',
      }),
    ]);
  });

  it('nothing of it happens once the conversation is closing', () => {
    const story = aCreatedStory(loud);
    story.forceClose();
    const { state } = story;
    story.apply({ type: 'controllerDefault', event: { type: 'CONVERSATION_STARTED' } });
    expect(story.state).toEqual(state);
  });
});

describe('actions (domain.md 7.2)', () => {
  it.each([
    ['a session id', (s: Story) => s.session('wa').id, ['wa']],
    ['latest', () => 'latest', ['wa']],
    ['all', () => 'all', ['web', 'wa']],
    ['a channel type', () => 'WEB', ['web']],
    ['event', () => 'event', ['web']],
    ['nothing that is there', () => 'SMS', []],
  ] as const)('REMOVE_CHANNEL_SESSION %s', (_what, selector, ended) => {
    const story = aCreatedStory();
    story.startSession({}, whatsAppSettings());
    story.customerWrites('Hi', whatsAppSettings());
    const event = { type: 'CHANNEL_SESSION_EXPIRED', sessionId: story.session('web').id } as const;
    const action = { type: 'REMOVE_CHANNEL_SESSION', selector: selector(story) } as const;
    story.apply({ type: 'action', action, by: { botId: 'greeter', epoch: 1 }, event });
    const gone = story.state.sessions.filter(({ state }) => state === 'ENDED');
    expect(gone.map(({ channelId }) => channelId)).toEqual(ended);
    for (const { endReason } of gone) expect(endReason).toBe('FORCE_CLOSED');
  });

  it('slots: set, deleted by null, at most 50', () => {
    const story = aCreatedStory();
    story.act({ type: 'SET_SLOT', set: { a: 1, b: { c: ['d'] } } });
    story.act({ type: 'SET_SLOT', set: { a: null } });
    expect(story.state.slots).toEqual({ b: { c: ['d'] } });
    const many = Object.fromEntries(Array.from({ length: 50 }, (_, n) => [`k${n}`, n]));
    expect(story.act({ type: 'SET_SLOT', set: many }).refused?.code).toBe('VALIDATION_FAILED');
    const big = story.act({ type: 'SET_SLOT', set: { big: 'x'.repeat(16_384) } });
    expect(big.refused?.code).toBe('VALIDATION_FAILED');
  });

  it('reminders: the same name replaces, 20 at most, cancelled and dropped at CLOSING', () => {
    const story = aCreatedStory();
    const remind = (name: string, delaySeconds = 60) =>
      story.act({ type: 'SCHEDULE_REMINDER', name, delaySeconds });
    for (let n = 0; n < 20; n += 1) remind(`r${n}`);
    expect(remind('one-more').refused?.code).toBe('CONFLICT');
    expect(remind('r0', 90).refused).toBeUndefined();
    expect(story.left('reminder:r0')).toBe(90);
    expect(remind('r1', 0).refused?.code).toBe('VALIDATION_FAILED');
    expect(remind('r1', 604_801).refused?.code).toBe('VALIDATION_FAILED');
    story.act({ type: 'CANCEL_REMINDER', name: 'r0' });
    expect(story.runs('reminder:r0')).toBe(false);
    story.forceClose();
    expect(story.state.reminders).toEqual({});
    expect(Object.keys(story.state.deadlines)).toEqual(['closing']);
  });

  it("some are the controller's alone", () => {
    const story = anActiveStory();
    const by = { botId: 'greeter', epoch: 2 };
    for (const action of [
      { type: 'CHANGE_PARTICIPANT_ROLE', agentId: 'a1', role: 'PRIMARY' },
      { type: 'REMOVE_ALL_AGENTS', reason: 'REMOVED' },
      { type: 'ASSIGN_BOT', botId: 'helper' },
      { type: 'REVOKE_BOT', botId: 'greeter' },
    ] as const) {
      expect(story.act(action, by).refused?.code).toBe('FORBIDDEN');
      expect(story.act(action).refused).toBeUndefined();
    }
  });

  it('a bot that is revoked loses control', () => {
    const story = aCreatedStory();
    story.act({ type: 'REVOKE_BOT', botId: 'greeter' });
    expect(story.state.control).toMatchObject({ holder: 'CONTROLLER', epoch: 2 });
    expect(story.role('greeter')).toBeNull();
  });

  it('CANCEL_RESOURCE ends the request; the dialogue hears why', () => {
    const story = aCreatedStory();
    const task = story.findAgent();
    story.act({ type: 'CANCEL_RESOURCE' }, { botId: 'greeter', epoch: 1 });
    expect(story.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'BOT' });
    expect(story.effects).toContainEqual({
      type: 'requestSettled',
      taskId: task?.id,
      outcome: 'cancelled',
      reason: 'BOT',
    });
    const { state } = story;
    story.act({ type: 'CANCEL_RESOURCE' });
    expect(story.state).toEqual(state);
  });

  it('the last word: onClosing speaks on sessions that have not ended, and does nothing else', () => {
    const story = aCreatedStory();
    story.act({ type: 'END_CONVERSATION' });
    const say = (event: ControllerEvent | null) =>
      story.apply({
        type: 'action',
        action: { type: 'SEND_MESSAGE', body: text('Goodbye') },
        by: { botId: 'greeter', epoch: 1 },
        event,
      });
    expect(say({ type: 'CLOSING' }).entries.map(({ entry }) => entry.type)).toEqual([
      'BOT_MESSAGE',
    ]);
    expect(say(null).refused?.code).toBe('ILLEGAL_STATE');
    const event = { type: 'CLOSING' } as const;
    const action = { type: 'FIND_AGENT' } as const;
    const by = { botId: 'greeter', epoch: 1 };
    expect(story.apply({ type: 'action', action, by, event }).refused?.code).toBe('ILLEGAL_STATE');
    story.apply({ type: 'closingProceeds' });
    expect(say({ type: 'CLOSING' }).refused?.code).toBe('ILLEGAL_STATE');
  });

  it('the loop guard: after ten bot messages BOT_FAILED, and silence until the customer writes', () => {
    const story = aCreatedStory();
    for (let n = 0; n < 10; n += 1) expect(story.botSays().refused).toBeUndefined();
    expect(story.entriesOf('BOT_FAILED').map(({ data }) => data)).toEqual([
      { botId: 'greeter', reason: 'MAX_TURNS' },
    ]);
    expect(story.waiting).toBeDefined();
    expect(story.botSays().refused?.code).toBe('ILLEGAL_STATE');
    expect(story.entriesOf('BOT_FAILED')).toHaveLength(1);
    story.customerWrites();
    expect(story.botSays().refused).toBeUndefined();
  });

  it('each message of a burst that is given to the bot begins a new count', () => {
    const story = aCreatedStory();
    for (let n = 0; n < 25; n += 1) story.customerWrites();
    for (let n = 0; n < 25; n += 1) {
      story.apply({ type: 'messageHanded' });
      expect(story.botSays().refused).toBeUndefined();
    }
    expect(story.entriesOf('BOT_FAILED')).toEqual([]);
  });

  it('a suggestion is answered by a PRIMARY agent', () => {
    const story = anActiveStory();
    story.act(
      { type: 'BOT_SUGGESTION', body: text('Try this'), replyTo: null },
      { botId: 'greeter', epoch: 2 },
    );
    const suggestion = story.entriesOf('BOT_SUGGESTION')[0];
    const answer = { suggestionId: suggestion?.id, action: 'USED' };
    expect(story.request('answerSuggestion', { actor: agent('a2'), ...answer }).refused?.code).toBe(
      'FORBIDDEN',
    );
    story.request('answerSuggestion', { actor: agent('a1'), ...answer });
    expect(story.entries.at(-1)).toMatchObject({
      type: 'BOT_SUGGESTION',
      data: { suggestionId: suggestion?.id, botId: 'greeter', answer: 'USED' },
    });
    const unknown = { actor: agent('a1'), suggestionId: 'evt_0', action: 'USED' };
    expect(story.request('answerSuggestion', unknown).refused?.code).toBe('NOT_FOUND');
  });

  it('a hook that failed is recorded', () => {
    const story = aCreatedStory();
    story.apply({ type: 'hookFailed', hook: 'onCustomerMessage', error: 'boom', botId: 'greeter' });
    expect(story.entries.at(-1)?.data).toEqual({
      hook: 'onCustomerMessage',
      error: 'boom',
      botId: 'greeter',
    });
  });
});
