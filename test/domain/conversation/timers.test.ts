import {
  DEADLINE_ORDER,
  nextDeadline,
  passedDeadlines,
} from '../../../domain/conversation/deadlines';
import { addSeconds } from '../../../domain/conversation/time';
import {
  aConversation,
  aCreatedStory,
  agent,
  anActiveStory,
  quiet,
  Story,
  someSettings,
  T0,
  text,
  voiceSettings,
  whatsAppSettings,
} from '../../support/conversations';

const CHANNELS = { web: someSettings(), wa: whatsAppSettings(), phone: voiceSettings() };

/** Seconds left of agent SLA and of the customer's time on web, wa and phone; null = stopped, - = no such session. */
function timers(story: Story) {
  const left = (name: string) => (story.runs(name) ? story.left(name) : null);
  const of = (channelId: string) => {
    const session = story.state.sessions.findLast((it) => it.channelId === channelId);
    return session ? left(`customerInactivity:${session.id}`) : '-';
  };
  return { aSLA: left('agentSla'), web: of('web'), wa: of('wa'), phone: of('phone') };
}
function calls(story: Story, event: 'STARTED' | 'ENDED' = 'STARTED') {
  return story.customerWrites({ type: 'VOICE', callId: 'c1', event }, CHANNELS.phone);
}
/** ACTIVE, nothing owed, sessions on web and WhatsApp, 10 s later. */
function answered(): Story {
  const story = anActiveStory();
  story.startSession({}, CHANNELS.wa);
  story.agentSays('a1');
  return story.wait(10);
}

