import type { SessionsMovedIn } from '../../../domain/conversation/events';
import { operator, someSettings } from '../../support/conversations';
import { type Chat, RoutedWorld } from '../../support/routed-world';
import { anAgent, aQueue, aRoutingConfig } from '../../support/routing';
import { anomalies, type Logged } from '../../support/routing-log';

const CAPACITY = 1;

class ForgetfulWorld extends RoutedWorld {
  /** Signals of this name never arrive. */
  forgets: string | null = null;
  /** What a merge leaves behind. */
  leaves: Partial<SessionsMovedIn> = {};
  isBlind = false;

  protected override handsOverOf(chat: Chat): SessionsMovedIn {
    return { ...super.handsOverOf(chat), ...this.leaves };
  }
  override looksAtPresence(): void {
    if (this.isBlind) this.blink();
    else super.looksAtPresence();
  }

  override deliverPost(chat: Chat): void {
    if (chat.post[0]?.name === this.forgets) chat.post.shift();
    else super.deliverPost(chat);
  }
}

/** Two customers and two agents: one request lapses and is answered, one is transferred in vain. */
function aStory(capacity = CAPACITY, forgets: string | null = null): RoutedWorld {
  const world = new ForgetfulWorld(
    aRoutingConfig({
      queues: { support: aQueue({ afterRona: 'UNCHANGED' }), billing: aQueue({ paused: true }) },
      agents: { a1: anAgent({}, { chat: capacity }), a2: anAgent({}, { chat: capacity }) },
    }),
  );
  world.forgets = forgets;
  const [first, second] = [world.addChat(someSettings()), world.addChat(someSettings())];
  const by = (id: string) => ({ id, supervisor: false });
  const ready = (agentId: string) =>
    world.agentActs({
      type: 'setAgentState',
      agentId,
      state: 'READY',
      reason: null,
      by: by(agentId),
    });
  const accepts = () => {
    for (const { taskId, offer } of world.routing.waiting.values())
      if (offer) world.agentActs({ type: 'accept', taskId, agentId: offer.agentId });
    world.rests();
  };
  ready('a1');
  world.customerWrites(first);
  world.rests();
  world.passes(20); // lapses, and rings again
  world.rests();
  accepts();
  world.customerWrites(second);
  world.rests();
  accepts(); // only where a1 may have two
  ready('a2');
  world.rests();
  accepts();
  world.handsOver(first, 'transfer', 'a1', { queueId: 'billing' }, 'WARM');
  world.rests();
  world.passes(301);
  world.rests();
  world.customerLeaves(first);
  world.customerLeaves(second);
  world.passes(86_400);
  world.rests();
  return world;
}

/** The log with its first event of a kind left out, doubled or changed. */
function doctored(
  type: Logged['type'],
  change: (event: Logged) => readonly Logged[],
  which: (event: Logged) => boolean = () => true,
): readonly Logged[] {
  const { log } = aStory();
  const at = log.findIndex((event) => event.type === type && which(event));
  if (at < 0) throw new Error(`the story has no ${type}`);
  return [...log.slice(0, at), ...change(log[at] as Logged), ...log.slice(at + 1)];
}
const without = () => [];
const twice = (event: Logged) => [event, event];
const changed = (fields: object) => (event: Logged) => [{ ...event, ...fields } as Logged];
const requeued = (event: Logged) => event.type === 'enqueued' && event.previousTaskId !== null;
const worked = (event: Logged) => event.type === 'rest' && event.routing.work.length > 0;

