import { someSettings } from '../../support/conversations';
import { type Chat, RoutedWorld } from '../../support/routed-world';
import { anAgent, aQueue, aRoutingConfig } from '../../support/routing';
import { anomalies, type Logged } from '../../support/routing-log';

const CAPACITY = 1;

class ForgetfulWorld extends RoutedWorld {
  /** Signals of this name never arrive. */
  forgets: string | null = null;

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

  it('over-capacity: routing that gives everybody one more', () => {
    expect(anomalies(aStory(CAPACITY + 1).log, CAPACITY).join()).toContain('over-capacity');
  });
});
