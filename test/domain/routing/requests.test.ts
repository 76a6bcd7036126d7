import { explainWaiting } from '../../../domain/routing/explain';
import type { Expression } from '../../../domain/routing/schema';
import { queueStatuses } from '../../../domain/routing/status';
import { anAgent, aQueue, aRoutingConfig, aStep, RoutingStory } from '../../support/routing';

const atLeast = (attributeId: string, value: number): Expression => ({
  terms: [{ attributeId, op: '>=', value }],
});

describe('order of requests (domain.md 6.3)', () => {
  it('queue priority, task priority, age, id', () => {
    const queues = { support: aQueue(), vip: aQueue({ priority: 5 }) };
    const story = new RoutingStory(aRoutingConfig({ queues }));
    const since = story.now;
    story.asks({ taskId: 'tsk_young' });
    story.asks({ taskId: 'tsk_old', waitingSince: since - 1000 });
    story.asks({ taskId: 'tsk_urgent', priority: 9 });
    story.asks({ taskId: 'tsk_requeued', priority: 11 });
    story.asks({ taskId: 'tsk_vip', queueId: 'vip' });
    story.asks({ taskId: 'tsk_b', waitingSince: since - 1000 });
    story.logsIn('a1');
    const served: string[] = [];
    for (let taskId = story.ringingAt('a1'); taskId; taskId = story.ringingAt('a1')) {
      served.push(taskId);
      story.accepts('a1');
      story.ends('a1', [...(story.state.agents.get('a1')?.places.keys() ?? [])][0] ?? '');
    }
    expect(served).toEqual([
      'tsk_vip',
      'tsk_requeued',
      'tsk_urgent',
      'tsk_b',
      'tsk_old',
      'tsk_young',
    ]);
  });

  it('one that finds nobody does not block the next', () => {
    const story = new RoutingStory().logsIn('a1');
    story.asks({ attributes: { urdu: true } });
    const second = story.asks();
    expect(story.ringingAt('a1')).toBe(second);
  });

  it('news that comes twice, or after the end, opens nothing', () => {
    const story = new RoutingStory();
    story.asks({ taskId: 'tsk_1' });
    story.asks({ taskId: 'tsk_1' });
    expect(story.state.waiting.size).toBe(1);
    story.take({ type: 'requestCancelled', taskId: 'tsk_1' });
    story.asks({ taskId: 'tsk_1' });
    story.take({ type: 'requestCancelled', taskId: 'tsk_2' });
    story.asks({ taskId: 'tsk_2' });
    expect(story.state.waiting.size).toBe(0);
  });

  it('a queue that is not there: NO_AGENT_AVAILABLE', () => {
    const story = new RoutingStory();
    const taskId = story.asks({ queueId: 'gone' });
    expect(story.told(taskId)).toMatchObject([{ type: 'CLOSED', reason: 'NO_AGENT_AVAILABLE' }]);
  });

  it('2,000 agents and 5,000 requests; one more is refused', () => {
    const agents = Object.fromEntries(
      Array.from({ length: 2_001 }, (_, n) => [`a${n}`, anAgent()]),
    );
    const story = new RoutingStory(aRoutingConfig({ agents }));
    for (let n = 0; n < 5_000; n += 1) story.asks();
    const last = story.asks();
    expect(story.told(last)).toMatchObject([{ reason: 'NO_AGENT_AVAILABLE' }]);
    for (let n = 0; n < 2_000; n += 1) story.sets(`a${n}`, 'NOT_READY');
    expect(story.sets('a2000', 'READY').refused?.code).toBe('CONFLICT');
  });
});

describe('steps (domain.md 6.5)', () => {
  const stepped = (skipIfNoCandidate = false) => {
    const steps = [
      aStep({ expression: atLeast('billing', 8), skipIfNoCandidate }),
      aStep({ expression: atLeast('billing', 5), timeoutSeconds: 10 }),
      aStep(),
    ];
    const agents = {
      expert: anAgent({ billing: 9 }),
      junior: anAgent({ billing: 5 }),
      a1: anAgent(),
    };
    return new RoutingStory(aRoutingConfig({ agents, queues: { support: aQueue({ steps }) } }));
  };

  it('open one after the other, in addition', () => {
    const story = stepped().logsIn('a1');
    const taskId = story.asks();
    expect(story.ringingAt('a1')).toBeUndefined();
    story.wait(30);
    expect(story.request(taskId)?.stepsOpen).toBe(2);
    story.wait(10);
    expect(story.request(taskId)).toMatchObject({ stepsOpen: 3, stepDueAt: null });
    expect(story.ringingAt('a1')).toBe(taskId);
  });

  it('the first step with a candidate decides', () => {
    const story = stepped();
    const taskId = story.asks();
    story.wait(40);
    expect(story.request(taskId)?.stepsOpen).toBe(3);
    const first = story.sets('junior', 'NOT_READY');
    expect(first.refused).toBeUndefined();
    story.sets('expert', 'NOT_READY');
    story.sets('junior', 'READY');
    expect(story.ringingAt('junior')).toBe(taskId);
  });

  it('skipIfNoCandidate: at once while nobody who matches works, else by time', () => {
    const skips = stepped(true);
    const taskId = skips.asks();
    expect(skips.request(taskId)?.stepsOpen).toBe(2);
    const waits = stepped(true);
    waits.sets('expert', 'READY');
    waits.asks();
    const second = waits.asks();
    expect(waits.request(second)?.stepsOpen).toBe(1);
    waits.sets('expert', 'LOGOUT');
    expect(waits.request(second)?.stepsOpen).toBe(2);
  });

  it('RONA leaves the steps open', () => {
    const story = stepped().logsIn('a1', 'junior');
    story.asks();
    story.wait(30);
    story.declines('junior');
    expect(story.request('tsk_1_2')?.stepsOpen).toBe(2);
  });
});

