import { type MrdFacts, mrdState } from '../../../domain/routing/mrd-states';
import { anAgent, aRoutingConfig, RoutingStory } from '../../support/routing';

describe('MRD states (domain.md 6.8)', () => {
  const facts: MrdFacts = {
    agent: 'READY',
    wanted: true,
    interrupted: false,
    ringing: false,
    tasks: 0,
    capacity: 2,
  };
  it.each([
    ['free', {}, 'READY'],
    ['an offer rings', { ringing: true }, 'RESERVED'],
    ['an offer rings beside work', { ringing: true, tasks: 1 }, 'RESERVED'],
    ['1..max-1 tasks', { tasks: 1 }, 'ACTIVE'],
    ['at max', { tasks: 2 }, 'BUSY'],
    ['over max, by a smaller capacity', { tasks: 3 }, 'BUSY'],
    ['off', { wanted: false }, 'NOT_READY'],
    ['off with work', { wanted: false, tasks: 1 }, 'PENDING_NOT_READY'],
    ['off while it rings', { wanted: false, ringing: true }, 'PENDING_NOT_READY'],
    ['another MRD took the agent', { interrupted: true }, 'INTERRUPTED'],
    ['interrupted with work', { interrupted: true, tasks: 1 }, 'INTERRUPTED'],
    ['never routable', { capacity: 0 }, 'NOT_READY'],
    ['agent UNKNOWN', { agent: 'UNKNOWN', tasks: 1 }, 'UNKNOWN'],
    ['agent LOGOUT', { agent: 'LOGOUT' }, 'LOGOUT'],
  ] as const)('%s', (_name, change, state) => {
    expect(mrdState({ ...facts, ...change })).toBe(state);
  });
});

describe('agent states', () => {
  it('a login asking READY goes on to READY, and the MRDs with it', () => {
    const story = new RoutingStory();
    story.sets('a1', 'READY');
    expect(story.agent('a1')).toMatchObject({ state: 'READY', loginAt: expect.any(String) });
    expect(story.mrd('a1')).toBe('READY');
    expect(
      story.effects.flatMap((it) =>
        it.type === 'stateChanged' && it.mrdId === null ? [`${it.from} ${it.to}`] : [],
      ),
    ).toEqual(['LOGOUT NOT_READY', 'NOT_READY READY']);
  });

  it('refuses whom nobody knows or who is switched off', () => {
    const story = new RoutingStory(
      aRoutingConfig({ agents: { a1: { ...anAgent(), enabled: false } } }),
    );
    expect(story.sets('a1', 'READY').refused?.code).toBe('ILLEGAL_STATE');
    expect(story.sets('a9', 'READY').refused?.code).toBe('NOT_FOUND');
    expect(story.state.agents.size).toBe(0);
  });

  it('NOT_READY with work: PENDING_NOT_READY until it is done, and READY again brings it back', () => {
    const story = new RoutingStory().logsIn('a1');
    story.asks();
    story.accepts('a1');
    story.sets('a1', 'NOT_READY');
    expect(story.mrd('a1')).toBe('PENDING_NOT_READY');
    expect(story.mrd('a1', 'email')).toBe('NOT_READY');
    story.sets('a1', 'READY');
    expect(story.mrd('a1')).toBe('ACTIVE');
    story.sets('a1', 'NOT_READY');
    story.ends('a1', 'cnv_1');
    expect(story.mrd('a1')).toBe('NOT_READY');
  });

  it('a ringing offer goes on when the agent goes NOT_READY', () => {
    const story = new RoutingStory().logsIn('a1');
    story.asks();
    story.sets('a1', 'NOT_READY');
    expect(story.mrd('a1')).toBe('PENDING_NOT_READY');
    expect(story.accepts('a1').refused).toBeUndefined();
  });

  it('an MRD goes READY only with its agent, and the last one that goes takes the agent along', () => {
    const story = new RoutingStory(aRoutingConfig({ agents: { a1: anAgent({}, { chat: 1 }) } }));
    story.sets('a1', 'NOT_READY');
    const set = (state: 'READY' | 'NOT_READY', mrdId = 'chat') =>
      story.take({ type: 'setMrdState', agentId: 'a1', mrdId, state });
    expect(set('READY').refused?.code).toBe('ILLEGAL_STATE');
    story.sets('a1', 'READY');
    expect(set('READY', 'email').refused?.code).toBe('NOT_FOUND');
    set('NOT_READY');
    expect(story.agent('a1')).toMatchObject({ state: 'NOT_READY' });
  });

  it('an MRD without capacity does not keep an agent READY whose last MRD has gone', () => {
    const agents = { a1: anAgent({}, { chat: 1, email: 0 }) };
    const story = new RoutingStory(aRoutingConfig({ agents })).logsIn('a1');
    story.take({ type: 'setMrdState', agentId: 'a1', mrdId: 'chat', state: 'NOT_READY' });
    expect(story.agent('a1')).toMatchObject({ state: 'NOT_READY' });
  });

  it('an MRD that does not follow stays as it was switched', () => {
    const { mrds } = aRoutingConfig();
    const chat = { ...(mrds['chat'] as NonNullable<(typeof mrds)[string]>), autoSync: false };
    const story = new RoutingStory(aRoutingConfig({ mrds: { ...mrds, chat } })).logsIn('a1');
    expect([story.mrd('a1'), story.mrd('a1', 'email')]).toEqual(['NOT_READY', 'READY']);
  });
});

