import { carry, restore } from '../../../domain/routing/carry';
import type { RoutingConfig } from '../../../domain/routing/model';
import { AGENTS_MAX, type RoutingState, WAITING_MAX } from '../../../domain/routing/state';
import { anAgent, aQueue, aRoutingConfig, aStep, RoutingStory } from '../../support/routing';

/** What one payload of continue-as-new may have, by our own rule. */
const CARRIED_BYTES = 1.5 * 1024 * 1024;

/** Ids as long as those of real conversations and customers, all different. */
function ids(n: number) {
  const hex = (n * 2_654_435_761).toString(16).padStart(12, '0').slice(-12);
  const root = `${hex}${[...hex].reverse().join('')}`;
  const customer = root.replaceAll('0', 'g').replaceAll('1', 'h').padEnd(26, 'z');
  return {
    conversationId: `cnv_${root}`,
    taskId: `tsk_${root}-1z`,
    workflowId: `conversation:cus_${customer.replaceAll('8', 'i').replaceAll('9', 'j')}`,
  };
}

/** Every agent at capacity, every place in the queues taken. */
function aFullDomain(): { readonly story: RoutingStory; readonly config: RoutingConfig } {
  const names = Array.from({ length: AGENTS_MAX }, (_, n) => `agent-${n}`);
  const queues = Object.fromEntries(
    Array.from({ length: 50 }, (_, n) => [`queue-${n}`, aQueue({ steps: [aStep(), aStep()] })]),
  );
  const config = aRoutingConfig({
    queues,
    agents: Object.fromEntries(names.map((id) => [id, anAgent({ billing: 5 })])),
  });
  const story = new RoutingStory(config);
  story.logsIn(...names);
  let n = 0;
  const asks = () => {
    n += 1;
    story.asks({ ...ids(n), queueId: `queue-${n % 50}` });
  };
  for (let place = 0; place < AGENTS_MAX * 5; place += 1) {
    n += 1;
    const agentId = `agent-${place % AGENTS_MAX}`;
    story.joins(agentId, ids(n));
    if (place < AGENTS_MAX * 5 - 1_000) story.take({ type: 'taskMoved', agentId, ...ids(n) });
  }
  for (const { places } of story.state.agents.values())
    if (places.size !== 5) throw new Error('the domain was to be full');
  story.wait(50);
  for (let waiting = 0; waiting < WAITING_MAX; waiting += 1) asks();
  return { story, config };
}

/** Everything that is state, as plain data. */
function plain(state: RoutingState) {
  return {
    agents: [...state.agents.values()].map((agent) => ({
      ...agent,
      mrds: [...agent.mrds],
      places: [...agent.places],
      ringing: [...agent.ringing],
    })),
    waiting: [...state.waiting.values()],
    paused: [...state.pausedQueues],
    handled: [...state.handled],
    ended: state.ended,
    awaited: [...state.awaited],
    givenUp: [...state.givenUp],
    answered: [...state.answered],
    n: state.n,
    orders: [...state.orders].flatMap(([mrdId, { snapshot }]) =>
      snapshot.map(({ taskId }) => `${mrdId} ${taskId}`),
    ),
    available: [...state.available].flatMap(([mrdId, free]) =>
      [...free].sort().map((agentId) => `${mrdId} ${agentId}`),
    ),
  };
}

describe('a routing domain is carried through continue-as-new', () => {
  it('2,000 agents at work and 5,000 waiting: within 1.5 MiB, and nothing is lost', () => {
    const { story, config } = aFullDomain();
    expect(story.state.waiting.size).toBe(WAITING_MAX);
    const carried = JSON.stringify(carry(story.state, story.now));
    expect(carried.length).toBeLessThan(1.5 * 1024 * 1024);
    expect(Buffer.byteLength(carried)).toBeLessThanOrEqual(CARRIED_BYTES);
    expect(Buffer.byteLength(carried)).toBeGreaterThan(CARRIED_BYTES / 2); // it was full
    const again = restore(JSON.parse(carried), config, story.now);
    expect(plain(again)).toEqual(plain(story.state));
  });

  it('everything that a small domain may hold comes back', () => {
    const queues = { support: aQueue({ steps: [aStep(), aStep()] }), vip: aQueue() };
    const config = aRoutingConfig({ queues });
    const story = new RoutingStory(config).logsIn('a1', 'a2');
    story.sets('a3', 'NOT_READY', 'boss');
    story.joins('a3', { taskId: 'tsk_given_up' });
    const taskId = story.wait(60).asks(); // ids that follow no rule of ours
    story.take({ type: 'accept', taskId, agentId: 'a1', key: 'of the caller' });
    story.joins('a1', { counts: false });
    story.wait(7).ends('a1', 'cnv_1');
    story.asks({ ...ids(1), taskId: `tsk_${'0af'.repeat(8)}`, agentId: 'a2', queueId: null });
    story.asks({
      ...ids(2),
      attributes: { urdu: true, billing: 3 },
      avoidAgentIds: ['a2', 'gone'],
    });
    story.asks({ prefer: { agentId: 'a1', until: story.now + 30_000 }, presentAgentIds: ['a1'] });
    story.take({ type: 'pauseQueue', queueId: 'vip' });
    story.joins('a1', { mrdId: 'voice' });
    story.take({ type: 'presenceLost', agentIds: ['a2'] });
    story.joins('a3', { taskId: 'tsk_awaited' });
    const again = restore(
      JSON.parse(JSON.stringify(carry(story.state, story.now))),
      config,
      story.now,
    );
    expect(plain(again)).toEqual(plain(story.state));
    const { awaited, givenUp, answered } = again;
    expect([awaited, givenUp, answered].map(({ size }) => size > 0)).toEqual([true, true, true]);
    expect(again.agents.get('a1')?.mrds.get('chat')?.interruptedBy).toEqual(['voice']);
  });
});
