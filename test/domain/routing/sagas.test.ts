import fc from 'fast-check';
import type { HandOver } from '../../../domain/conversation/acts';
import { isWaiting, primaryAgents } from '../../../domain/conversation/facts';
import { agent, someSettings } from '../../support/conversations';
import { type Chat, type HandOverKind, RoutedWorld } from '../../support/routed-world';
import { anAgent, aQueue, aRoutingConfig } from '../../support/routing';
import { anomalies } from '../../support/routing-log';

const CAPACITY = 2;

/** What is asked for. */
interface Saga {
  readonly type: HandOverKind;
  readonly kind: 'COLD' | 'WARM' | null;
  readonly to: HandOver['to'];
}
const QUEUE = { queueId: 'billing' };
const NAMED = { agentId: 'a2' };
const SAGAS: readonly Saga[] = [
  { type: 'transfer', kind: 'COLD', to: QUEUE },
  { type: 'transfer', kind: 'COLD', to: NAMED },
  { type: 'transfer', kind: 'WARM', to: QUEUE },
  { type: 'transfer', kind: 'WARM', to: NAMED },
  { type: 'conference', kind: null, to: QUEUE },
  { type: 'conference', kind: null, to: NAMED },
  { type: 'consult', kind: null, to: QUEUE },
  { type: 'consult', kind: null, to: NAMED },
];

/** a1 talks to the customer; a2 and a3 are free; nothing is on its way. */
function aWorld(wrapUp = false): { readonly world: RoutedWorld; readonly chat: Chat } {
  const agents = ['a1', 'a2', 'a3'];
  const world = new RoutedWorld(
    aRoutingConfig({
      queues: { support: aQueue(), billing: aQueue() },
      agents: Object.fromEntries(agents.map((id) => [id, anAgent({}, { chat: CAPACITY })])),
    }),
  );
  const chat = world.addChat(
    someSettings({ wrapUp: { enabled: wrapUp, seconds: 60, formId: null } }),
  );
  logs(world, 'a1', 'READY');
  world.customerWrites(chat);
  world.rests();
  answers(world, 'accept', 'a1');
  world.rests();
  logs(world, 'a2', 'READY');
  logs(world, 'a3', 'READY');
  return { world, chat };
}

function logs(world: RoutedWorld, agentId: string, state: 'READY' | 'LOGOUT'): void {
  const by = { id: agentId, supervisor: false };
  world.agentActs({ type: 'setAgentState', agentId, state, reason: null, by });
}
function answers(world: RoutedWorld, type: 'accept' | 'decline', agentId: string) {
  const request = [...world.routing.waiting.values()].find(
    ({ offer }) => offer?.agentId === agentId,
  );
  return world.agentActs({ type, taskId: request?.taskId ?? '', agentId });
}
const begins = (world: RoutedWorld, chat: Chat, { type, kind, to }: Saga) =>
  world.handsOver(chat, type, 'a1', to, kind);
const waiting = (chat: Chat) => chat.state.tasks.find(isWaiting);
const cancels = (world: RoutedWorld, chat: Chat, by = agent('a1')) =>
  world.request(chat, 'cancelTransfer', { actor: by, taskId: waiting(chat)?.id ?? '' });
const leaves = (world: RoutedWorld, chat: Chat, agentId: string) =>
  world.request(chat, 'leave', { actor: agent(agentId), agentId, reason: 'SELF' });
const here = (chat: Chat) => primaryAgents(chat.state).map(({ id }) => id);
const sagaEntries = (world: RoutedWorld) =>
  world.log.flatMap(({ type }) => (type === 'sagaBegun' || type === 'sagaOver' ? [type] : []));

/** One thing that may happen next. Which of them can is the world's business: the others change nothing. */
const MOVES: Readonly<Record<string, (world: RoutedWorld, chat: Chat) => void>> = {
  'post arrives': (world, chat) => world.deliverPost(chat),
  'mail arrives': (world, chat) => world.deliverMail(chat),
  'call arrives': (world) => world.deliverCall(0),
  'routing answers': (world, chat) => world.routingAnswers(chat),
  'the answer is lost': (world, chat) => world.routingAnswers(chat, true),
  'the answer arrives': (world, chat) => world.answerArrives(chat),
  'a2 accepts': (world) => answers(world, 'accept', 'a2'),
  'a3 accepts': (world) => answers(world, 'accept', 'a3'),
  'a2 declines': (world) => answers(world, 'decline', 'a2'),
  'a2 logs out': (world) => logs(world, 'a2', 'LOGOUT'),
  'a2 logs in': (world) => logs(world, 'a2', 'READY'),
  'a1 logs out': (world) => logs(world, 'a1', 'LOGOUT'),
  'the requester leaves': (world, chat) => leaves(world, chat, 'a1'),
  'the requester cancels': (world, chat) => cancels(world, chat),
  'a supervisor cancels': (world, chat) => cancels(world, chat, agent('boss', true)),
  'a supervisor reassigns': (world, chat) =>
    world.handsOver(chat, 'transfer', 'boss', QUEUE, 'COLD', true),
  'to the consulted': (world, chat) => world.handsOver(chat, 'transfer', 'a1', NAMED, 'COLD'),
  'a2 is promoted': (world, chat) =>
    world.request(chat, 'changeRole', { actor: agent('a1'), agentId: 'a2', role: 'PRIMARY' }),
  'a3 joins': (world, chat) => world.joins(chat, 'a3'),
  'the customer leaves': (world, chat) => world.customerLeaves(chat),
  'the customer writes': (world, chat) => world.customerWrites(chat),
  'the queue is flushed': (world) =>
    world.agentActs({ type: 'flushQueue', queueId: 'billing', text: null }),
  'a second passes': (world) => world.passes(1),
  'the offer lapses': (world) => world.passes(20),
  'the time is over': (world) => world.passes(300),
};

