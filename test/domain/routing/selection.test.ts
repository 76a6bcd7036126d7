import { explainWaiting } from '../../../domain/routing/explain';
import type { Expression } from '../../../domain/routing/schema';
import { anAgent, aQueue, aRoutingConfig, aStep, RoutingStory } from '../../support/routing';

const atLeast = (attributeId: string, value: number): Expression => ({
  terms: [{ attributeId, op: '>=', value }],
});

describe('selection (domain.md 6.6)', () => {
  it.each([
    ['LONGEST_AVAILABLE', 'low'],
    ['MOST_SKILLED', 'high'],
    ['LEAST_SKILLED', 'low'],
  ] as const)('%s', (agentSelectionPolicy, expected) => {
    const steps = [aStep({ expression: atLeast('billing', 1) })];
    const queues = { support: aQueue({ agentSelectionPolicy, steps }) };
    const agents = { high: anAgent({ billing: 9 }), low: anAgent({ billing: 2 }) };
    const story = new RoutingStory(aRoutingConfig({ agents, queues }));
    story.logsIn('low').wait(10).logsIn('high');
    const taskId = story.asks();
    expect(story.ringingAt(expected)).toBe(taskId);
  });

  it('fewest tasks first, then who has been available longest', () => {
    const story = new RoutingStory().logsIn('a1').wait(1).logsIn('a2');
    story.asks();
    story.accepts('a1');
    story.asks();
    expect(story.ringingAt('a2')).toBe('tsk_2');
    story.accepts('a2');
    story.wait(1).ends('a1', 'cnv_1');
    story.wait(1).ends('a2', 'cnv_2');
    story.asks();
    expect(story.ringingAt('a1')).toBe('tsk_3');
  });

  it('explains: candidates in order, everybody else with the reason', () => {
    const agents = {
      a1: anAgent(),
      a2: anAgent(),
      busy: anAgent({}, { chat: 1 }),
      off: anAgent(),
      inside: anAgent(),
    };
    const story = new RoutingStory(aRoutingConfig({ agents })).logsIn('busy');
    story.joins('busy');
    story.logsIn('a1', 'inside').wait(1).logsIn('a2');
    story.sets('off', 'NOT_READY');
    story.asks({ presentAgentIds: ['inside'] });
    const decision = story.effects.find(({ type }) => type === 'decision');
    expect(decision).toMatchObject({
      chosen: 'a1',
      candidates: ['a1', 'a2'],
      stepsOpen: 1,
      skipped: { BUSY: ['busy'], NOT_READY: ['off'], IN_CONVERSATION: ['inside'] },
    });
  });

  it.each<[string, (story: RoutingStory) => unknown, string]>([
    ['no match for any open step', (story) => story.logsIn('unskilled'), 'NO_MATCH'],
    ['an offer rings', (story) => story.logsIn('skilled').asks(), 'RESERVED'],
    [
      'switched off with work',
      (story) => {
        story.logsIn('skilled').joins('skilled');
        story.sets('skilled', 'NOT_READY');
      },
      'PENDING_NOT_READY',
    ],
    [
      'another MRD took the agent',
      (story) => story.logsIn('skilled').joins('skilled', { mrdId: 'voice' }),
      'INTERRUPTED',
    ],
    [
      'lost',
      (story) => story.logsIn('skilled').take({ type: 'presenceLost', agentIds: ['skilled'] }),
      'UNKNOWN',
    ],
  ])('no candidate: %s', (_why, make, reason) => {
    const steps = [aStep({ expression: atLeast('billing', 5) })];
    const agents = { skilled: anAgent({ billing: 5 }), unskilled: anAgent({ billing: 4 }) };
    const queues = { support: aQueue({ steps }) };
    const story = new RoutingStory(aRoutingConfig({ agents, queues }));
    make(story);
    const taskId = story.asks();
    expect(story.told(taskId)).toEqual([]);
    const [explained] = explainWaiting(story.state, story.now, taskId);
    expect(Object.keys(explained?.skipped ?? {})).toEqual([reason]);
  });

  it.each<[string, (story: RoutingStory) => unknown, string]>([
    ['an agent comes, who is in the first conversation', (story) => story.logsIn('a2'), 'second'],
    ['a place is free', (story) => story.ends('a1', 'cnv_1'), 'first'],
    [
      'the first one ends',
      (story) => {
        story.ends('a1', 'cnv_1');
        story.take({ type: 'requestCancelled', taskId: 'first' });
      },
      'second',
    ],
    [
      'an agent may have more',
      (story) => {
        const agents = { a1: anAgent({}, { chat: 2 }), a2: anAgent() };
        story.take({ type: 'configured', config: aRoutingConfig({ agents }) });
      },
      'first',
    ],
  ])('all are looked at again when %s (domain.md 6.5)', (_what, act, served) => {
    const agents = { a1: anAgent({}, { chat: 1 }), a2: anAgent() };
    const story = new RoutingStory(aRoutingConfig({ agents })).logsIn('a1');
    story.joins('a1');
    story.asks({ taskId: 'first', priority: 2, presentAgentIds: ['a2'] });
    story.asks({ taskId: 'second' });
    expect([story.told('first'), story.told('second')]).toEqual([[], []]);
    act(story);
    expect(story.told(served).at(-1)?.type).toBe('RESERVED');
  });
});

describe('last agent (domain.md 6.7)', () => {
  const asks = (story: RoutingStory) =>
    story.asks({ prefer: { agentId: 'a2', until: story.now + 30_000 } });

  it('rings at that agent although another waits longer', () => {
    const story = new RoutingStory().logsIn('a1').wait(5).logsIn('a2');
    const taskId = asks(story);
    expect(story.ringingAt('a2')).toBe(taskId);
  });

  it('is waited for while busy, up to the time; then the ordinary steps open', () => {
    const { mrds } = aRoutingConfig();
    const agents = { a1: anAgent(), a2: anAgent({}, { chat: 1 }) };
    const story = new RoutingStory(aRoutingConfig({ mrds, agents })).logsIn('a1', 'a2');
    story.joins('a2');
    const taskId = asks(story);
    expect(story.ringingAt('a1')).toBeUndefined();
    story.wait(29);
    expect(story.ringingAt('a1')).toBeUndefined();
    story.wait(1);
    expect(story.ringingAt('a1')).toBe(taskId);
  });

  it.each([
    ['not logged in', () => undefined],
    ['NOT_READY', (story: RoutingStory) => story.sets('a2', 'NOT_READY')],
    ['not of the MRD', (story: RoutingStory) => story.logsIn('a2')],
  ] as const)('is skipped at once when %s', (name, prepare) => {
    const a2 = name === 'not of the MRD' ? anAgent({}, { chat: 0, email: 5 }) : anAgent();
    const story = new RoutingStory(aRoutingConfig({ agents: { a1: anAgent(), a2 } })).logsIn('a1');
    prepare(story);
    const taskId = asks(story);
    expect(story.ringingAt('a1')).toBe(taskId);
  });

  it('RONA or decline opens the ordinary steps', () => {
    const story = new RoutingStory().logsIn('a1', 'a2');
    asks(story);
    story.declines('a2');
    expect(story.ringingAt('a1')).toBe('tsk_1_2');
  });
});
