import { carry } from '../../../domain/routing/carry';
import { anAgent, aQueue, aRoutingConfig, RoutingStory } from '../../support/routing';

const placeIn = (story: RoutingStory, conversationId: string, agentId = 'a1') =>
  story.state.agents.get(agentId)?.places.get(conversationId);
const ends = (story: RoutingStory, taskId: string, conversationId = 'cnv_x') =>
  story.take({ type: 'taskEnded', taskId, conversationId, agentId: 'a1' });
const moves = (story: RoutingStory, taskId: string, conversationId: string, agentId = 'a1') =>
  story.take({
    type: 'taskMoved',
    taskId,
    agentId,
    conversationId,
    workflowId: `conversation:of ${conversationId}`,
  });

describe('a place for an own act of which the conversation tells nothing', () => {
  const waits = { taskId: 'tsk_own', conversationId: 'cnv_x' };

  it('is free again after a minute, and whoever waits is served', () => {
    const one = aRoutingConfig({ agents: { a1: anAgent({}, { chat: 1 }) } });
    const story = new RoutingStory(one).logsIn('a1');
    story.joins('a1', waits);
    const taskId = story.asks();
    expect(story.wait(59).mrd('a1')).toBe('BUSY');
    expect(story.wait(1).ringingAt('a1')).toBe(taskId);
    expect(story.effects).toContainEqual({
      type: 'agentEvent',
      agentId: 'a1',
      event: 'TASK_ENDED',
      data: waits,
    });
  });

  it.each([
    ['joined', (story: RoutingStory) => moves(story, 'tsk_own', 'cnv_x')],
    [
      'joined by taking what waited',
      (story: RoutingStory) =>
        story.take({
          type: 'requestCancelled',
          taskId: story.asks({ conversationId: 'cnv_x' }),
          takenBy: 'a1',
          asked: 'tsk_own',
        }),
    ],
    ['began a conversation', (story: RoutingStory) => moves(story, 'tsk_own', 'cnv_new')],
  ])('stays the place of an agent who %s in time', (_how, confirm) => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', waits);
    confirm(story.wait(50));
    expect(story.wait(3_600).agent('a1').mrds[0]).toMatchObject({ state: 'ACTIVE', tasks: 1 });
  });

  it('of several tries only the one that came counts', () => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', waits);
    story.wait(12).joins('a1', { ...waits, taskId: 'tsk_again' });
    moves(story, 'tsk_own', 'cnv_x');
    story.wait(120);
    expect(placeIn(story, 'cnv_x')).toMatchObject({ taskId: 'tsk_own', earlier: [] });
    ends(story, 'tsk_own');
    expect(story.mrd('a1')).toBe('READY');
  });

  it('is taken anew when the act comes late, and the agent has room', () => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', waits);
    moves(story.wait(90), 'tsk_own', 'cnv_x');
    expect(placeIn(story, 'cnv_x')).toMatchObject({ taskId: 'tsk_own', counts: true });
    expect(story.wait(3_600).mrd('a1')).toBe('ACTIVE');
    ends(story, 'tsk_own');
    expect(story.mrd('a1')).toBe('READY');
  });

  it('is taken anew also where the late act took what waited', () => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', waits);
    story.wait(61).sets('a1', 'NOT_READY');
    const taskId = story.asks({ conversationId: 'cnv_x' });
    story.take({ type: 'requestCancelled', taskId, takenBy: 'a1', asked: 'tsk_own' });
    moves(story, taskId, 'cnv_x');
    expect(placeIn(story, 'cnv_x')).toMatchObject({ taskId });
  });

  it.each([
    ['has other work by then', (story: RoutingStory) => story.joins('a1')],
    ['is gone by then', (story: RoutingStory) => story.sets('a1', 'LOGOUT')],
  ])('takes an agent out of the conversation who comes late and %s', (_why, meanwhile) => {
    const one = aRoutingConfig({ agents: { a1: anAgent({}, { chat: 1 }) } });
    const story = new RoutingStory(one).logsIn('a1');
    story.joins('a1', waits);
    meanwhile(story.wait(90));
    moves(story, 'tsk_own', 'cnv_x');
    expect(story.effects.at(-1)).toMatchObject({
      type: 'remove',
      leave: { conversationId: 'cnv_x', agentId: 'a1' },
    });
  });

  it('lets out an agent again who had only come in by that act', () => {
    const story = new RoutingStory();
    story.joins('a1', { ...waits, letIn: true });
    expect(story.agent('a1').state).toBe('NOT_READY');
    expect(story.wait(60).agent('a1').state).toBe('LOGOUT');
  });
});