describe('sagas of domain.md 6.13, in every order', () => {
  it('whatever comes when: somebody owns the conversation, the saga ends once, nobody has too much', () => {
    const names = Object.keys(MOVES);
    const story = fc.record({
      saga: fc.constantFrom(...SAGAS),
      wrapUp: fc.boolean(),
      moves: fc.array(fc.constantFrom(...names), { maxLength: 30, size: 'max' }),
    });
    fc.assert(
      fc.property(story, ({ saga, wrapUp, moves }) => {
        const { world, chat } = aWorld(wrapUp);
        begins(world, chat, saga);
        for (const name of moves) MOVES[name]?.(world, chat);
        world.rests();
        world.passes(8 * 86_400); // nobody acts any more
        world.rests();
        world.passes(8 * 86_400);
        world.rests();
        const found = [...world.broken, ...anomalies(world.log, CAPACITY)];
        if (found.length > 0) throw new Error(found.join('; '));
        expect(chat.state.state).toBe('CLOSED');
        expect(world.routing.waiting.size).toBe(0);
      }),
      { numRuns: 250 },
    );
  });

  it.each(SAGAS)('$type $kind to $to: accepted while the requester cancels', (saga) => {
    const { world, chat } = aWorld();
    begins(world, chat, saga);
    world.routingAnswers(chat);
    world.answerArrives(chat);
    world.deliverPost(chat);
    expect(answers(world, 'accept', 'a2').refused).toBeUndefined();
    const cold = saga.kind === 'COLD';
    cancels(world, chat, cold ? agent('boss', true) : agent('a1')); // news of the accept is still on its way
    world.rests();
    expect(here(chat)).toEqual(cold ? [] : ['a1']);
    expect(sagaEntries(world)).toEqual(['sagaBegun', 'sagaOver']);
    expect(world.routing.agents.get('a2')?.places.size).toBe(0);
    expect(anomalies(world.log, CAPACITY)).toEqual([]);
  });

  it.each(SAGAS)('$type $kind to $to: accepted in the moment in which its time is over', (saga) => {
    const { world, chat } = aWorld();
    world.agentActs({ type: 'pauseQueue', queueId: 'billing' });
    begins(world, chat, saga);
    world.routingAnswers(chat);
    world.answerArrives(chat);
    world.deliverPost(chat);
    if (saga.to === QUEUE) {
      world.passes(299);
      world.agentActs({ type: 'resumeQueue', queueId: 'billing' });
      expect(answers(world, 'accept', 'a2').refused).toBeUndefined();
      world.passes(2);
    } else {
      world.passes(19);
      expect(answers(world, 'accept', 'a2').refused).toBeUndefined();
      world.passes(300);
    }
    world.rests();
    expect(here(chat)).toEqual(saga.kind === 'COLD' ? [] : ['a1']);
    expect(sagaEntries(world)).toEqual(['sagaBegun', 'sagaOver']);
    expect(world.routing.agents.get('a2')?.places.size).toBe(0);
    expect(anomalies(world.log, CAPACITY)).toEqual([]);
  });

  it.each(SAGAS.filter(({ to }) => to === NAMED))(
    '$type $kind: the requester, then the customer, leave before routing has answered',
    (saga) => {
      for (const lost of [false, true]) {
        const { world, chat } = aWorld();
        begins(world, chat, saga);
        leaves(world, chat, 'a1');
        world.customerLeaves(chat);
        expect(here(chat)).toEqual(['a1']); // nobody has left before the answer
        world.routingAnswers(chat, lost);
        world.answerArrives(chat);
        expect(here(chat)).toEqual([]);
        world.rests();
        expect(world.routing.waiting.size).toBe(0);
        expect(world.routing.agents.get('a2')?.ringing.size).toBe(0);
        expect(chat.state.state).toBe('CLOSING');
        expect(anomalies(world.log, CAPACITY)).toEqual([]);
      }
    },
  );

  it('a named agent who is not routable: refused before anybody leaves', () => {
    for (const saga of SAGAS.filter(({ to }) => to === NAMED)) {
      const { world, chat } = aWorld();
      logs(world, 'a2', 'LOGOUT');
      begins(world, chat, saga);
      world.rests();
      expect(here(chat)).toEqual(['a1']);
      expect(sagaEntries(world)).toEqual([]);
    }
  });

  it('a WARM requester who goes makes it COLD; the receiver still comes', () => {
    const { world, chat } = aWorld();
    begins(world, chat, { type: 'transfer', kind: 'WARM', to: QUEUE });
    world.deliverPost(chat);
    world.deliverMail(chat);
    leaves(world, chat, 'a1');
    answers(world, 'accept', 'a2');
    world.rests();
    expect(here(chat)).toEqual(['a2']);
    expect(anomalies(world.log, CAPACITY)).toEqual([]);
  });
});