/** domain.md 5.2, a case or more for each row. Agent SLA is 120 s, customer inactivity 600 s, on a call 14,400 s. */
describe('customer inactivity and agent SLA', () => {
  it.each([
    [
      'CHANNEL_SESSION_STARTED, non-voice: start for it',
      () => anActiveStory(),
      (s: Story) => s.startSession({}, CHANNELS.wa),
      { aSLA: 120, web: null, wa: 600, phone: '-' },
    ],
    [
      'CHANNEL_SESSION_STARTED, voice: aSLA stops, start for it, all others stop',
      () => {
        const story = anActiveStory();
        story.startSession({}, CHANNELS.wa);
        return story;
      },
      (s: Story) => calls(s),
      { aSLA: null, web: null, wa: null, phone: 14_400 },
    ],
    [
      'call leg event: restart for the voice session',
      () => {
        const story = anActiveStory();
        calls(story);
        return story.wait(100);
      },
      (s: Story) => calls(s, 'ENDED'),
      { aSLA: null, web: null, wa: '-', phone: 14_400 },
    ],
    [
      'TASK_ENQUEUED, A = 0: stop all',
      () => {
        const story = aCreatedStory();
        story.startSession({}, CHANNELS.wa);
        return story;
      },
      (s: Story) => s.findAgent(),
      { aSLA: null, web: null, wa: null, phone: '-' },
    ],
    [
      'TASK_ENQUEUED, A > 0 (a WARM transfer): nothing',
      answered,
      (s: Story) => s.transfers('a1', { queueId: 'billing' }, 'WARM'),
      { aSLA: null, web: 590, wa: 590, phone: '-' },
    ],
    [
      'an agent becomes PRIMARY: aSLA restarts, cSLA stops',
      answered,
      (s: Story) => s.joins('a2'),
      { aSLA: 120, web: null, wa: null, phone: '-' },
    ],
    [
      'a promotion restarts the running aSLA',
      () => {
        const story = anActiveStory();
        story.joins('a2', 'ASSISTANT');
        return story.wait(50);
      },
      (s: Story) => s.request('changeRole', { actor: agent('a1'), agentId: 'a2', role: 'PRIMARY' }),
      { aSLA: 120, web: null, wa: '-', phone: '-' },
    ],
    [
      'an ASSISTANT or OBSERVER who joins: nothing',
      () => anActiveStory().wait(50),
      (s: Story) => {
        s.joins('a2', 'ASSISTANT');
        s.joins('sup', 'OBSERVER', true);
      },
      { aSLA: 70, web: null, wa: '-', phone: '-' },
    ],
    [
      'the last PRIMARY leaves, no open request: aSLA stops, cSLA starts for all',
      () => {
        const story = anActiveStory();
        story.startSession({}, CHANNELS.wa);
        return story.wait(10);
      },
      (s: Story) => s.leaves('a1'),
      { aSLA: null, web: 600, wa: 590, phone: '-' },
    ],
    [
      'the last PRIMARY turns WRAP_UP: the same',
      () => anActiveStory(someSettings({ wrapUp: { enabled: true, seconds: 60, formId: null } })),
      (s: Story) => s.leaves('a1'),
      { aSLA: null, web: 600, wa: '-', phone: '-' },
    ],
    [
      'the last PRIMARY leaves, request open: stop all',
      answered,
      (s: Story) => s.transfers('a1', { queueId: 'billing' }),
      { aSLA: null, web: null, wa: null, phone: '-' },
    ],
    [
      'the last PRIMARY is requeued: stop all',
      answered,
      (s: Story) => s.leaves('a1', 'LOGOUT'),
      { aSLA: null, web: null, wa: null, phone: '-' },
    ],
    [
      'CHANNEL_SESSION_ENDED, others are there: stop for it',
      answered,
      (s: Story) => s.endSession('wa'),
      { aSLA: null, web: 590, wa: null, phone: '-' },
    ],
    [
      'CHANNEL_SESSION_ENDED, the last: aSLA stops',
      () => anActiveStory(),
      (s: Story) => s.endSession(),
      { aSLA: null, web: null, wa: '-', phone: '-' },
    ],
    [
      'the last voice session ends: aSLA starts when owed, the remaining start',
      () => {
        const story = anActiveStory();
        calls(story);
        return story.wait(50);
      },
      (s: Story) => s.endSession('phone'),
      { aSLA: 120, web: 600, wa: '-', phone: null },
    ],
    [
      'CUSTOMER_MESSAGE, A > 0: aSLA starts, stop for its session, the others start',
      () => {
        const story = answered();
        story.customerWrites('Hi', CHANNELS.wa);
        return story.wait(20);
      },
      (s: Story) => s.customerWrites(),
      { aSLA: 100, web: null, wa: 600, phone: '-' },
    ],
    [
      'CUSTOMER_MESSAGE, A = 0: no aSLA',
      () => aCreatedStory(),
      (s: Story) => s.customerWrites(),
      { aSLA: null, web: null, wa: '-', phone: '-' },
    ],
    [
      'AGENT_MESSAGE: aSLA stops, restart all',
      () => {
        const story = answered();
        story.customerWrites();
        return story;
      },
      (s: Story) => s.agentSays('a1'),
      { aSLA: null, web: 600, wa: 600, phone: '-' },
    ],
    [
      'BOT_MESSAGE, nothing owed: start for its session, a running one goes on',
      () => {
        const story = aCreatedStory();
        story.startSession({}, CHANNELS.wa);
        return story.wait(10);
      },
      (s: Story) => {
        s.botSays('Hi', s.session('web').id);
        s.botSays('Hi', s.session('wa').id);
      },
      { aSLA: null, web: 600, wa: 590, phone: '-' },
    ],
    [
      'SYSTEM_MESSAGE while an answer is owed: nothing',
      () => anActiveStory(),
      (s: Story) => s.act({ type: 'NOTICE', notice: 'agentJoined', text: 'Here we are' }),
      { aSLA: 120, web: null, wa: '-', phone: '-' },
    ],
    [
      'a turn ends without a message: start for the latest session',
      () => {
        const story = aCreatedStory();
        story.startSession({}, CHANNELS.wa);
        story.customerWrites('Hi', CHANNELS.wa);
        return story.wait(10);
      },
      (s: Story) => s.apply({ type: 'turnEnded' }),
      { aSLA: null, web: 590, wa: 600, phone: '-' },
    ],
    [
      'a turn ends without a message while an answer is owed: nothing',
      () => anActiveStory(),
      (s: Story) => s.apply({ type: 'turnEnded' }),
      { aSLA: 120, web: null, wa: '-', phone: '-' },
    ],
    [
      '`ask` opened: suspended for its session',
      () => {
        const story = aCreatedStory();
        story.startSession({}, CHANNELS.wa);
        story.botSays();
        return story;
      },
      (s: Story) => {
        s.apply({ type: 'askOpened', sessionId: s.session('web').id, questionSeq: 9 });
        s.botSays('More', s.session('web').id);
      },
      { aSLA: null, web: null, wa: 600, phone: '-' },
    ],
    [
      '`ask` settled: start for it',
      () => {
        const story = aCreatedStory();
        story.apply({ type: 'askOpened', sessionId: story.session().id, questionSeq: 9 });
        return story;
      },
      (s: Story) => s.apply({ type: 'askSettled' }),
      { aSLA: null, web: 600, wa: '-', phone: '-' },
    ],
    ...(['NO_AGENT_AVAILABLE', 'CANCELLED', 'FORCE_CLOSED'] as const).map(
      (reason) =>
        [
          `a request ends ${reason}, A = 0: start all`,
          () => {
            const story = aCreatedStory();
            story.startSession({}, CHANNELS.wa);
            story.findAgent();
            return story.wait(10);
          },
          (s: Story) => s.routing({ type: 'CLOSED', reason, detail: null }),
          { aSLA: null, web: 600, wa: 600, phone: '-' },
        ] as const,
    ),
    [
      'a request out of hours: start all',
      () => aCreatedStory(),
      (s: Story) => s.findAgent({}, { outOfHours: { calendarId: 'cal', opensAt: null } }),
      { aSLA: null, web: 600, wa: '-', phone: '-' },
    ],
    [
      'CONVERSATION_PAUSED: stop all',
      answered,
      (s: Story) => s.holds('a1'),
      { aSLA: null, web: null, wa: null, phone: '-' },
    ],
    [
      'while held nothing starts',
      () => {
        const story = answered();
        story.holds('a1');
        return story;
      },
      (s: Story) => {
        s.customerWrites();
        s.startSession({ customerIdentifier: 'other' }, CHANNELS.wa);
        s.apply({ type: 'turnEnded' });
      },
      { aSLA: null, web: null, wa: null, phone: '-' },
    ],
    [
      'CONVERSATION_RESUMED, owed: aSLA in full',
      () => {
        const story = anActiveStory().wait(50);
        story.holds('a1');
        return story;
      },
      (s: Story) => s.resumes('a1'),
      { aSLA: 120, web: null, wa: '-', phone: '-' },
    ],
    [
      'CONVERSATION_RESUMED, not owed: start all',
      () => {
        const story = answered();
        story.holds('a1');
        return story;
      },
      (s: Story) => s.resumes('a1'),
      { aSLA: null, web: 600, wa: 600, phone: '-' },
    ],
    [
      'RESET_AGENT_SLA: restart',
      () => anActiveStory().wait(100),
      (s: Story) => s.request('answerSla', { actor: agent('a1'), answer: 'STAY' }),
      { aSLA: 120, web: null, wa: '-', phone: '-' },
    ],
    [
      'wrap-up, note, whisper, suggestion, data change, receipt, label: nothing',
      answered,
      (s: Story) => {
        s.wrapsUp('a1');
        s.request('addNote', { actor: agent('a1'), kind: 'NOTE', text: 'x' });
        s.request('addNote', { actor: agent('a1'), kind: 'WHISPER', text: 'x' });
        s.request('updateData', { actor: agent('a1'), set: { a: 1 } });
        s.request('suggest', {
          actor: { type: 'BOT', id: 'greeter', name: null },
          suggestionId: 'evt_s',
          body: text('x'),
          replyTo: null,
        });
        const { conversationId } = s.state;
        const receipt = {
          conversationId,
          messageId: 'm',
          state: 'READ',
          reasonCode: null,
        } as const;
        s.apply({ type: 'deliveryReceipt', receipt });
      },
      { aSLA: null, web: 590, wa: 590, phone: '-' },
    ],
    [
      'no agent SLA without a duration',
      () =>
        aCreatedStory(someSettings({ queue: { agentSlaSeconds: null, reservationSeconds: 20 } })),
      (s: Story) => s.joins('a1'),
      { aSLA: null, web: null, wa: '-', phone: '-' },
    ],
    [
      'on a call the voice time owns ACTIVE even if a request was open when it began',
      () => {
        const pull = { routingMode: 'PULL', queueId: null, listId: 'list' } as const;
        const story = new Story(someSettings(pull));
        story.customerWrites();
        story.findAgent();
        calls(story);
        return story;
      },
      (s: Story) => s.joins('a1'),
      { aSLA: null, web: null, wa: '-', phone: 14_400 },
    ],
  ] as const)('%s', (_row, make, act, after) => {
    const story = make();
    act(story);
    expect(timers(story)).toEqual(after);
  });

  it('K6: a chat that waits is overtaken by the call', () => {
    const story = aCreatedStory();
    story.findAgent();
    calls(story);
    expect(story.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'CALL' });
    expect(timers(story)).toMatchObject({ web: null, phone: 14_400 });
  });

  it('expiresAt follows the timer', () => {
    const story = aCreatedStory();
    story.botSays();
    expect(story.left(`customerInactivity:${story.session().id}`)).toBe(600);
  });
});

