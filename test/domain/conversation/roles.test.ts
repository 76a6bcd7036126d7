import { OBSERVERS_MAX, PARTICIPANTS_MAX } from '../../../domain/conversation/bounds';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  bot,
  joining,
  operator,
  Story,
  someSettings,
  text,
  whatsAppSettings,
} from '../../support/conversations';

const withWrapUp = someSettings({ wrapUp: { enabled: true, seconds: 60, formId: null } });

/** A conversation with one participant in each role: a1 PRIMARY, a2 ASSISTANT, sup OBSERVER, a3 WRAP_UP, bot ASSISTANT. */
function everyRole(): Story {
  const story = anActiveStory(withWrapUp);
  story.joins('a3');
  story.leaves('a3');
  story.joins('a2', 'ASSISTANT');
  story.joins('sup', 'OBSERVER', true);
  return story;
}

describe('roles (domain.md 4.2)', () => {
  it.each([
    ['PRIMARY', 'a1', true, true],
    ['ASSISTANT', 'a2', false, true],
    ['OBSERVER', 'sup', false, true],
    ['WRAP_UP', 'a3', false, true],
    ['stranger', 'nobody', false, false],
  ])('%s: writes to the customer, whispers', (role, id, writes, whispers) => {
    const story = everyRole();
    expect(story.role(id)).toBe(role === 'stranger' ? null : role);
    expect(story.agentSays(id).refused?.code).toBe(writes ? undefined : 'FORBIDDEN');
    const whisper = story.request('addNote', { actor: agent(id), kind: 'WHISPER', text: 'psst' });
    expect(whisper.refused?.code).toBe(whispers ? undefined : 'FORBIDDEN');
    if (whispers)
      expect(whisper.entries[0]?.entry).toMatchObject({
        type: 'WHISPER_MESSAGE',
        body: text('psst'),
      });
    expect(story.effects.filter(({ type }) => type === 'send')).toEqual([]);
  });

  it.each([
    ['greeter', true, false],
    ['AGENTS', false, true],
  ])('a bot writes only while it holds control (%s)', (_holder, botSpeaks, agents) => {
    const story = agents ? everyRole() : aCreatedStory();
    const says = story.act(
      { type: 'SEND_MESSAGE', body: text('Hi') },
      { botId: 'greeter', epoch: story.epoch },
    );
    expect(says.refused === undefined).toBe(botSpeaks);
    const suggests = story.request('suggest', {
      actor: bot(),
      suggestionId: 'evt_s',
      body: text('Try this'),
      replyTo: null,
    });
    expect(suggests.refused).toBeUndefined();
  });

  it('APP and CUSTOMER may do nothing of the staff', () => {
    const story = everyRole();
    for (const type of ['APP', 'CUSTOMER'] as const) {
      const actor = { type, id: 'x', name: null };
      expect(story.request('addNote', { actor, kind: 'NOTE', text: 'x' }).refused?.code).toBe(
        'FORBIDDEN',
      );
      expect(story.request('cancelRequest', { actor }).refused?.code).toBe('FORBIDDEN');
      expect(
        story.request('joinAs', { actor, agent: joining('x'), role: 'PRIMARY' }).refused?.code,
      ).toBe('FORBIDDEN');
      expect(
        story.request('leave', { actor, agentId: 'a1', reason: 'REMOVED' }).refused?.code,
      ).toBe('FORBIDDEN');
      expect(story.request('updateData', { actor, set: {} }).refused?.code).toBe('FORBIDDEN');
    }
  });

  it('only a supervisor observes', () => {
    const story = anActiveStory();
    expect(story.joins('a2', 'OBSERVER').refused?.code).toBe('FORBIDDEN');
    expect(story.joins('sup', 'OBSERVER', true).refused).toBeUndefined();
    expect(story.state.tasks).toHaveLength(1);
  });

  it('an observer survives the agent and leaves at CLOSING', () => {
    const story = anActiveStory(withWrapUp);
    story.joins('sup', 'OBSERVER', true);
    story.holds('a1');
    story.transfers('a1', { queueId: 'billing' });
    expect(story.role('sup')).toBe('OBSERVER');
    story.endSession();
    story.wrapsUp('a1');
    expect(story.state.state).toBe('CLOSING');
    expect(story.role('sup')).toBe('OBSERVER');
    story.closes();
    expect(story.role('sup')).toBeNull();
  });

  it.each([
    ['the observer, a supervisor', agent('sup', true), undefined],
    ['a PRIMARY agent', agent('a1'), 'FORBIDDEN'],
  ])('%s raises an OBSERVER to PRIMARY', (_who, actor, code) => {
    const story = anActiveStory();
    story.joins('sup', 'OBSERVER', true);
    const raised = story.request('changeRole', { actor, agentId: 'sup', role: 'PRIMARY' });
    expect(raised.refused?.code).toBe(code);
    if (code) return;
    expect(story.role('sup')).toBe('PRIMARY');
    expect(story.task(2)).toMatchObject({
      direction: 'DIRECT_CONFERENCE',
      mode: 'AGENT',
      routingMode: 'PULL',
      mediaState: 'ACTIVE',
      countsForCapacity: false,
    });
  });

  it('a supervisor barges in directly', () => {
    const story = anActiveStory();
    story.joins('sup', 'PRIMARY', true);
    expect(story.task(2)).toMatchObject({
      direction: 'DIRECT_CONFERENCE',
      countsForCapacity: false,
    });
    expect(story.epoch).toBe(2);
  });

  it.each([
    ['a PRIMARY agent', agent('a1'), undefined],
    ['a supervisor', agent('sup', true), undefined],
    ['the ASSISTANT', agent('a2'), 'FORBIDDEN'],
  ])('%s promotes an ASSISTANT', (_who, actor, code) => {
    const story = anActiveStory();
    story.joins('a2', 'ASSISTANT');
    const raised = story.request('changeRole', { actor, agentId: 'a2', role: 'PRIMARY' });
    expect(raised.refused?.code).toBe(code);
    if (!code) expect(story.task(2).direction).toBe('CONSULT_CONFERENCE');
  });

  it.each([
    ['PRIMARY', 'ASSISTANT'],
    ['PRIMARY', 'OBSERVER'],
    ['ASSISTANT', 'OBSERVER'],
    ['WRAP_UP', 'PRIMARY'],
  ] as const)('%s is not changed to %s', (from, role) => {
    const story = everyRole();
    const ids = { PRIMARY: 'a1', ASSISTANT: 'a2', WRAP_UP: 'a3' };
    const changed = story.request('changeRole', {
      actor: agent('sup', true),
      agentId: ids[from],
      role,
    });
    expect(changed.refused?.code).toBe('ILLEGAL_STATE');
  });

  it('a change to the role that one has changes nothing', () => {
    const story = anActiveStory();
    const { state } = story;
    story.request('changeRole', { actor: agent('a1'), agentId: 'a1', role: 'PRIMARY' });
    story.joins('a1');
    expect(story.state).toEqual(state);
  });

  it('joining again ends the wrap-up, with a new task', () => {
    const story = anActiveStory(withWrapUp);
    story.leaves('a1');
    story.joins('a1');
    expect(story.task(1)).toMatchObject({ state: 'CLOSED', closeReason: 'DONE' });
    expect(story.task(2)).toMatchObject({
      direction: 'INBOUND',
      routingMode: 'PULL',
      state: 'ACTIVE',
    });
    expect(story.state).toMatchObject({ state: 'ACTIVE', control: { holder: 'AGENTS', epoch: 4 } });
    expect(story.state.participants.filter(({ id }) => id === 'a1')).toHaveLength(1);
  });

  it('an agent joins of own accord: INBOUND, AGENT, PULL', () => {
    const story = aCreatedStory();
    story.findAgent();
    story.joins('a1');
    expect(story.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'JOINED' });
    expect(story.task(2)).toMatchObject({
      direction: 'INBOUND',
      mode: 'AGENT',
      routingMode: 'PULL',
      mediaState: 'ACTIVE',
      queuedAt: null,
      answeredAt: story.now,
    });
    const types = story.effects.map(({ type }) => type);
    expect(types.indexOf('requestSettled')).toBeLessThan(types.indexOf('controlChanged'));
    expect(story.effects).toContainEqual({
      type: 'requestSettled',
      taskId: story.task(1).id,
      outcome: 'accepted',
      agentId: 'a1',
    });
  });

  describe('the place that routing gave (JoinAs.taskId)', () => {
    const news = (story: Story) =>
      story.effects.flatMap((effect) =>
        effect.type === 'routing' ? [`${effect.news.type} ${effect.news.task.id}`] : [],
      );
    const joins = (story: Story, id: string, role: string, supervisor = false) =>
      story.request('joinAs', {
        actor: agent(id, supervisor),
        agent: joining(id, supervisor),
        role,
        taskId: 'tsk_given',
      });

    it('names the task of the join, and its end frees it', () => {
      const story = aCreatedStory();
      joins(story, 'a1', 'PRIMARY');
      expect(story.task(1)).toMatchObject({ id: 'tsk_given', agentId: 'a1', mediaState: 'ACTIVE' });
      story.leaves('a1');
      expect(news(story)).toEqual(['moved tsk_given', 'ended tsk_given']);
    });

    it('names the task of who assists', () => {
      const story = anActiveStory();
      joins(story, 'a2', 'ASSISTANT');
      expect(story.task(2)).toMatchObject({ id: 'tsk_given', direction: 'CONSULT' });
    });

    it.each([
      ['who is here in that role already', anActiveStory, 'a1', 'PRIMARY', false],
      ['who observes', anActiveStory, 'sup', 'OBSERVER', true],
    ] as const)('is given back by %s', (_who, begin, id, role, supervisor) => {
      const story = begin();
      expect(joins(story, id, role, supervisor).refused).toBeUndefined();
      expect(news(story).at(-1)).toBe('ended tsk_given');
      expect(story.state.tasks.map((task) => task.id)).not.toContain('tsk_given');
    });

    it('becomes that of the task which the join accepts', () => {
      const story = anActiveStory();
      story.transfers('a1', { queueId: 'billing' }, 'WARM');
      joins(story, 'a2', 'PRIMARY');
      const { id } = story.task(2);
      expect(news(story).slice(-3)).toContain(`taken ${id}`);
      expect(news(story)).toContain(`moved ${id}`);
      expect(news(story)).not.toContain('ended tsk_given');
    });

    it('of an outbound start: routing learns the conversation; a second one is given back', () => {
      const story = new Story();
      const start = (taskId: string) => ({
        type: 'startOutbound' as const,
        settings: story.settings,
        start: {
          actor: agent('a1'),
          channelId: 'web',
          customerIdentifier: 'visitor',
          messageId: `msg_of ${taskId}`,
          body: text('Good morning'),
          agent: joining('a1'),
          taskId,
        },
      });
      story.apply(start('tsk_given'));
      expect(story.task(1)).toMatchObject({ id: 'tsk_given', direction: 'OUTBOUND' });
      story.apply(start('tsk_again'));
      expect(news(story)).toEqual(['moved tsk_given', 'ended tsk_again']);
    });
  });

  it.each([
    ['agent for another', agent('a1'), 'FORBIDDEN'],
    ['supervisor for another', agent('sup', true), undefined],
  ])('who brings in whom: %s', (_who, actor, code) => {
    const story = anActiveStory();
    const joined = story.request('joinAs', { actor, agent: joining('a2'), role: 'PRIMARY' });
    expect(joined.refused?.code).toBe(code);
    if (!code) expect(story.state.participants.at(-1)).toMatchObject({ id: 'a2', invitedBy: null });
  });

  it('nobody joins as PRIMARY or ASSISTANT once the customer has left; a supervisor may look', () => {
    const story = anActiveStory();
    story.endSession();
    expect(story.joins('a2').refused?.code).toBe('ILLEGAL_STATE');
    expect(story.joins('a2', 'ASSISTANT').refused?.code).toBe('ILLEGAL_STATE');
    expect(story.joins('sup', 'OBSERVER', true).refused).toBeUndefined();
  });

  it('there is nothing to assist without a PRIMARY agent', () => {
    expect(aCreatedStory().joins('a2', 'ASSISTANT').refused?.code).toBe('ILLEGAL_STATE');
  });

  describe('limits (4.1)', () => {
    it('one ASSISTANT by default', () => {
      const story = anActiveStory();
      story.joins('a2', 'ASSISTANT');
      expect(story.joins('a3', 'ASSISTANT').refused?.code).toBe('CONFLICT');
    });

    it(`${OBSERVERS_MAX} observers`, () => {
      const story = anActiveStory();
      for (let n = 0; n < OBSERVERS_MAX; n += 1) story.joins(`s${n}`, 'OBSERVER', true);
      expect(story.last?.refused).toBeUndefined();
      expect(story.joins('one-more', 'OBSERVER', true).refused?.code).toBe('CONFLICT');
    });

    it(`${PARTICIPANTS_MAX} participants; a customer is never refused`, () => {
      const story = anActiveStory();
      const present = () => story.state.participants.filter(({ leftAt }) => !leftAt).length;
      for (let n = 0; present() < PARTICIPANTS_MAX; n += 1) story.joins(`p${n}`);
      expect(story.joins('one-more').refused?.code).toBe('CONFLICT');
      expect(story.act({ type: 'ASSIGN_BOT', botId: 'helper' }).refused?.code).toBe('CONFLICT');
      const passed = story.request('control', { actor: agent('a1'), action: 'PASS', to: 'helper' });
      expect(passed.refused?.code).toBe('CONFLICT');
      story.startSession({}, whatsAppSettings());
      expect(present()).toBe(PARTICIPANTS_MAX + 1);
    });
  });

  describe('hand raise', () => {
    it('falls by itself after 30 s', () => {
      const story = anActiveStory();
      story.request('raiseHand', { actor: agent('a1'), raised: true });
      story.request('raiseHand', { actor: agent('a1'), raised: true });
      expect(story.entriesOf('HAND_RAISED')).toHaveLength(1);
      story.wait(29);
      expect(story.state.raisedHands).toEqual(['a1']);
      story.wait(1);
      expect(story.state.raisedHands).toEqual([]);
      expect(story.entriesOf('HAND_RAISED').map(({ data }) => data?.['raised'])).toEqual([
        true,
        false,
      ]);
    });

    it('falls when its agent wraps up', () => {
      const story = anActiveStory(withWrapUp);
      story.request('raiseHand', { actor: agent('a1'), raised: true });
      story.leaves('a1');
      expect(story.state.raisedHands).toEqual([]);
      expect([story.runs('handRaise:a1'), story.state.participants.at(-1)?.leftAt]).toEqual([
        false,
        null,
      ]);
    });

    it("goes with the agent, and is nobody else's", () => {
      const story = anActiveStory();
      story.request('raiseHand', { actor: agent('a1'), raised: true });
      story.leaves('a1');
      expect(story.state.raisedHands).toEqual([]);
      expect(story.runs('handRaise:a1')).toBe(false);
      expect(story.request('raiseHand', { actor: agent('a9'), raised: true }).refused?.code).toBe(
        'FORBIDDEN',
      );
    });
  });

  it.each([
    [agent('a1'), undefined],
    [agent('a2'), 'FORBIDDEN'],
    [agent('sup', true), undefined],
    [operator, undefined],
  ])('who ends a session: %j', (actor, code) => {
    const story = everyRole();
    const sessionId = story.session().id;
    const ended = story.request('endSession', { actor, sessionId, reason: 'AGENT' });
    expect(ended.refused?.code).toBe(code);
    if (code) return;
    const { state } = story;
    expect(
      story.request('endSession', { actor, sessionId, reason: 'AGENT' }).refused,
    ).toBeUndefined();
    expect(story.state).toEqual(state);
  });

  it('a session that the conversation does not have is NOT_FOUND', () => {
    const asked = { actor: operator, sessionId: 'ses_0', reason: 'AGENT' };
    expect(everyRole().request('endSession', asked).refused?.code).toBe('NOT_FOUND');
  });
});
