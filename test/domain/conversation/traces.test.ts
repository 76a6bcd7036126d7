import { decide } from '../../../domain/conversation/decide';
import { movedOut } from '../../../domain/conversation/merge';
import { open } from '../../../domain/conversation/opening';
import { addSeconds } from '../../../domain/conversation/time';
import {
  aCreatedStory,
  aMessage,
  anActiveStory,
  anOpening,
  bot,
  quiet,
  Story,
  someSettings,
  text,
  whatsAppSettings,
} from '../../support/conversations';

/** domain.md section 14. `e` is the control epoch; cSLA and aSLA say whether the timer runs. */
describe('reference traces', () => {
  it('A: an agent is available', () => {
    const story = new Story();
    story.startSession();
    expect(story.state.state).toBe('CREATED');
    expect(story.role('greeter')).toBe('PRIMARY');
    expect([story.epoch, story.cSLA()]).toEqual([1, true]);
    const due = story.state.deadlines;

    story.wait(10).botSays();
    expect(story.state.deadlines).toEqual(due);

    story.customerWrites();
    expect(story.cSLA()).toBe(false);

    const t1 = story.findAgent();
    expect(t1).toMatchObject({ state: 'ACTIVE', mediaState: 'QUEUED', queueId: 'support' });
    expect(story.cSLA()).toBe(false);

    story.rings('a1');
    expect(story.waiting).toMatchObject({ mediaState: 'RESERVED', agentId: 'a1' });
    expect(story.state.state).toBe('CREATED');

    story.accepts('a1');
    expect(story.state.state).toBe('ACTIVE');
    expect(story.role('greeter')).toBe('ASSISTANT');
    expect([story.epoch, story.aSLA, story.cSLA()]).toEqual([2, true, false]);

    story.agentSays('a1');
    expect([story.aSLA, story.cSLA()]).toEqual([false, true]);

    story.customerWrites();
    expect([story.aSLA, story.cSLA()]).toEqual([true, false]);
    expect(story.left('agentSla')).toBe(120);
  });

  it('B: nobody is available', () => {
    const story = aCreatedStory();
    story.findAgent();
    story.wait(300);
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'NO_AGENT_AVAILABLE' });
    expect(story.state.state).toBe('CREATED');
    expect([story.epoch, story.cSLA()]).toEqual([1, true]);
    expect(story.controllerEvents()).toContain('NO_AGENT_AVAILABLE');

    story.wait(600);
    expect(story.session().endReason).toBe('INACTIVITY');
    expect(story.state.state).toBe('CLOSING');
    story.closes();
    expect(story.state).toMatchObject({
      state: 'CLOSED',
      closeReason: 'ALL_LEFT',
      disposition: 'ABANDONED',
    });
  });

  it('C: a COLD transfer succeeds', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    story.customerWrites();
    story.transfers('a1', { queueId: 'billing' });
    expect(story.task(2)).toMatchObject({
      direction: 'DIRECT_TRANSFER',
      state: 'ACTIVE',
      mediaState: 'QUEUED',
      priority: 10,
      queueId: 'billing',
    });
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'TRANSFERRED' });
    expect(story.state.state).toBe('INACTIVE');
    expect(story.role('greeter')).toBe('PRIMARY');
    expect([story.epoch, story.aSLA, story.cSLA()]).toEqual([3, false, false]);
    expect(story.controllerEvents()).not.toContain('AGENT_UNSUBSCRIBED');

    story.accepts('a2');
    expect(story.state.state).toBe('ACTIVE');
    expect([story.epoch, story.aSLA]).toEqual([4, true]);
    story.endSession();
    story.leaves('a2');
    expect(story.closes().state.disposition).toBe('AGENT_HANDLED');
  });

  it('D: a COLD transfer fails', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    story.transfers('a1', { queueId: 'billing' });
    story.wait(300);
    expect(story.task(2)).toMatchObject({ state: 'CLOSED', closeReason: 'NO_AGENT_AVAILABLE' });
    expect(story.state.state).toBe('INACTIVE');
    expect(story.role('greeter')).toBe('PRIMARY');
    expect([story.epoch, story.cSLA()]).toEqual([3, true]);
    expect(story.controllerEvents()).toContain('NO_AGENT_AVAILABLE');
    expect(story.entriesOf('TRANSFER_FAILED')).toHaveLength(1);
  });

  it('E: the agent leaves, wrap-up off', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    story.customerWrites();
    story.leaves('a1');
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
    expect(story.state.state).toBe('INACTIVE');
    expect([story.epoch, story.aSLA, story.cSLA()]).toEqual([3, false, true]);
    expect(story.controllerEvents()).toContain('AGENT_UNSUBSCRIBED');
  });

  describe('F: the agent leaves, wrap-up on', () => {
    const withWrapUp = { wrapUp: { enabled: true, seconds: 60, formId: null } };

    it('RETURN_TO_BOT', () => {
      const story = anActiveStory(someSettings(withWrapUp));
      story.agentSays('a1');
      story.customerWrites();
      story.leaves('a1');
      expect(story.task(1).state).toBe('WRAP_UP');
      expect(story.role('a1')).toBe('WRAP_UP');
      expect(story.state.state).toBe('INACTIVE');
      expect([story.epoch, story.aSLA, story.cSLA()]).toEqual([3, false, true]);

      story.wrapsUp('a1');
      expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
      expect(story.role('a1')).toBeNull();
      expect(story.state.state).toBe('INACTIVE');
    });

    it('CLOSE_SESSIONS', () => {
      const story = anActiveStory(
        someSettings({ ...withWrapUp, onLastAgentLeave: 'CLOSE_SESSIONS' }),
      );
      story.leaves('a1');
      expect(story.session()).toMatchObject({ state: 'ENDED', endReason: 'AGENT' });
      expect(story.entriesOf('TOPIC_STATE_CHANGED').at(-1)?.data).toMatchObject({
        from: 'ACTIVE',
        to: 'WRAP_UP',
      });
      story.wrapsUp('a1');
      expect(story.state.state).toBe('CLOSING');
      expect(story.closes().state.state).toBe('CLOSED');
    });
  });

  it('G: a second channel while an agent is in', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    story.startSession({}, whatsAppSettings());
    expect(story.state.state).toBe('ACTIVE');
    expect(story.cSLA('wa')).toBe(true);
    expect(story.state.tasks).toHaveLength(1);
    expect(story.task(1).media.map(({ state }) => state)).toEqual(['ACTIVE', 'ACTIVE']);
  });

  it('H, its core: RONA, then success', () => {
    const story = aCreatedStory();
    story.act({ type: 'FIND_AGENT', tellWait: true });
    const ttl = story.state.deadlines[`agentRequestTtl:${story.task(1).id}`];
    story.rings('a1');
    story.wait(20).routing({
      type: 'CLOSED',
      reason: 'RONA',
      detail: 'TIMEOUT',
      requeuedAs: 'tsk_2',
    });
    expect(story.task(1)).toMatchObject({ closeReason: 'RONA', closeDetail: 'TIMEOUT' });
    expect(story.task(2)).toMatchObject({
      id: 'tsk_2',
      mediaState: 'QUEUED',
      priority: 11,
      previousTaskId: story.task(1).id,
      waitingSince: story.task(1).waitingSince,
      queuedAt: story.now,
      tellWait: true, // what its bot wanted goes along the chain
    });
    expect(story.state.deadlines['agentRequestTtl:tsk_2']).toBe(ttl);
    story.rings('a2');
    story.accepts('a2');
    expect(story.state.state).toBe('ACTIVE');
    story.endSession();
    story.leaves('a2');
    expect(story.state.disposition).toBe('AGENT_HANDLED');
  });

  it('I: the customer leaves while it rings', () => {
    const story = aCreatedStory();
    story.findAgent();
    story.wait(5).rings('a1');
    story.wait(5).endSession();
    expect(story.session()).toMatchObject({ state: 'ENDED', endReason: 'CUSTOMER' });
    expect(story.task(1)).toMatchObject({
      state: 'CLOSED',
      closeReason: 'CANCELLED',
      closeDetail: 'CUSTOMER_LEFT',
      reservedAt: addSeconds(story.now, -5),
    });
    expect(story.effects).toContainEqual(
      expect.objectContaining({
        type: 'routing',
        news: expect.objectContaining({ type: 'cancelled' }),
      }),
    );
    expect(story.state).toMatchObject({ state: 'CLOSING', closeReason: 'ALL_LEFT' });
    expect(story.closes().state.disposition).toBe('ABANDONED');
  });

  it('J: inactivity with an agent, wrap-up on', () => {
    const story = anActiveStory(
      someSettings({ wrapUp: { enabled: true, seconds: 60, formId: null } }),
    );
    story.agentSays('a1');
    story.wait(600);
    expect(story.entriesOf('CHANNEL_SESSION_EXPIRED')).toHaveLength(1);
    expect(story.session().endReason).toBe('INACTIVITY');
    expect(story.state.state).toBe('WRAP_UP');
    expect(story.task(1).state).toBe('WRAP_UP');
    story.wait(60);
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
    expect(story.state.state).toBe('CLOSING');
    expect(story.closes().state.state).toBe('CLOSED');
  });

  it('K: two channels, one customer', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    const before = story.state.lastSeq;
    story.customerWrites('Hello from my phone', whatsAppSettings());
    expect(story.entries.slice(before).map(({ type }) => type)).toEqual([
      'CHANNEL_SESSION_STARTED',
      'CUSTOMER_MESSAGE',
    ]);
    story.agentSays('a1');
    expect(story.entries.at(-1)?.channelSessionId).toBe(story.session('wa').id);
    expect(story.effects.at(-1)).toMatchObject({ type: 'send' });
    story.agentSays('a1', 'Hi', story.session('web').id);
    expect(story.entries.at(-1)?.channelSessionId).toBe(story.session('web').id);
    story.endSession('web', 'INACTIVITY');
    expect(story.state.state).toBe('ACTIVE');
  });

  it('K: a hundred first messages over both channels', () => {
    const story = new Story();
    for (let n = 0; n < 100; n += 1)
      story.customerWrites(`${n}`, n % 2 === 0 ? someSettings() : whatsAppSettings());
    expect(story.state.sessions).toHaveLength(2);
    expect(story.entriesOf('CUSTOMER_MESSAGE')).toHaveLength(100);
    expect(story.entriesOf('CONVERSATION_STARTED')).toHaveLength(1);
    expect(story.entries.map(({ seq }) => seq)).toEqual(story.entries.map((_, n) => n + 1));
  });

  it('L: a stale bot reply', () => {
    const story = aCreatedStory();
    const reply = (controlEpoch: number) =>
      story.request('sendMessage', {
        actor: bot(),
        messageId: `msg_reply-${controlEpoch}-${story.state.lastSeq}`,
        channelSessionId: null,
        body: text('late'),
        replyTo: null,
        controlEpoch,
        sendAt: null,
      });
    story.findAgent();
    story.accepts('a1');
    const { deadlines } = story.state;
    const late = reply(1);
    expect(late.refused?.code).toBe('ILLEGAL_STATE');
    expect(late.entries.map(({ entry }) => [entry.type, entry.data])).toEqual([
      [
        'STALE_BOT_REPLY',
        { botId: 'greeter', controlEpoch: 1, currentEpoch: 2, body: text('late') },
      ],
    ]);
    expect(late.effects).toEqual([]);
    expect(story.state.deadlines).toEqual(deadlines);

    story.leaves('a1');
    expect(story.epoch).toBe(3);
    expect(reply(1).refused?.code).toBe('ILLEGAL_STATE');
    expect(reply(3).entries.map(({ entry }) => entry.type)).toEqual(['BOT_MESSAGE']);
  });

  it('M: a merge, both open', () => {
    const m = new Story(
      someSettings({ channelId: 'web' }),
      undefined,
      anOpening({
        conversationId: 'cnv_m',
        customer: { id: 'cus_m', name: null, anonymous: true, labelPriority: null },
      }),
    );
    m.startSession();
    m.customerWrites();
    m.findAgent();
    m.wait(40);
    const x = new Story(whatsAppSettings());
    x.customerWrites('Hello', x.settings);
    x.findAgent();
    x.accepts('a1');
    x.now = m.now;

    const moved = movedOut(m.state);
    m.apply({ type: 'mergedAway', intoConversationId: 'cnv_1', intoCustomerId: 'cus_1' });
    x.apply({ type: 'sessionsMovedIn', moved });

    expect(m.session()).toMatchObject({ state: 'ENDED', endReason: 'MERGED' });
    expect(x.session('web')).toMatchObject({
      id: m.session().id,
      state: 'STARTED',
      movedFrom: 'cnv_m',
    });
    expect(x.cSLA('web')).toBe(true);
    expect(m.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'MERGED' });
    expect(m.state.state).toBe('CLOSING');
    expect(m.closes().state).toMatchObject({
      state: 'CLOSED',
      closeReason: 'MERGED',
      disposition: 'MERGED',
    });
    const before = x.state.lastSeq;
    x.customerWrites('late', someSettings());
    expect(x.entries.at(-1)).toMatchObject({ type: 'CUSTOMER_MESSAGE', seq: before + 1 });
    expect(x.state.sessions).toHaveLength(2);
  });

  describe('N: a message during CLOSING', () => {
    function closing(settings = someSettings()) {
      const story = anActiveStory(settings);
      story.request('updateData', {
        actor: { type: 'AGENT', id: 'a1', name: null },
        set: { order: '42' },
      });
      story.forceClose();
      return story;
    }

    it('begins the next conversation and leaves the old one alone', () => {
      const c1 = closing();
      const message = aMessage();
      const refused = c1.apply({ type: 'customerMessage', message, settings: c1.settings });
      expect(refused).toMatchObject({ refused: { code: 'ILLEGAL_STATE' }, entries: [] });
      c1.closes();

      const opening = anOpening({
        conversationId: 'cnv_2',
        previous: {
          conversationId: 'cnv_1',
          closedAt: c1.state.closedAt ?? '',
          data: c1.state.data,
          lastAgentId: c1.state.lastAgentId,
        },
      });
      const c2 = decide(
        open(opening, c1.now),
        { type: 'customerMessage', message, settings: c1.settings },
        c1.now,
      );
      expect(c2.state).toMatchObject({
        state: 'CREATED',
        previousConversationId: 'cnv_1',
        data: {},
        reentry: false,
      });
      expect(c2.entries.slice(0, 3).map(({ entry }) => entry.type)).toEqual([
        'CONVERSATION_STARTED',
        'CHANNEL_SESSION_STARTED',
        'CUSTOMER_MESSAGE',
      ]);
      expect(c2.entries[2]?.eventKey).toBe(message.eventKey);
      const again = decide(
        c2.state,
        { type: 'customerMessage', message, settings: c1.settings },
        c1.now,
      );
      expect(again).toEqual({ state: c2.state, entries: [], effects: [] });
    });

    it.each([
      [3600, 3600, true],
      [3600, 3601, false],
      [0, 0, false],
    ])('re-entry within %i s, after %i s: %s', (reentryWindowSeconds, ago, reentry) => {
      const settings = someSettings({ reentryWindowSeconds });
      const c1 = closing(settings).closes();
      const c2 = new Story(
        settings,
        undefined,
        anOpening({
          conversationId: 'cnv_2',
          previous: {
            conversationId: 'cnv_1',
            closedAt: c1.now,
            data: c1.state.data,
            lastAgentId: 'a1',
          },
        }),
        addSeconds(c1.now, ago),
      );
      c2.customerWrites();
      expect(c2.state.data).toEqual(reentry ? { order: '42', reentry: true } : {});
      c2.findAgent();
      const requested = c2.effects.find(({ type }) => type === 'routing');
      expect(requested).toMatchObject({
        news: reentry
          ? { type: 'requested', preferAgentId: 'a1' }
          : { type: 'requested', task: { mode: 'QUEUE' } },
      });
      expect('preferAgentId' in (requested as { news: object }).news).toBe(reentry);
    });
  });

  it('O: a WARM transfer times out', () => {
    const story = anActiveStory();
    story.agentSays('a1');
    const { deadlines } = story.state;
    const cSLA = Object.keys(deadlines).find((name) => name.startsWith('customerInactivity'));
    story.transfers('a1', { queueId: 'billing' }, 'WARM');
    expect(story.task(2).mediaState).toBe('QUEUED');
    expect(story.state.state).toBe('ACTIVE');
    expect(story.epoch).toBe(2);
    expect(story.task(1)).toMatchObject({ state: 'ACTIVE', mediaState: 'ACTIVE' });
    expect(story.state.deadlines[cSLA ?? '']).toBe(deadlines[cSLA ?? '']);

    story.wait(300);
    expect(story.task(2)).toMatchObject({ state: 'CLOSED', closeReason: 'NO_AGENT_AVAILABLE' });
    expect(story.entriesOf('TRANSFER_FAILED').at(-1)?.data).toMatchObject({ requesterId: 'a1' });
    expect(story.task(1).state).toBe('ACTIVE');
    expect(story.epoch).toBe(2);
    expect(story.controllerEvents()).not.toContain('NO_AGENT_AVAILABLE');
    expect(story.entriesOf('NO_AGENT_AVAILABLE')).toEqual([]);
  });

  describe('Q: hold expiry', () => {
    it('with a message of the customer meanwhile', () => {
      const story = anActiveStory();
      story.agentSays('a1');
      story.holds('a1', 300);
      expect([story.state.state, story.aSLA, story.cSLA()]).toEqual(['ON_HOLD', false, false]);
      story.wait(100).customerWrites();
      expect(story.state.state).toBe('ON_HOLD');
      story.wait(100).wrapsUp('a1');
      expect(story.state.state).toBe('ON_HOLD');
      story.wait(100);
      expect(story.entriesOf('CONVERSATION_RESUMED').at(-1)?.data).toMatchObject({
        cause: 'EXPIRED',
      });
      expect([story.state.state, story.aSLA, story.cSLA()]).toEqual(['ACTIVE', true, false]);
      expect(story.left('agentSla')).toBe(120);
    });

    it('without one', () => {
      const story = anActiveStory();
      story.agentSays('a1');
      story.holds('a1', 300);
      story.wait(300);
      expect([story.state.state, story.aSLA, story.cSLA()]).toEqual(['ACTIVE', false, true]);
    });
  });

  it('R, its core: an archive outage while closing', () => {
    const story = anActiveStory(someSettings(), { CUSTOMER_MESSAGE: quiet });
    story.endSession();
    story.leaves('a1');
    expect(story.state.state).toBe('CLOSING');
    story.apply({ type: 'closingProceeds' });
    const seq = story.state.lastSeq;
    story.wait(300);
    const retries = story.effects.filter(({ type }) => type === 'closingRetry');
    expect(retries).toHaveLength(5);
    expect(story.state.lastSeq).toBe(seq);
    story.closes();
    expect(story.entries.at(-1)).toMatchObject({
      type: 'TOPIC_STATE_CHANGED',
      seq: seq + 1,
      data: { from: 'CLOSING', to: 'CLOSED', count: seq, headHash: 'hash' },
    });
    expect(story.state.deadlines).toEqual({});
  });
});
