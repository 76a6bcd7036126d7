import type { SendMessage } from '../../../domain/conversation/acts';
import { addSeconds } from '../../../domain/conversation/time';
import type { MessageBody } from '../../../domain/message/schema';
import {
  aCreatedStory,
  agent,
  aMessage,
  anActiveStory,
  bot,
  joining,
  Story,
  someSettings,
  text,
  whatsAppSettings,
} from '../../support/conversations';

function sends(story: Story, change: Partial<SendMessage> = {}) {
  return story.request('sendMessage', {
    actor: agent('a1'),
    messageId: aMessage().messageId,
    channelSessionId: null,
    body: text('Hi'),
    replyTo: null,
    controlEpoch: null,
    sendAt: null,
    ...change,
  });
}

describe('outbound messages (domain.md 8.1)', () => {
  it("go to the given session, else the latest customer message's, else the latest STARTED", () => {
    const story = anActiveStory();
    const where = () => story.entriesOf('AGENT_MESSAGE').at(-1)?.channelSessionId;
    story.startSession({}, whatsAppSettings());
    sends(story);
    expect(where()).toBe(story.session('web').id);
    sends(story, { channelSessionId: story.session('wa').id });
    expect(where()).toBe(story.session('wa').id);
    story.endSession('web');
    sends(story);
    expect(where()).toBe(story.session('wa').id);
  });

  it.each([
    ['an unknown session', { channelSessionId: 'ses_0' }, 'NOT_FOUND'],
    [
      'a body that only customers send',
      { body: { type: 'CHOICE', choiceId: 'x' } as MessageBody },
      'VALIDATION_FAILED',
    ],
    ['a stranger', { actor: agent('a9') }, 'FORBIDDEN'],
    ['an operator', { actor: { type: 'OPERATOR', id: 'op', name: null } as const }, 'FORBIDDEN'],
    ['a bot without control', { actor: bot() }, 'ILLEGAL_STATE'],
  ] as const)('refused: %s', (_what, change, code) => {
    expect(sends(anActiveStory(), change).refused?.code).toBe(code);
  });

  it('refused on an ENDED session, and with none', () => {
    const story = anActiveStory();
    const channelSessionId = story.session().id;
    story.endSession();
    expect(sends(story, { channelSessionId }).refused?.code).toBe('ILLEGAL_STATE');
    expect(sends(story).refused?.code).toBe('ILLEGAL_STATE');
  });

  it('are sent where the channel sends; on a stream the entry is the delivery', () => {
    const story = anActiveStory();
    expect(sends(story).effects).toEqual([]);
    story.customerWrites('Hi', whatsAppSettings());
    const sent = sends(story);
    const { lastSeq: seq } = story.state;
    expect(sent.effects).toEqual([
      {
        type: 'send',
        messageId: sent.entries[0]?.entry.id,
        seq,
        sessionId: story.session('wa').id,
      },
    ]);
    expect(sent.result).toEqual({ seq, sessionId: story.session('wa').id });
  });

  it('a repeat gets the first answer and adds nothing', () => {
    const story = anActiveStory();
    const first = sends(story, { messageId: 'msg_once' });
    const { state } = story;
    expect(sends(story, { messageId: 'msg_once' }).result?.seq).toBe(first.result?.seq);
    expect(story.state).toEqual(state);
  });

  it("replyTo takes our id or the provider's, an unknown one is kept", () => {
    const story = anActiveStory();
    const asked = story.entriesOf('CUSTOMER_MESSAGE')[0];
    const replyTo = (target: string) => sends(story, { replyTo: target }).entries[0]?.entry.replyTo;
    expect(replyTo(asked?.id ?? '')).toBe(asked?.id);
    expect(replyTo(asked?.providerMessageId ?? '')).toBe(asked?.id);
    expect(replyTo('somewhere')).toBe('somewhere');
  });

  it('outside the window: refused before anything is recorded', () => {
    const story = new Story(
      whatsAppSettings({
        customerInactivityTimeoutSeconds: 2_592_000,
        agentIdleSeconds: 0,
        queue: null,
      }),
    );
    story.customerWrites();
    story.joins('a1');
    story.wait(86_400);
    expect(sends(story).refused?.code).toBe('SESSION_WINDOW_CLOSED');
    const template: MessageBody = { type: 'TEMPLATE', name: 'hello', language: 'en' };
    expect(sends(story, { body: template }).refused).toBeUndefined();
    story.customerWrites();
    expect(sends(story).refused).toBeUndefined();
  });

  it('the first answer of an agent is timed from the first hand-over', () => {
    const story = anActiveStory();
    story.wait(42);
    sends(story);
    story.wait(10);
    sends(story);
    expect(story.state.firstAgentResponseSeconds).toBe(42);
  });

  it('counts by kind', () => {
    const story = aCreatedStory();
    story.botSays();
    story.joins('a1');
    sends(story);
    story.act({ type: 'NOTICE', notice: 'agentJoined', text: 'Hello' });
    expect(story.state.counters).toMatchObject({
      messages: 4,
      customerMessages: 1,
      botMessages: 1,
      agentMessages: 1,
    });
  });
});