describe('agent SLA (domain.md 5.3)', () => {
  const thresholds = [
    { percent: 50, action: 'WARNING' },
    { percent: 75, action: 'CRITICAL' },
    { percent: 90, action: 'PROMPT' },
  ] as const;
  const settings = someSettings({
    queue: { agentSlaSeconds: 120, reservationSeconds: 20, agentSlaThresholds: thresholds },
  });

  it('tells thresholds to the desks only, once each', () => {
    const story = anActiveStory(settings);
    const { lastSeq } = story.state;
    const told = () =>
      story.effects.flatMap((effect) => (effect.type === 'notifyAgents' ? [effect.kind] : []));
    story.wait(59);
    expect(told()).toEqual([]);
    story.wait(1);
    expect(told()).toEqual(['SLA_WARNING']);
    story.wait(48);
    expect(told()).toEqual(['SLA_WARNING', 'SLA_CRITICAL', 'SLA_PROMPT']);
    expect(story.state.lastSeq).toBe(lastSeq);
    expect(story.left('agentSla')).toBe(12);
  });

  it('STAY starts it again, LEAVE leaves; nothing runs: ILLEGAL_STATE', () => {
    const story = anActiveStory(settings).wait(110);
    story.request('answerSla', { actor: agent('a1'), answer: 'STAY' });
    expect(story.types().at(-1)).toBe('RESET_AGENT_SLA');
    expect(story.left('agentSla')).toBe(120);
    story.agentSays('a1');
    const stay = { actor: agent('a1'), answer: 'STAY' };
    expect(story.request('answerSla', stay).refused?.code).toBe('ILLEGAL_STATE');
    story.request('answerSla', { actor: agent('a1'), answer: 'LEAVE' });
    expect(story.state.state).toBe('INACTIVE');
  });

  it('at 100 the controller removes all agents and the conversation is requeued', () => {
    const story = anActiveStory(settings).wait(120);
    expect(story.types()).toContain('AGENT_SLA_EXPIRED');
    expect(story.task(1)).toMatchObject({ closeReason: 'RESPONSE_TIMEOUT', closeDetail: 'SLA' });
    expect(story.waiting).toMatchObject({ priority: 11, avoidAgentIds: ['a1'] });
  });

  it('a hook that keeps the agents has the time in full again', () => {
    const story = anActiveStory(settings, { CUSTOMER_MESSAGE: quiet, AGENT_SLA_EXPIRED: quiet });
    story.wait(120);
    expect(story.role('a1')).toBe('PRIMARY');
    expect(story.left('agentSla')).toBe(120);
  });

  it('is that of the agent who became PRIMARY last', () => {
    const story = anActiveStory();
    story.transfers('a1', { queueId: 'billing' }, 'WARM');
    story.routing({
      type: 'ACCEPTED',
      agent: { agentId: 'a2', name: null, supervisor: false },
      agentSla: { seconds: 30, thresholds: [] },
    });
    expect(story.left('agentSla')).toBe(30);
  });
});

