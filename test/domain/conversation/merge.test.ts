import { movedOut } from '../../../domain/conversation/merge';
import { open } from '../../../domain/conversation/opening';
import {
  aCreatedStory,
  agent,
  anActiveStory,
  anOpening,
  Story,
  someSettings,
  whatsAppSettings,
} from '../../support/conversations';

const wrapUp = { wrapUp: { enabled: true, seconds: 60, formId: null } };

/** Customer M's conversation on a WhatsApp channel of its own. */
function aMergedStory(settings = whatsAppSettings(), agentIds: readonly string[] = []): Story {
  const story = new Story(
    settings,
    undefined,
    anOpening({
      conversationId: 'cnv_m',
      customer: { id: 'cus_m', name: null, anonymous: true, labelPriority: null },
    }),
  );
  story.customerWrites();
  for (const id of agentIds) story.joins(id);
  return story;
}
/** What `mergeInto` does: M hands over, X takes in. */
function merge(m: Story, x: Story): void {
  const moved = movedOut(m.state);
  m.apply({
    type: 'mergedAway',
    intoConversationId: x.state.conversationId,
    intoCustomerId: 'cus_1',
  });
  x.apply({ type: 'sessionsMovedIn', moved });
}

/** domain.md 10.3: the table. Neither open: customer records only, no conversation hears of it. */
describe('merge of M into X', () => {
  it("only X's is open, or only M's: it goes on with the other customer", () => {
    const story = anActiveStory();
    const before = story.state;
    const to = { id: 'cus_x', name: 'Xenia', anonymous: false };
    story.apply({ type: 'customerChanged', from: 'cus_1', to });
    expect(story.entries.at(-1)).toMatchObject({
      type: 'ASSOCIATED_CUSTOMER_CHANGED',
      data: { from: 'cus_1', to: 'cus_x' },
    });
    expect(story.state.customer).toEqual({ ...to, labelPriority: null });
    expect(story.state).toMatchObject({
      conversationId: before.conversationId,
      tasks: before.tasks,
      deadlines: before.deadlines,
      lastSeq: before.lastSeq + 1,
    });
  });

  it('the customer is no longer anonymous: no entry', () => {
    const story = aCreatedStory();
    const { lastSeq } = story.state;
    const to = { id: 'cus_1', name: 'Ana B.', anonymous: false, labelPriority: 5 };
    story.apply({ type: 'customerChanged', from: 'cus_1', to });
    expect(story.state).toMatchObject({ customer: to, lastSeq });
  });

  describe('both open', () => {
    it('sessions end there with MERGED and start here with the same id', () => {
      const m = aMergedStory();
      const x = anActiveStory();
      merge(m, x);
      expect(m.session('wa')).toMatchObject({ state: 'ENDED', endReason: 'MERGED' });
      const { messageCounts, ...told } = movedOut(aMergedStory().state).sessions[0] ?? {};
      expect(messageCounts).toBeDefined();
      expect(x.session('wa')?.messageCounts).toBeUndefined(); // what was said before counts where it was said
      expect(x.session('wa')).toMatchObject({
        ...told,
        movedFrom: 'cnv_m',
        lastInboundAt: expect.any(String),
      });
      expect(x.entriesOf('CHANNEL_SESSION_STARTED').at(-1)?.data).toMatchObject({
        movedFrom: 'cnv_m',
      });
      expect(m.entriesOf('CHANNEL_SESSION_ENDED').at(-1)?.data).toMatchObject({ movedTo: 'cnv_1' });
      expect([
        m.entriesOf('CONVERSATION_MERGED').length,
        x.entriesOf('CONVERSATION_MERGED').length,
      ]).toEqual([1, 1]);
      expect(m.closes().state).toMatchObject({
        closeReason: 'MERGED',
        disposition: 'MERGED',
        mergedInto: 'cus_1',
      });
      expect(x.cSLA('wa')).toBe(true);
    });

    it('the news comes twice: nothing more', () => {
      const m = aMergedStory();
      const x = anActiveStory();
      const moved = movedOut(m.state);
      x.apply({ type: 'sessionsMovedIn', moved });
      const { state } = x;
      expect(x.apply({ type: 'sessionsMovedIn', moved }).refused?.code).toBe('CONFLICT');
      expect(x.state).toBe(state);
    });

    it("M's agents join with their roles, their tasks move", () => {
      const m = aMergedStory(whatsAppSettings(), ['a2']);
      m.joins('a3', 'ASSISTANT');
      m.joins('sup', 'OBSERVER', true);
      const [a2, a3] = m.state.tasks;
      const x = aCreatedStory();
      merge(m, x);
      expect(['a2', 'a3', 'sup'].map((id) => x.role(id))).toEqual([
        'PRIMARY',
        'ASSISTANT',
        'OBSERVER',
      ]);
      expect(x.state.tasks).toEqual([a2, a3]);
      expect(x.state).toMatchObject({ state: 'ACTIVE', control: { holder: 'AGENTS', epoch: 2 } });
      expect(m.state.tasks).toEqual([]);
      expect(m.entriesOf('TASK_STATE_CHANGED').at(-1)?.data).toMatchObject({ movedTo: 'cnv_1' });
      for (const { data } of m.entriesOf('AGENT_UNSUBSCRIBED'))
        expect(data?.['reason']).toBe('MERGED');
      expect(
        m.effects.filter((effect) => effect.type === 'routing' && effect.news.type === 'ended'),
      ).toEqual([]);
      // Routing learns whose places they are now: a logout must reach this conversation, and their end frees them.
      expect(
        x.effects.flatMap((effect) =>
          effect.type === 'routing' ? [[effect.news.type, effect.news.task.id]] : [],
        ),
      ).toEqual([
        ['moved', a2?.id],
        ['moved', a3?.id],
      ]);
    });

    it('over a cap: the agent leaves, the task is CANCELLED', () => {
      const m = aMergedStory(whatsAppSettings(), ['a2']);
      m.joins('a3', 'ASSISTANT');
      const x = anActiveStory();
      x.joins('a4', 'ASSISTANT');
      merge(m, x);
      expect([x.role('a2'), x.role('a3')]).toEqual(['PRIMARY', null]);
      expect(x.state.tasks.find(({ agentId }) => agentId === 'a3')).toMatchObject({
        state: 'CLOSED',
        closeReason: 'CANCELLED',
        closeDetail: 'MERGED',
      });
      expect(x.effects).toContainEqual(
        expect.objectContaining({ news: expect.objectContaining({ type: 'ended' }) }),
      );
    });

    it('an agent who serves both keeps one task; an observer is raised', () => {
      const m = aMergedStory(whatsAppSettings(), ['a1', 'sup']);
      const x = anActiveStory();
      x.joins('sup', 'OBSERVER', true);
      merge(m, x);
      const open = x.state.tasks.filter(({ state }) => state !== 'CLOSED');
      expect(open.map(({ agentId }) => agentId).sort()).toEqual(['a1', 'sup']);
      expect([x.role('a1'), x.role('sup')]).toEqual(['PRIMARY', 'PRIMARY']);
    });

    it('a wrap-up moves with its due time', () => {
      const m = aMergedStory(whatsAppSettings(wrapUp), ['a2']);
      m.leaves('a2');
      m.wait(20);
      const x = anActiveStory();
      x.now = m.now;
      merge(m, x);
      const task = x.state.tasks.find(({ agentId }) => agentId === 'a2');
      expect([task?.state, x.role('a2'), x.left(`wrapUp:${task?.id}`)]).toEqual([
        'WRAP_UP',
        'WRAP_UP',
        40,
      ]);
      x.wait(40);
      expect(x.role('a2')).toBeNull();
    });

    it('an open request moves with its age and due time', () => {
      const m = aMergedStory();
      m.findAgent();
      m.wait(40);
      const x = aCreatedStory();
      x.now = m.now;
      const old = m.waiting;
      merge(m, x);
      expect(m.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'MERGED' });
      expect(x.waiting).toMatchObject({
        previousTaskId: old?.id,
        waitingSince: old?.waitingSince,
        queuedAt: x.now,
        queueId: 'support',
        priority: 1,
      });
      expect(x.left(`agentRequestTtl:${x.waiting?.id}`)).toBe(260);
    });

    it.each([
      ['X has an agent', () => anActiveStory()],
      [
        'X has a request',
        () => {
          const story = aCreatedStory();
          story.findAgent();
          return story;
        },
      ],
    ])('an open request is CANCELLED when %s', (_why, make) => {
      const m = aMergedStory();
      m.findAgent();
      const x = make();
      const tasks = x.state.tasks.length;
      merge(m, x);
      expect(x.state.tasks).toHaveLength(tasks);
      expect(m.task(1).closeDetail).toBe('MERGED');
    });

    it("M's agent answers X's open request", () => {
      const m = aMergedStory(whatsAppSettings(), ['a2']);
      const x = aCreatedStory();
      x.findAgent();
      merge(m, x);
      expect(x.task(1)).toMatchObject({ closeReason: 'CANCELLED', closeDetail: 'JOINED' });
    });

    it('data of X win, other keys are copied', () => {
      const m = aMergedStory(whatsAppSettings(), ['a2']);
      m.request('updateData', { actor: agent('a2'), set: { a: 'm', b: 'm' } });
      const x = anActiveStory();
      x.request('updateData', { actor: agent('a1'), set: { a: 'x' } });
      merge(m, x);
      expect(x.state.data).toEqual({ a: 'x', b: 'm' });
    });

    it('the customer had left X: the moved session brings the agents back', () => {
      const x = anActiveStory(someSettings(wrapUp));
      x.endSession();
      merge(aMergedStory(), x);
      expect(x.state.state).toBe('ACTIVE');
      expect(x.role('a1')).toBe('PRIMARY');
    });
  });

  it('X closed meanwhile: what moves in opens the next conversation', () => {
    const m = aMergedStory(whatsAppSettings(), ['a2']);
    const x = new Story();
    x.state = open(anOpening(), x.now);
    x.apply({ type: 'sessionsMovedIn', moved: movedOut(m.state) });
    expect(x.types().slice(0, 4)).toEqual([
      'CONVERSATION_STARTED',
      'CONVERSATION_MERGED',
      'CHANNEL_SESSION_STARTED',
      'BOT_SUBSCRIBED',
    ]);
    expect(x.state).toMatchObject({ state: 'ACTIVE', control: { holder: 'AGENTS', epoch: 2 } });
  });

  it('X closed meanwhile and no session moves: nothing begins, and routing has the agents back', () => {
    const m = aMergedStory(whatsAppSettings(), ['a2']);
    const moved = { ...movedOut(m.state), sessions: [] };
    const x = new Story();
    x.state = open(anOpening(), x.now);
    const { entries, effects } = x.apply({ type: 'sessionsMovedIn', moved });
    expect(entries).toEqual([]);
    expect(effects).toMatchObject([
      { type: 'routing', news: { type: 'ended', task: { agentId: 'a2' } } },
    ]);
  });
});