describe('ends and pauses', () => {
  it('a cancelled request revokes its offer', () => {
    const story = new RoutingStory().logsIn('a1');
    const taskId = story.asks();
    story.take({ type: 'requestCancelled', taskId });
    expect(story.mrd('a1')).toBe('READY');
    expect(story.effects).toContainEqual(
      expect.objectContaining({ type: 'agentEvent', event: 'OFFER_REVOKED', agentId: 'a1' }),
    );
    expect(story.accepts('a1', taskId).refused?.code).toBe('CONFLICT');
  });

  it('an agent who joins by an own act takes the task along', () => {
    const story = new RoutingStory().logsIn('a1', 'a2');
    const taskId = story.asks({ conversationId: 'cnv_x', workflowId: 'conversation:cus_x' });
    const place = {
      taskId: 'tsk_own',
      conversationId: 'cnv_x',
      workflowId: 'conversation:cus_x',
      agentId: 'a2',
      mrdId: 'chat',
      kind: 'JOIN',
      counts: true,
      letIn: false,
      request: null,
    } as const;
    story.take({ type: 'takePlace', place });
    story.take({ type: 'requestCancelled', taskId, takenBy: 'a2' });
    expect(story.state.agents.get('a2')?.places.get('cnv_x')?.taskId).toBe(taskId);
    expect(story.ringingAt('a1')).toBeUndefined();
    story.ends('a2', 'cnv_x');
    expect(story.mrd('a2')).toBe('READY');
  });

  it('a conversation that is gone gives everything back', () => {
    const story = new RoutingStory().logsIn('a1', 'a2');
    story.asks();
    story.accepts('a1');
    story.asks();
    story.take({ type: 'conversationGone', conversationId: 'cnv_1' });
    story.take({ type: 'conversationGone', conversationId: 'cnv_2' });
    expect(story.state.waiting.size).toBe(0);
    expect([story.mrd('a1'), story.mrd('a2')]).toEqual(['READY', 'READY']);
  });

  it('TTL: ended a moment after the conversation should have', () => {
    const story = new RoutingStory();
    const taskId = story.asks();
    story.wait(304);
    expect(story.request(taskId)).toBeDefined();
    story.wait(1);
    expect(story.told(taskId)).toMatchObject([{ type: 'CLOSED', reason: 'NO_AGENT_AVAILABLE' }]);
  });

  it('paused: waits go on, no offers; resumed: looked at again', () => {
    const story = new RoutingStory().logsIn('a1');
    story.take({ type: 'pauseQueue', queueId: 'support' });
    const taskId = story.asks();
    expect(story.ringingAt('a1')).toBeUndefined();
    story.take({ type: 'resumeQueue', queueId: 'support' });
    expect(story.ringingAt('a1')).toBe(taskId);
  });

  it('K7: a flush ends what waits, not what rings', () => {
    const story = new RoutingStory().logsIn('a1');
    const ringing = story.asks();
    const waiting = story.asks();
    const flushed = story.take({ type: 'flushQueue', queueId: 'support', text: 'Sorry.' });
    expect(flushed.result).toEqual({ flushed: 1 });
    expect(story.told(waiting)).toEqual([
      { type: 'CLOSED', reason: 'FORCE_CLOSED', detail: 'FLUSHED', text: 'Sorry.' },
    ]);
    expect(story.ringingAt('a1')).toBe(ringing);
  });

  it('onCalendarClose EXPIRE', () => {
    const story = new RoutingStory();
    const closesAt = story.now + 60_000;
    story.take({
      type: 'configured',
      config: aRoutingConfig({ queues: { support: aQueue({ expiresAt: closesAt }) } }),
    });
    const taskId = story.asks();
    story.wait(60);
    expect(story.told(taskId)).toMatchObject([
      { reason: 'NO_AGENT_AVAILABLE', detail: 'CALENDAR_CLOSED' },
    ]);
  });
});

describe('position and estimated wait (domain.md 6.11)', () => {
  it('ceil(position x AHT / max(1, P)), clamped', () => {
    const agents = { a1: anAgent({}, { chat: 1 }), a2: anAgent({}, { chat: 1 }) };
    const story = new RoutingStory(aRoutingConfig({ agents })).logsIn('a1', 'a2');
    for (let n = 0; n < 5; n += 1) story.asks();
    story.accepts('a1');
    story.accepts('a2');
    const explained = (taskId: string) => explainWaiting(story.state, story.now, taskId)[0];
    expect(explained('tsk_5')).toMatchObject({ position: 3, ewtSeconds: 450 });
    story.wait(60).ends('a1', 'cnv_1');
    story.accepts('a1');
    expect(explained('tsk_5')).toMatchObject({ position: 2, ewtSeconds: 60 });
    const [status] = queueStatuses(story.state, story.now);
    expect(status).toMatchObject({ waiting: 2, ringing: 0, ewtSeconds: 90, agentsReady: 0 });
  });
});