describe('the checker of what conversations and routing did', () => {
  it('finds nothing in a story without a fault', () => {
    const world = aStory();
    expect(world.broken).toEqual([]);
    expect(anomalies(world.log, CAPACITY)).toEqual([]);
  });

  it.each<[word: string, what: string, log: () => readonly Logged[]]>([
    [
      'double-offer',
      'a second winner',
      () => doctored('won', (it) => [it, { ...it, agentId: 'a2' } as Logged]),
    ],
    [
      'double-offer',
      'it rings at two',
      () => doctored('reserved', (it) => [it, { ...it, agentId: 'a2' } as Logged]),
    ],
    [
      'double-offer',
      'two agents in one task',
      () => doctored('answered', (it) => [it, { ...it, agentId: 'a2' } as Logged]),
    ],
    [
      'over-capacity',
      'one more place',
      () =>
        doctored('won', (it) => [
          it,
          { type: 'joined', agentId: 'a1', conversationId: 'cnv_more' },
        ]),
    ],
    [
      'over-capacity',
      'a place that never came free',
      () =>
        doctored('freed', () => [{ type: 'joined', agentId: 'a1', conversationId: 'cnv_more' }]),
    ],
    [
      'illegal',
      'offered to who is not ready',
      () => doctored('reserved', (it) => [{ type: 'mrd', agentId: 'a1', state: 'NOT_READY' }, it]),
    ],
    ['lost', 'a request without an end', () => doctored('closed', without)],
    [
      'lost',
      'forgotten by routing',
      () =>
        doctored(
          'rest',
          changed({
            routing: { waiting: [], work: [] },
            conversations: { waiting: ['tsk_x'], work: [] },
          }),
        ),
    ],
    [
      'reordered',
      'its age is lost',
      () => doctored('enqueued', changed({ waitingSince: '2030-01-01T00:00:00.000Z' }), requeued),
    ],
    [
      'reordered',
      'its priority is lost',
      () => doctored('enqueued', changed({ priority: 1 }), requeued),
    ],
    [
      'reordered',
      'its time begins anew',
      () => doctored('enqueued', changed({ dueAt: '2030-01-01T00:00:00.000Z' }), requeued),
    ],
    ['unowned', 'nobody is there', () => doctored('owners', changed({ customers: 1, owners: [] }))],
    [
      'divergent',
      'routing forgot an agent',
      () => doctored('rest', changed({ routing: { waiting: [], work: [] } }), worked),
    ],
    ['stuck', 'a saga without an end', () => doctored('sagaOver', without)],
    ['twice-fired', 'a saga that ends twice', () => doctored('sagaOver', twice)],
  ])('%s: %s', (word, _what, log) => {
    expect(anomalies(log(), CAPACITY).join()).toContain(word);
  });

  it.each([
    ['divergent', 'the end of a task does not reach routing', 'taskEnded'],
    ['lost', 'a cancel does not reach routing', 'requestCancelled'],
    ['lost', 'a request does not reach routing', 'agentRequested'],
  ])('%s: %s', (word, _what, forgets) => {
    expect(anomalies(aStory(CAPACITY, forgets).log, CAPACITY).join()).toContain(word);
  });

  /** One customer with a1, one who waits for a2, who is there and not ready; then they turn out to be the same, or streams break. */
  function aMeeting(fault: (world: ForgetfulWorld) => void): ForgetfulWorld {
    const agents = { a1: anAgent({}, { chat: CAPACITY }), a2: anAgent({}, { chat: CAPACITY }) };
    const world = new ForgetfulWorld(aRoutingConfig({ queues: { support: aQueue() }, agents }));
    fault(world);
    const sets = (agentId: string, state: 'READY' | 'NOT_READY') =>
      world.agentActs({
        type: 'setAgentState',
        agentId,
        state,
        reason: null,
        by: { id: agentId, supervisor: false },
      });
    for (const id of Object.keys(agents)) world.connects(id);
    const [first, second, third] = [world.addChat(), world.addChat(), world.addChat()];
    sets('a1', 'READY');
    world.customerWrites(first);
    world.rests();
    for (const { taskId } of world.routing.waiting.values())
      world.agentActs({ type: 'accept', taskId, agentId: 'a1' });
    world.rests();
    world.customerWrites(second);
    world.customerWrites(third);
    world.rests();
    world.request(third, 'cancelRequest', { actor: operator });
    world.rests();
    world.passes(30);
    world.merges(second, third); // a request moves to where nobody is
    world.rests();
    const fourth = world.addChat();
    world.customerWrites(fourth);
    world.rests();
    world.request(fourth, 'cancelRequest', { actor: operator });
    world.rests();
    world.merges(first, fourth); // an agent moves along
    world.rests();
    world.disconnects('a1');
    world.passes(120);
    world.rests();
    sets('a2', 'READY');
    world.disconnects('a2');
    world.passes(120);
    world.rests();
    return world;
  }
  const seen = (world: RoutedWorld) => anomalies(world.log, CAPACITY).join();

  it('finds nothing in merges and broken streams without a fault', () => {
    const world = aMeeting(() => undefined);
    expect([world.broken, seen(world)]).toEqual([[], '']);
    const types = new Set(world.log.map(({ type }) => type));
    expect([types.has('movedIn'), types.has('absent')]).toEqual([true, true]);
  });

  it.each<[word: string, what: string, fault: (world: ForgetfulWorld) => void]>([
    ['lost', 'a merge forgets the request', (world) => Object.assign(world.leaves, { tasks: [] })],
    [
      'reordered',
      'a merge forgets how long the request may wait',
      (world) => Object.assign(world.leaves, { deadlines: {} }),
    ],
    [
      'divergent',
      'routing does not hear that a place has moved',
      (world) => Object.assign(world, { forgets: 'taskMoved' }),
    ],
    ['unowned', 'nobody looks at presence', (world) => Object.assign(world, { isBlind: true })],
  ])('%s: %s', (word, _what, fault) => {
    expect(seen(aMeeting(fault))).toContain(word);
  });

  it('over-capacity: routing that gives everybody one more', () => {
    expect(anomalies(aStory(CAPACITY + 1).log, CAPACITY).join()).toContain('over-capacity');
  });
});