describe('agent idle', () => {
  it.each([
    ['message', (s: Story) => s.agentSays('a1')],
    ['note', (s: Story) => s.request('addNote', { actor: agent('a1'), kind: 'NOTE', text: 'x' })],
    [
      'whisper',
      (s: Story) => s.request('addNote', { actor: agent('a1'), kind: 'WHISPER', text: 'x' }),
    ],
    ['read', (s: Story) => s.apply({ type: 'agentActed', conversationId: 'cnv_1', agentId: 'a1' })],
    ['transfer', (s: Story) => s.transfers('a1', { queueId: 'billing' }, 'WARM')],
    ['consult', (s: Story) => s.consults('a1', { queueId: 'billing' })],
    [
      'resume',
      (s: Story) => {
        s.holds('a1');
        s.resumes('a1');
      },
    ],
  ] as const)('restarts at %s', (_act, act) => {
    const story = anActiveStory();
    expect(story.left('agentIdle:a1')).toBe(3600);
    story.wait(100);
    act(story);
    expect(story.left('agentIdle:a1')).toBe(3600);
  });

  it('does not restart by the customer or another agent, and stops on a call and in a hold', () => {
    const story = anActiveStory();
    story.joins('a2');
    story.wait(60);
    story.customerWrites();
    story.agentSays('a2');
    expect([story.left('agentIdle:a1'), story.left('agentIdle:a2')]).toEqual([3540, 3600]);
    calls(story);
    expect(story.runs('agentIdle:a1')).toBe(false);
    story.endSession('phone');
    expect(story.left('agentIdle:a1')).toBe(3600);
    story.holds('a1');
    expect(story.runs('agentIdle:a1')).toBe(false);
  });

  it('due: AGENT_IDLE, the agent leaves IDLE', () => {
    const story = anActiveStory(
      someSettings({ queue: { agentSlaSeconds: null, reservationSeconds: 20 } }),
    ).wait(3600);
    expect(story.entriesOf('AGENT_IDLE')).toHaveLength(1);
    expect(story.task(1)).toMatchObject({ closeReason: 'RESPONSE_TIMEOUT', closeDetail: 'IDLE' });
    expect(story.waiting).toMatchObject({ priority: 11 });
  });

  it('0 switches it off', () => {
    const story = anActiveStory(someSettings({ agentIdleSeconds: 0 }));
    expect(story.runs('agentIdle:a1')).toBe(false);
  });
});

