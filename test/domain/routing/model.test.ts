import { primaryAgents } from '../../../domain/conversation/facts';
import { someSettings } from '../../support/conversations';
import { type Chat, type HandOverKind, RoutedWorld } from '../../support/routed-world';
import { anAgent, aQueue, aRoutingConfig, aStep } from '../../support/routing';
import { anomalies, type Logged } from '../../support/routing-log';

const CONVERSATIONS = 500;
const AGENTS = Array.from({ length: 20 }, (_, n) => `a${n + 1}`);
const CAPACITY = 3;
const STEPS = 7_500;

/** Numbers of a seed: mulberry32. */
function randomOf(seed: number): (below: number) => number {
  let state = seed >>> 0;
  return (below) => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return Math.floor((((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296) * below);
  };
}

/** 500 conversations, 20 agents who take three at a time, a queue that widens and one that does not. */
function aWorld(): RoutedWorld {
  const skilled = { terms: [{ attributeId: 'billing', op: '>=' as const, value: 5 }] };
  const world = new RoutedWorld(
    aRoutingConfig({
      queues: {
        support: aQueue({ steps: [aStep({ expression: skilled }), aStep()] }),
        billing: aQueue({ priority: 3, afterRona: 'UNCHANGED' }),
      },
      agents: Object.fromEntries(
        AGENTS.map((id, n) => [id, anAgent({ billing: n % 10 }, { chat: CAPACITY })]),
      ),
    }),
  );
  for (let n = 0; n < CONVERSATIONS; n += 1)
    world.addChat(
      someSettings({
        preferLastAgent: n % 3 === 0,
        wrapUp: { enabled: n % 2 === 0, seconds: 60, formId: null },
        onLastAgentLeave: n % 5 === 0 ? 'CLOSE_SESSIONS' : 'RETURN_TO_BOT',
      }),
    );
  return world;
}

/** Random acts of everybody, and random deliveries of what is on its way. */
function play(world: RoutedWorld, random: (below: number) => number, steps: number): void {
  const one = <T>(items: readonly T[]): T => items[random(items.length)] as T; // never empty here
  const somebody = () => one(AGENTS);
  const someChat = () => one(world.chats);
  const among = (which: (chat: Chat) => boolean): Chat | undefined => {
    const found = world.chats.filter(which);
    return found[random(found.length)];
  };
  const state = (agentId: string, to: 'READY' | 'NOT_READY' | 'LOGOUT', by = agentId) =>
    world.agentActs({
      type: 'setAgentState',
      agentId,
      state: to,
      reason: null,
      by: { id: by, supervisor: by !== agentId },
    });
  const answers = (type: 'accept' | 'decline') => {
    const ringing = [...world.routing.waiting.values()].filter(({ offer }) => offer);
    const request = ringing[random(ringing.length)];
    // Now and then somebody answers an offer that is another's.
    const agentId = random(20) === 0 ? somebody() : request?.offer?.agentId;
    if (request && agentId) world.agentActs({ type, taskId: request.taskId, agentId });
  };
  const withSession = () => among(({ state: it }) => it.lastSeq > 0 && it.closingAt === null);
  const withAgent = () => among((chat) => primaryAgents(chat.state).length > 0 && !chat.asking);
  const handsOver = () => {
    const chat = withAgent();
    const by = chat && one(primaryAgents(chat.state)).id;
    if (!chat || !by) return;
    const type = one<HandOverKind>(['transfer', 'transfer', 'consult', 'conference']);
    const assistant = chat.state.participants.find(
      (who) => who.role === 'ASSISTANT' && !who.leftAt,
    );
    const to =
      assistant?.type === 'AGENT' && random(2) === 0
        ? { agentId: assistant.id }
        : random(2) === 0
          ? { queueId: 'billing' }
          : { agentId: somebody() };
    const kind = type === 'transfer' ? one(['COLD', 'WARM'] as const) : null;
    world.handsOver(chat, type, random(10) === 0 ? 'boss' : by, to, kind, random(10) === 0);
  };
  const cancels = () => {
    const chat = among(({ state: { tasks } }) => tasks.some(({ operation }) => operation));
    const task = chat?.state.tasks.find(({ operation }) => operation);
    const actor = { type: 'AGENT', id: task?.operation?.requesterId ?? '', name: null };
    const supervisor = random(2) === 0;
    if (chat && task)
      world.request(chat, 'cancelTransfer', { actor: { ...actor, supervisor }, taskId: task.id });
  };
  const leaves = () => {
    const chat = withAgent();
    const agentId = chat && one(primaryAgents(chat.state)).id;
    const actor = { type: 'CONTROLLER', id: 'x', name: null };
    if (chat) world.request(chat, 'leave', { actor, agentId, reason: one(['SELF', 'REMOVED']) });
  };
  const wrapsUp = () => {
    const chat = among(({ state: { tasks } }) => tasks.some((task) => task.state === 'WRAP_UP'));
    const task = chat?.state.tasks.find((it) => it.state === 'WRAP_UP');
    const actor = { type: 'AGENT', id: task?.agentId ?? '', name: null };
    if (chat) world.request(chat, 'wrapUp', { actor, labels: [], note: null, skip: true });
  };
  const writes = () => {
    const chat = withAgent();
    const by = chat && one(primaryAgents(chat.state)).id;
    world.count += 1;
    if (chat)
      world.request(chat, 'sendMessage', {
        actor: { type: 'AGENT', id: by, name: null },
        messageId: `msg_${world.count}`,
        channelSessionId: null,
        body: { type: 'PLAIN', text: 'Hi' },
        replyTo: null,
        controlEpoch: null,
        sendAt: null,
      });
  };
  const operator = { type: 'OPERATOR', id: 'op', name: null };
  const asking = (chat: Chat) => chat.asking !== null;
  const acts: readonly (readonly [weight: number, act: () => void])[] = [
    [24, () => world.customerWrites(someChat())],
    [4, () => world.customerLeaves(someChat())],
    [8, () => state(somebody(), 'READY')],
    [2, () => state(somebody(), 'NOT_READY')],
    [1, () => state(somebody(), 'LOGOUT')],
    [1, () => state(somebody(), 'LOGOUT', 'boss')],
    [3, () => world.disconnects(somebody())],
    [3, () => world.connects(somebody())],
    [3, () => world.merges(withSession() ?? someChat(), withSession() ?? someChat())],
    [4, () => world.mergeGoesOn(among(({ handing }) => handing !== null) ?? someChat())],
    [16, () => answers('accept')],
    [3, () => answers('decline')],
    [4, () => world.joins(someChat(), somebody(), one(['PRIMARY', 'PRIMARY', 'ASSISTANT']))],
    [8, handsOver],
    [2, cancels],
    [5, leaves],
    [4, wrapsUp],
    [4, writes],
    [1, () => world.request(someChat(), 'cancelRequest', { actor: operator })],
    [
      1,
      () =>
        world.request(someChat(), 'endConversation', {
          actor: operator,
          force: true,
          reason: null,
        }),
    ],
    [1, () => world.agentActs({ type: 'flushQueue', queueId: 'billing', text: null })],
    [4, () => world.closes(among((chat) => chat.state.state === 'CLOSING') ?? someChat())],
    [30, () => world.deliverPost(among(({ post }) => post.length > 0) ?? someChat())],
    [30, () => world.deliverMail(among(({ mail }) => mail.length > 0) ?? someChat())],
    [6, () => world.deliverCall(random(Math.max(1, world.calls.length)))],
    [6, () => world.routingAnswers(among(asking) ?? someChat(), random(8) === 0)],
    [6, () => world.answerArrives(among(asking) ?? someChat())],
    [5, () => world.passes(one([1, 1, 5, 10, 21]))],
    [1, () => world.passes(310)],
  ];
  const weights = acts.reduce((sum, [weight]) => sum + weight, 0);
  for (let step = 0; step < steps; step += 1) {
    let draw = random(weights);
    const [, act] = acts.find(([weight]) => {
      draw -= weight;
      return draw < 0;
    }) as (typeof acts)[number]; // the draw is below the sum
    act();
    if (step % 2_500 === 2_499) world.rests();
  }
}

/** Faults stop, everything on its way arrives, nobody acts any more: every conversation must come to its end. */
function ends(world: RoutedWorld): void {
  for (let day = 0; day < 12; day += 1) {
    world.rests();
    world.passes(86_400);
    for (const chat of world.chats) world.closes(chat);
  }
  world.rests();
}

const FIXED_SEEDS = [256_185_078];

describe('conversations and routing together', () => {
  it.each([...FIXED_SEEDS, jest.getSeed()])(
    'M20 (capacity), seed %i: nobody has too much, nobody is forgotten, somebody owns every customer',
    (seed) => {
      const world = aWorld();
      play(world, randomOf(seed), STEPS);
      ends(world);
      expect({ seed, broken: world.broken.slice(0, 5) }).toEqual({ seed, broken: [] });
      expect({ seed, found: anomalies(world.log, CAPACITY).slice(0, 5) }).toEqual({
        seed,
        found: [],
      });
      expect(world.routing.waiting.size).toBe(0);
      for (const { state } of world.chats)
        expect(['CREATED', 'CLOSED']).toContain(state.lastSeq === 0 ? 'CREATED' : state.state);
      for (const agent of world.routing.agents.values())
        expect([agent.id, agent.places.size, agent.ringing.size]).toEqual([agent.id, 0, 0]);
      // A run that hardly anything happened in would prove nothing.
      const happened = (type: Logged['type']) => world.log.filter((it) => it.type === type).length;
      expect(happened('won')).toBeGreaterThan(120);
      expect(happened('revoked')).toBeGreaterThan(100);
      expect(happened('joined')).toBeGreaterThan(20);
      expect(happened('absent')).toBeGreaterThan(20);
      expect(world.chats.filter(({ forward }) => forward).length).toBeGreaterThan(50);
    },
  );
});