describe('scheduled messages', () => {
  const later = (story: Story, change: Partial<SendMessage> = {}) =>
    sends(story, { messageId: 'msg_later', sendAt: addSeconds(story.now, 60), ...change });

  it('go out at their time, as the agent who wrote them', () => {
    const story = anActiveStory();
    expect(later(story).result).toBeUndefined();
    expect(story.left('scheduled:msg_later')).toBe(60);
    story.wait(60);
    expect(story.entries.at(-1)).toMatchObject({
      type: 'AGENT_MESSAGE',
      id: 'msg_later',
      actor: { id: 'a1' },
    });
    expect(story.state.scheduled).toEqual({});
  });

  it('fail with their reason when their author may no longer write', () => {
    const story = anActiveStory();
    later(story);
    story.leaves('a1');
    story.wait(60);
    expect(story.entries.at(-1)).toMatchObject({
      type: 'MESSAGE_DELIVERY_NOTIFICATION',
      data: { messageId: 'msg_later', state: 'FAILED', reasonCode: 'FORBIDDEN' },
    });
  });

  it('fail when the conversation ends', () => {
    const story = anActiveStory();
    later(story);
    story.forceClose();
    expect(story.entriesOf('MESSAGE_DELIVERY_NOTIFICATION').at(-1)?.data).toMatchObject({
      messageId: 'msg_later',
      reasonCode: 'CONVERSATION_ENDED',
    });
  });

  it('end a hold when they go out', () => {
    const story = anActiveStory();
    later(story);
    story.holds('a1', 300);
    story.wait(60);
    expect(story.state.state).toBe('ACTIVE');
  });

  it('lie within the longest life, are few and not too large; the past is now', () => {
    const story = anActiveStory();
    expect(later(story, { sendAt: addSeconds(story.now, 604_801) }).refused?.code).toBe(
      'VALIDATION_FAILED',
    );
    expect(later(story, { sendAt: story.now }).result?.seq).toBeDefined();
    for (let n = 0; n < 20; n += 1)
      expect(later(story, { messageId: `m${n}` }).refused).toBeUndefined();
    expect(later(story, { messageId: 'one-more' }).refused?.code).toBe('CONFLICT');
    expect(later(story, { messageId: 'm0' }).refused).toBeUndefined();
    const other = anActiveStory();
    later(other, { body: text('x'.repeat(32_000)) });
    later(other, { messageId: 'b', body: text('x'.repeat(32_000)) });
    expect(later(other, { messageId: 'c', body: text('x'.repeat(32_000)) }).refused?.code).toBe(
      'CONFLICT',
    );
  });
});

describe('outbound start into an open conversation (domain.md 2.1)', () => {
  const start = (story: Story, by: string | null, settings = whatsAppSettings()) =>
    story.apply({
      type: 'startOutbound',
      start: {
        actor: by ? agent(by) : bot('campaign'),
        agent: by ? joining(by) : null,
        channelId: settings.channelId,
        customerIdentifier: 'visitor',
        messageId: aMessage().messageId,
        body: text('Good morning'),
      },
      settings,
    });

  it('the message goes into it, on the given channel; the agent is PRIMARY with a task OUTBOUND', () => {
    const story = aCreatedStory();
    story.findAgent();
    start(story, 'a1');
    expect(story.session('wa')).toMatchObject({ state: 'STARTED', direction: 'OUTBOUND' });
    expect(story.entries.at(-2)).toMatchObject({
      type: 'AGENT_MESSAGE',
      channelSessionId: story.session('wa').id,
    });
    expect(story.task(1).closeDetail).toBe('JOINED');
    expect(story.task(2).direction).toBe('OUTBOUND');
    start(story, 'a1');
    expect(story.state.tasks).toHaveLength(2);
    expect(story.state.sessions).toHaveLength(2);
  });

  it('a bot needs control', () => {
    expect(start(aCreatedStory(), null).refused?.code).toBe('ILLEGAL_STATE');
  });

  it('an agent starts for nobody else', () => {
    const story = aCreatedStory();
    const refused = story.apply({
      type: 'startOutbound',
      start: {
        actor: agent('a1'),
        agent: joining('a2'),
        channelId: 'wa',
        customerIdentifier: 'v',
        messageId: 'm',
        body: text('x'),
      },
      settings: whatsAppSettings(),
    });
    expect(refused.refused?.code).toBe('FORBIDDEN');
  });
});