describe('customer inactivity (domain.md 3.2)', () => {
  const thresholds = [
    { percent: 25, action: 'REMIND', text: 'Still there?' },
    { percent: 50, action: 'REMIND' },
    { percent: 80, action: 'END' },
  ] as const;

  it('REMIND says its text and does not restart; END expires at its percentage', () => {
    const story = new Story(someSettings({ customerInactivityThresholds: [...thresholds] }));
    story.startSession();
    expect(story.left(`customerInactivity:${story.session().id}`)).toBe(480);
    story.wait(150);
    expect(story.entriesOf('SYSTEM_MESSAGE')).toMatchObject([
      { body: text('Still there?'), data: { notice: 'REMINDER' } },
    ]);
    expect(story.left(`customerInactivity:${story.session().id}`)).toBe(330);
    story.wait(329);
    expect(story.session().state).toBe('STARTED');
    story.wait(1);
    expect(story.session()).toMatchObject({ state: 'ENDED', endReason: 'INACTIVITY' });
    expect(story.entriesOf('SYSTEM_MESSAGE')).toHaveLength(1);
  });

  it('a restart begins the thresholds anew', () => {
    const story = new Story(someSettings({ customerInactivityThresholds: [...thresholds] }));
    story.startSession();
    story.wait(200).customerWrites();
    story.botSays();
    story.wait(150);
    expect(story.entriesOf('SYSTEM_MESSAGE')).toHaveLength(2);
  });

  it('a hook that keeps the session has the time in full again', () => {
    const story = new Story(someSettings(), { CHANNEL_SESSION_EXPIRED: quiet });
    story.startSession();
    story.wait(600);
    expect(story.entriesOf('CHANNEL_SESSION_EXPIRED')).toHaveLength(1);
    expect(story.session().state).toBe('STARTED');
    expect(story.left(`customerInactivity:${story.session().id}`)).toBe(600);
  });
});

describe('deadlines (domain.md 5.1)', () => {
  it('equal due times fire in the order of the table, then by name', () => {
    const names = DEADLINE_ORDER.map((kind) => `${kind}:x`);
    const state = aConversation({
      deadlines: Object.fromEntries([...names].reverse().map((name) => [name, T0])),
    });
    expect(passedDeadlines(state, T0)).toEqual(names);
    const same = { 'wrapUp:b': T0, 'wrapUp:a': T0, 'reminder:a': T0, 'dialogue:1': T0 };
    expect(passedDeadlines(aConversation({ deadlines: same }), T0)).toEqual([
      'dialogue:1',
      'reminder:a',
      'wrapUp:a',
      'wrapUp:b',
    ]);
  });

  it('the earlier one first, whatever it is; none before its time', () => {
    const early = addSeconds(T0, -1);
    const state = aConversation({
      deadlines: { hold: T0, closing: early, maxLife: addSeconds(T0, 0.001) },
    });
    expect(passedDeadlines(state, T0)).toEqual(['closing', 'hold']);
    expect(nextDeadline(state)).toEqual({ name: 'closing', dueAt: early });
    expect(nextDeadline(aConversation({ deadlines: {} }))).toBeNull();
  });

  it('reminders and dialogue waits fire once', () => {
    const story = aCreatedStory();
    story.act({ type: 'SCHEDULE_REMINDER', name: 'call', delaySeconds: 60, data: { n: 1 } });
    story.apply({ type: 'dialogueWait', name: 'dialogue:1', seconds: 30 });
    story.apply({ type: 'botWait', botId: 'greeter', seconds: 10 });
    story.wait(60);
    expect(story.effects).toContainEqual({ type: 'dialogueDue', name: 'dialogue:1' });
    expect(story.effects).toContainEqual({ type: 'botResponseDue', botId: 'greeter' });
    expect(story.entriesOf('REMINDER_FIRED').map(({ data }) => data)).toEqual([
      { name: 'call', data: { n: 1 } },
    ]);
    expect(story.controllerEvents().at(-1)).toBe('REMINDER_FIRED');
    expect(Object.keys(story.state.reminders)).toEqual([]);
  });
});
