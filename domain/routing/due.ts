import { logout } from './agents';
import type { AgentRow, Waiting } from './model';
import { close, offerDue, waitedEnough } from './offers';
import { unconfirmed } from './places';
import { expire, TTL_GRACE_MS } from './requests';
import type { RoutingState } from './state';
import type { RoutingTurn } from './turn';

/** The earliest thing that only time brings, by its name of domain.md 5.1; `at` ms. */
export interface RoutingDue {
  readonly name: string;
  readonly at: number;
}

export function nextDue(state: RoutingState): RoutingDue | null {
  let next: RoutingDue | null = null;
  for (const due of dues(state)) if (!next || due.at < next.at) next = due;
  return next;
}

/** Does everything that is due, in the order of its time. */
export function fireDue(turn: RoutingTurn): void {
  const due = [...dues(turn.state)].filter(({ at }) => at <= turn.now);
  due.sort((a, b) => a.at - b.at || a.rank - b.rank || (a.name < b.name ? -1 : 1));
  for (const { fire } of due) fire(turn);
}

/** `rank`: the order of the table of domain.md 5.1 among equal times. */
interface Pending extends RoutingDue {
  readonly rank: number;
  readonly fire: (turn: RoutingTurn) => void;
}

function* dues(state: RoutingState): Generator<Pending> {
  for (const request of state.waiting.values()) yield* duesOf(request);
  for (const agent of state.agents.values())
    if (agent.logoutDueAt !== null) yield unknownLogout(agent, agent.logoutDueAt);
  for (const [taskId, { until }] of state.awaited)
    yield {
      name: `ownAct:${taskId}`,
      at: until,
      rank: 6,
      fire: (turn) => unconfirmed(turn, taskId),
    };
  for (const [queueId, { expiresAt }] of Object.entries(state.config.queues))
    if (expiresAt !== null)
      yield {
        name: `calendarClose:${queueId}`,
        at: expiresAt,
        rank: 5,
        fire: (turn) => expireOnce(turn, queueId),
      };
}

function* duesOf(request: Waiting): Generator<Pending> {
  const { taskId, offer, prefer, stepDueAt, ttlDueAt } = request;
  const still = (turn: RoutingTurn) => turn.state.waiting.get(taskId) === request;
  if (offer)
    yield {
      name: `reservation:${taskId}`,
      at: offer.expiresAt,
      rank: 0,
      fire: (turn) => {
        if (still(turn) && request.offer === offer) offerDue(turn, request);
      },
    };
  if (prefer && !offer)
    yield {
      name: `lastAgent:${taskId}`,
      at: prefer.until,
      rank: 1,
      fire: (turn) => {
        if (still(turn) && request.prefer === prefer) waitedEnough(turn, request);
      },
    };
  if (stepDueAt !== null)
    yield {
      name: `queueStep:${taskId}`,
      at: stepDueAt,
      rank: 2,
      fire: (turn) => {
        if (still(turn) && request.stepDueAt === stepDueAt) waitedEnough(turn, request);
      },
    };
  yield {
    name: `agentRequestTtl:${taskId}`,
    at: ttlDueAt + TTL_GRACE_MS,
    rank: 3,
    fire: (turn) => {
      if (still(turn)) close(turn, request, 'NO_AGENT_AVAILABLE', null);
    },
  };
}

function unknownLogout(agent: AgentRow, at: number): Pending {
  return {
    name: `unknownLogout:${agent.id}`,
    at,
    rank: 4,
    fire: (turn) => {
      if (turn.state.agents.get(agent.id) === agent && agent.logoutDueAt === at)
        logout(turn, agent, 'PRESENCE_LOST', 'PRESENCE_LOST');
    },
  };
}

/** The next closing time comes with the configuration that is read then. */
function expireOnce(turn: RoutingTurn, queueId: string): void {
  expire(turn, queueId);
  turn.effects.push({ type: 'readConfiguration' });
  const { config } = turn.state;
  const queue = config.queues[queueId];
  if (queue)
    turn.state.config = {
      ...config,
      queues: { ...config.queues, [queueId]: { ...queue, expiresAt: null } },
    };
}