describe('places: what an agent has', () => {
  it('is free when every task that came to be in it has ended, in whatever order', () => {
    for (const order of [
      ['tsk_1', 'tsk_2', 'tsk_3'],
      ['tsk_3', 'tsk_2', 'tsk_1'],
      ['tsk_2', 'tsk_3', 'tsk_1'],
    ]) {
      const story = new RoutingStory().logsIn('a1');
      for (const taskId of ['tsk_1', 'tsk_2', 'tsk_3'])
        story.joins('a1', { taskId, conversationId: 'cnv_x' });
      expect(story.mrd('a1')).toBe('ACTIVE');
      expect(story.agent('a1').mrds[0]).toMatchObject({ tasks: 1 });
      for (const taskId of order) {
        expect(placeIn(story, 'cnv_x')).toBeDefined();
        ends(story, taskId);
        ends(story, taskId); // news that comes twice
      }
      expect(placeIn(story, 'cnv_x')).toBeUndefined();
      expect(story.mrd('a1')).toBe('READY');
    }
  });

  it('an accepted offer that the conversation gives back leaves the place that was taken before', () => {
    const story = new RoutingStory().logsIn('a1');
    const offered = story.asks({ conversationId: 'cnv_x' });
    story.joins('a1', { taskId: 'tsk_own', conversationId: 'cnv_x' });
    story.accepts('a1', offered);
    ends(story, offered); // the conversation has the agent already
    expect(placeIn(story, 'cnv_x')).toMatchObject({ taskId: 'tsk_own', earlier: [] });
    ends(story, 'tsk_own');
    expect(story.mrd('a1')).toBe('READY');
  });

  it('who was in the conversation when it asked is a candidate once they have left', () => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', { taskId: 'tsk_own', conversationId: 'cnv_x' });
    const taskId = story.asks({ conversationId: 'cnv_x', presentAgentIds: ['a1'] });
    expect(story.ringingAt('a1')).toBeUndefined();
    ends(story, 'tsk_own');
    expect(story.ringingAt('a1')).toBe(taskId);
  });

  it('a merge takes it to another conversation: its end there frees it, a logout is told there', () => {
    const story = new RoutingStory().logsIn('a1');
    const taskId = story.asks();
    story.accepts('a1');
    moves(story, taskId, 'cnv_survivor');
    expect([...(story.state.agents.get('a1')?.places.keys() ?? [])]).toEqual(['cnv_survivor']);
    story.sets('a1', 'LOGOUT');
    expect(story.effects).toContainEqual({
      type: 'remove',
      workflowId: 'conversation:of cnv_survivor',
      leave: expect.objectContaining({ conversationId: 'cnv_survivor', agentId: 'a1' }),
    });
    story.logsIn('a1');
    const next = story.asks();
    story.accepts('a1');
    moves(story, next, 'cnv_survivor');
    ends(story, next, 'cnv_survivor');
    expect(story.mrd('a1')).toBe('READY');
  });

  it('ends by its task, whatever conversation the news names', () => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', { taskId: 'tsk_out', conversationId: 'cnv_not_begun' });
    ends(story, 'tsk_out', 'cnv_known_now');
    expect(story.mrd('a1')).toBe('READY');
  });

  it.each([
    ['logged out meanwhile', (story: RoutingStory) => story.sets('a1', 'LOGOUT'), 'LOGOUT'],
    [
      'lost meanwhile',
      (story: RoutingStory) => story.take({ type: 'presenceLost', agentIds: ['a1'] }),
      'PRESENCE_LOST',
    ],
  ] as const)('of an agent who was %s: the new conversation is told', (_how, go, reason) => {
    const story = new RoutingStory().logsIn('a1');
    const taskId = story.asks();
    story.accepts('a1');
    go(story);
    moves(story, taskId, 'cnv_survivor');
    expect(story.effects.at(-1)).toMatchObject({
      type: 'remove',
      workflowId: 'conversation:of cnv_survivor',
      leave: { agentId: 'a1', reason },
    });
  });

  it('of an agent who was logged out and is back before the join arrived: taken out all the same', () => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', { taskId: 'tsk_own', conversationId: 'cnv_x' });
    story.sets('a1', 'LOGOUT');
    story.logsIn('a1');
    moves(story, 'tsk_own', 'cnv_x');
    expect(story.effects.at(-1)).toMatchObject({ type: 'remove', leave: { agentId: 'a1' } });
    const barged = story.effects.length;
    moves(story, 'tsk_without_a_place', 'cnv_y');
    expect(story.effects).toHaveLength(barged);
  });

  describe('a merge whose news comes after routing gave the place up with the merged conversation', () => {
    const late = (story: RoutingStory) =>
      story.take({
        type: 'taskMoved',
        taskId: 'tsk_own',
        agentId: 'a1',
        conversationId: 'cnv_survivor',
        workflowId: 'conversation:cus_survivor',
      });
    const given = (maxTasks: number) => {
      const agents = { a1: anAgent({}, { chat: maxTasks }) };
      const story = new RoutingStory(aRoutingConfig({ agents })).logsIn('a1');
      story.joins('a1', { taskId: 'tsk_own', conversationId: 'cnv_m' });
      story.take({ type: 'conversationGone', conversationId: 'cnv_m' });
      expect(story.mrd('a1')).toBe('READY');
      return story;
    };

    it('takes it again: the agent works on, and a logout is told there', () => {
      const story = given(2);
      late(story);
      expect(placeIn(story, 'cnv_survivor')).toMatchObject({ taskId: 'tsk_own', counts: true });
      expect(story.mrd('a1')).toBe('ACTIVE');
      late(story); // news that comes twice
      story.sets('a1', 'LOGOUT');
      const removed = story.effects.filter(({ type }) => type === 'remove');
      expect(removed).toMatchObject([{ workflowId: 'conversation:cus_survivor' }]);
    });

    it('an agent who has no room any more is taken out, and the conversation looks for another', () => {
      const story = given(1);
      story.joins('a1', { conversationId: 'cnv_other' });
      late(story);
      expect(story.effects.at(-1)).toMatchObject({
        type: 'remove',
        leave: { conversationId: 'cnv_survivor', agentId: 'a1', reason: 'LOGOUT' },
      });
      expect(story.agent('a1').mrds[0]).toMatchObject({ tasks: 1 });
    });
  });

  it('a conversation that runs no longer frees it at once, however many tasks it had', () => {
    const story = new RoutingStory().logsIn('a1');
    story.joins('a1', { taskId: 'tsk_1', conversationId: 'cnv_x' });
    story.joins('a1', { taskId: 'tsk_2', conversationId: 'cnv_x' });
    story.take({ type: 'conversationGone', conversationId: 'cnv_x' });
    expect(story.mrd('a1')).toBe('READY');
  });

  it('counts for the mean handle time also when a logout ends it', () => {
    const story = new RoutingStory().logsIn('a1');
    story.asks();
    story.accepts('a1');
    story.wait(90).sets('a1', 'LOGOUT');
    expect(story.state.handled.get('support')).toEqual([{ at: story.now, seconds: 90 }]);
  });

  it('the domain takes no more than one payload may carry: then nobody is offered or let in', () => {
    const agents = Object.fromEntries(Array.from({ length: 40 }, (_, n) => [`b${n}`, anAgent()]));
    const story = new RoutingStory(
      aRoutingConfig({ agents: { ...agents, a1: anAgent() }, queues: { support: aQueue() } }),
    ).logsIn(...Object.keys(agents), 'a1');
    let joined = 0;
    while (!story.joins(`b${joined % 40}`, { counts: false }).refused) joined += 1;
    expect(story.joins('a1').refused?.code).toBe('CONFLICT');
    const taskId = story.asks();
    expect(story.request(taskId)).toMatchObject({ offer: null });
    const named = story.asks({ agentId: 'a1' });
    expect(story.told(named)).toMatchObject([{ reason: 'NO_AGENT_AVAILABLE' }]);
    const bytes = JSON.stringify(carry(story.state, story.now)).length;
    expect(bytes).toBeLessThan(2_000_000);
    for (const conversationId of [...(story.state.agents.get('b0')?.places.keys() ?? [])])
      story.ends('b0', conversationId);
    expect(story.request(taskId)).toMatchObject({ offer: { agentId: expect.any(String) } });
  });
});