describe("written in the provider's own inbox (connectors.md 6)", () => {
  const elsewhere = (story: Story, change: object = {}) =>
    story.apply({
      type: 'sentElsewhere',
      message: {
        channelId: 'wa',
        customerIdentifier: 'visitor',
        eventKey: 'k1',
        messageId: 'msg_e1',
        providerMessageId: 'm_9',
        body: text('We are open'),
        sentAt: '2026-03-08T19:27:04.000Z',
        ...change,
      },
    });
  const aWhatsAppStory = () => {
    const story = anActiveStory();
    story.customerWrites('Hi', whatsAppSettings());
    return story;
  };

  it('is an agent’s message of nobody by name, and is not sent again', () => {
    const story = aWhatsAppStory();
    const before = story.state.counters.agentMessages;
    const { effects, entries } = elsewhere(story);
    expect(entries[0]).toMatchObject({
      channelId: 'wa',
      eventKey: 'k1',
      entry: {
        type: 'AGENT_MESSAGE',
        id: 'msg_e1',
        actor: { type: 'APP', id: 'provider-inbox', name: null },
        body: text('We are open'),
        providerMessageId: 'm_9',
        sentAt: '2026-03-08T19:27:04.000Z',
        channelSessionId: story.session('wa').id,
      },
    });
    expect(effects.filter(({ type }) => type === 'send')).toEqual([]);
    expect(story.state.counters.agentMessages).toBe(before + 1);
    expect(story.state.owed).toBe(false);
  });

  it('comes once, ends a hold, and needs a session', () => {
    const story = aWhatsAppStory();
    story.holds('a1', 300);
    elsewhere(story);
    expect(story.state.state).toBe('ACTIVE');
    expect(elsewhere(story).entries).toEqual([]);
    expect(
      elsewhere(story, { customerIdentifier: 'stranger', messageId: 'm2' }).refused?.code,
    ).toBe('NOT_FOUND');
  });
});