describe('interruption', () => {
  const story = (agent = {}) => {
    const mrds = aRoutingConfig().mrds;
    return new RoutingStory(
      aRoutingConfig({ mrds: { ...mrds, ...agent } as typeof mrds, agents: { a1: anAgent() } }),
    ).logsIn('a1');
  };
  const told = (s: RoutingStory) =>
    s.effects.flatMap((it) =>
      it.type === 'tell' && it.news.change.type !== 'RESERVED' && it.news.change.type !== 'ACCEPTED'
        ? [it.news.change.type]
        : [],
    );

  it('y not interruptible: both run', () => {
    const s = story();
    s.joins('a1', { mrdId: 'chat' });
    expect(s.mrd('a1', 'voice')).toBe('READY');
  });

  it('y interruptible, x not: INTERRUPTED, and the work on y is told; back when x is at 0', () => {
    const s = story();
    s.joins('a1', { mrdId: 'chat' });
    s.joins('a1', { mrdId: 'voice' });
    expect(s.mrd('a1')).toBe('INTERRUPTED');
    expect(told(s)).toEqual(['INTERRUPTED']);
    s.ends('a1', 'cnv_2');
    expect(s.mrd('a1')).toBe('ACTIVE');
    expect(told(s)).toEqual(['INTERRUPTED', 'FREE']);
  });

  it('both interruptible: for new work only, work on y goes on', () => {
    const s = story();
    s.joins('a1', { mrdId: 'chat' });
    s.joins('a1', { mrdId: 'email' });
    expect(s.mrd('a1')).toBe('INTERRUPTED');
    expect(s.mrd('a1', 'email')).toBe('ACTIVE'); // the newer work has the agent
    expect(told(s)).toEqual([]);
    s.ends('a1', 'cnv_2');
    expect(s.mrd('a1')).toBe('ACTIVE');
    expect(s.mrd('a1', 'email')).toBe('INTERRUPTED');
  });

  it('an offer interrupts as well, and gives back when it lapses', () => {
    const s = story();
    s.asks();
    expect(s.mrd('a1', 'email')).toBe('INTERRUPTED');
    s.declines('a1');
    // The only agent is asked again: last of the candidates, but the only one.
    expect(s.ringingAt('a1')).toBe('tsk_1_2');
  });
});