describe('typed choices (connectors.md 1.9)', () => {
  const buttons: MessageBody = {
    type: 'BUTTON',
    text: 'Which?',
    choices: [
      { id: 'bill', title: 'Billing' },
      { id: 'tech', title: 'Support' },
    ],
  };
  const lastBody = (story: Story) => story.entriesOf('CUSTOMER_MESSAGE').at(-1)?.body;

  it.each([
    ['title', 'billing', 'bill'],
    ['title with spaces around', ' SUPPORT ', 'tech'],
    ['number', '2', 'tech'],
    ['id', 'bill', 'bill'],
  ])('%s counts as the choice, the text is kept', (_what, typed, choiceId) => {
    const story = aCreatedStory();
    story.botSays(buttons);
    story.customerWrites(typed);
    expect(lastBody(story)).toMatchObject({ type: 'CHOICE', choiceId, text: typed });
    story.customerWrites(typed);
    expect(lastBody(story)).toEqual(text(typed));
  });

  it.each(['3', '0', 'Billing please', 'BILL'])('"%s" is text', (typed) => {
    const story = aCreatedStory();
    story.botSays(buttons);
    story.customerWrites(typed);
    expect(lastBody(story)).toEqual(text(typed));
    story.customerWrites('1');
    expect(lastBody(story)).toMatchObject({ type: 'CHOICE' });
  });

  it('only the newest set counts, and a tap answers it', () => {
    const story = aCreatedStory();
    story.botSays(buttons);
    story.botSays({
      type: 'CAROUSEL',
      cards: [
        { title: 'A', choices: [{ id: 'a', title: 'Take A' }] },
        { title: 'B', choices: [{ id: 'b', title: 'Take B' }] },
      ],
    });
    story.customerWrites('Billing');
    expect(lastBody(story)).toEqual(text('Billing'));
    story.customerWrites({ type: 'CHOICE', choiceId: 'a' });
    story.customerWrites('2');
    expect(lastBody(story)).toEqual(text('2'));
  });

  const long: MessageBody = {
    type: 'BUTTON',
    text: 'Which?',
    choices: [
      { id: `bill-${'x'.repeat(90)}`, title: 'Billing' },
      { id: '1', title: 'One' },
      { id: `tech-${'x'.repeat(90)}`, title: 'Support for all the rest' },
    ],
  };
  it.each([
    ['its number', '3', undefined, `tech-${'x'.repeat(90)}`],
    ['its number and title', '3', 'Support for…', `tech-${'x'.repeat(90)}`],
    ['a marked number', '#1', 'Billing', `bill-${'x'.repeat(90)}`],
    ["another choice's id", '1', 'One', '1'],
    ['a number under the title of an older set', '3', 'Refunds', '3'],
    ['nothing that was offered', 'refund', undefined, 'refund'],
  ])('a tap that comes back as %s', (_what, choiceId, title, expected) => {
    const story = aCreatedStory();
    story.botSays(long);
    story.customerWrites({ type: 'CHOICE', choiceId, ...(title && { title }) });
    expect(lastBody(story)).toMatchObject({ type: 'CHOICE', choiceId: expected });
  });

  it('go with their session', () => {
    const story = aCreatedStory();
    story.startSession({}, whatsAppSettings());
    story.botSays(buttons, story.session('web').id);
    story.endSession('web');
    expect(story.state.openChoices).toEqual([]);
  });
});

describe('calls', () => {
  it.each([
    ['STARTED', 'CALL_LEG_STARTED'],
    ['HOLD', 'CALL_HOLD'],
    ['RESUMED', 'CALL_RESUME'],
    ['ENDED', 'CALL_LEG_ENDED'],
  ] as const)('VOICE %s is %s, never a message', (event, type) => {
    const story = aCreatedStory();
    const { counters } = story.state;
    story.customerWrites(
      { type: 'VOICE', callId: 'c1', leg: 'l1', event, durationSeconds: 5 },
      someSettings({ channelId: 'phone', channelType: 'CX_VOICE' }),
    );
    expect(story.entries.at(-1)).toMatchObject({
      type,
      body: null,
      data: { callId: 'c1', leg: 'l1', durationSeconds: 5, reasonCode: null },
    });
    expect(story.state.counters).toEqual(counters);
    expect(story.session('phone').callIds).toEqual(event === 'ENDED' ? [] : ['c1/l1']);
  });

  it('starts a conversation like any first event', () => {
    const story = new Story();
    story.customerWrites({ type: 'VOICE', callId: 'c1', event: 'STARTED' });
    expect(story.types()).toEqual([
      'CONVERSATION_STARTED',
      'CHANNEL_SESSION_STARTED',
      'CALL_LEG_STARTED',
      'BOT_SUBSCRIBED',
    ]);
    expect(story.controllerEvents()).toEqual(['CONVERSATION_STARTED']);
  });
});

describe('a message that a machine wrote', () => {
  it('is noted on an open session and asks nothing of anybody', () => {
    const story = anActiveStory();
    const { customerIdentifier } = story.session();
    const before = story.state;
    const events = story.controllerEvents().length;
    const message = aMessage({ customerIdentifier, automatic: true, body: text('I am away') });
    story.apply({ type: 'customerMessage', message, settings: someSettings() });
    expect(story.entries.at(-1)).toMatchObject({
      type: 'CUSTOMER_MESSAGE',
      data: { automatic: true },
      body: { text: 'I am away' },
    });
    expect(story.controllerEvents()).toHaveLength(events);
    expect(story.state.owed).toBe(before.owed);
    expect(story.state.counters).toEqual(before.counters);
    expect(story.state.deadlines).toEqual(before.deadlines);
  });

  it('opens neither a conversation nor a session', () => {
    const automatic = aMessage({ automatic: true, customerIdentifier: 'somebody' });
    for (const story of [new Story(), anActiveStory()]) {
      const entries = story.entries.length;
      story.apply({ type: 'customerMessage', message: automatic, settings: someSettings() });
      expect(story.entries).toHaveLength(entries);
    }
  });
});
