import type { AgentRow, RoutingConfig, Waiting } from './model';
import { inOrder, ServingOrder } from './order';

/** domain.md section 15. */
export const AGENTS_MAX = 2_000;
export const WAITING_MAX = 5_000;
/** What a domain may weigh when it is carried through continue-as-new: one payload may have 2 MB. */
const CARRIED_BYTES_MAX = 1_800_000;
/** Bytes of a row, generously (carry.test.ts fills a domain). */
const ROW_BYTES = { agent: 150, waiting: 110, place: 80 };
/** Ids of tasks that ended lately: news that comes twice must not open a request again. */
export const ENDED_KEPT = 1_000;

/** One answered and closed task: base of the mean handle time. */
export interface Handled {
  /** ms. */
  readonly at: number;
  readonly seconds: number;
}

/** A place that was asked for by an agent's own act. Times ms. */
export interface Awaited {
  readonly agentId: string;
  readonly until: number;
}
/** What is needed to take a place again that was given up. */
export interface GivenUp {
  readonly agentId: string;
  readonly mrdId: string;
  readonly counts: boolean;
}

/** How an offer was answered, and the caller's key for that act. */
export interface AnsweredOffer {
  readonly agentId: string;
  readonly conversationId: string;
  readonly how: 'accept' | 'decline';
  readonly key: string;
}

/** Everything that one routing domain knows; changed in place by the one writer. What carries over is in carry.ts. */
export interface RoutingState {
  config: RoutingConfig;
  readonly agents: Map<string, AgentRow>;
  /** By task id. */
  readonly waiting: Map<string, Waiting>;
  /** Paused by an operator, besides those that the administrator paused. */
  readonly pausedQueues: Set<string>;
  /** By queue id, oldest first. */
  readonly handled: Map<string, Handled[]>;
  readonly ended: string[];
  /** Places taken for an agent's own act of which the conversation has not told yet, by task id, oldest first. */
  readonly awaited: Map<string, Awaited>;
  /** Of those, the ones that were given up, by task id, oldest first. */
  readonly givenUp: Map<string, GivenUp>;
  /** Offers that were answered lately, by task id, oldest first: whoever asks again with the same key gets the same answer. */
  readonly answered: Map<string, AnsweredOffer>;
  /** Number of the newest agent event. */
  n: number;
  // Derived, never carried.
  /** By MRD. */
  readonly orders: Map<string, ServingOrder>;
  /** Agents who may get an offer now, by MRD. */
  readonly available: Map<string, Set<string>>;
  /** Agents by MRD that they serve, logged in. */
  readonly serving: Map<string, Set<string>>;
}

export function emptyState(config: RoutingConfig): RoutingState {
  return {
    config,
    agents: new Map(),
    waiting: new Map(),
    pausedQueues: new Set(),
    handled: new Map(),
    ended: [],
    awaited: new Map(),
    givenUp: new Map(),
    answered: new Map(),
    n: 0,
    orders: new Map(),
    available: new Map(),
    serving: new Map(),
  };
}

/** No more work fits into the domain: what waits goes on waiting, and own acts are refused. Seen with thousands of agents only. */
export function isFull({ agents, waiting }: RoutingState): boolean {
  let bytes = agents.size * ROW_BYTES.agent + waiting.size * ROW_BYTES.waiting;
  for (const { places, ringing } of agents.values())
    bytes += (places.size + ringing.size) * ROW_BYTES.place;
  return bytes >= CARRIED_BYTES_MAX;
}

export function orderOf(state: RoutingState, mrdId: string): ServingOrder {
  const known = state.orders.get(mrdId);
  if (known) return known;
  const order = new ServingOrder(inOrder(state.config));
  state.orders.set(mrdId, order);
  return order;
}

/** After the configuration changed: priorities may be others. */
export function sortAnew(state: RoutingState): void {
  const byMrd = new Map<string, Waiting[]>();
  for (const request of state.waiting.values())
    byMrd.set(request.mrdId, [...(byMrd.get(request.mrdId) ?? []), request]);
  state.orders.clear();
  for (const [mrdId, requests] of byMrd)
    state.orders.set(mrdId, new ServingOrder(inOrder(state.config), requests));
}

export function setOf(sets: Map<string, Set<string>>, key: string): Set<string> {
  const known = sets.get(key);
  if (known) return known;
  const made = new Set<string>();
  sets.set(key, made);
  return made;
}

/** Of more than `max` the oldest goes. */
export function setBounded<T>(map: Map<string, T>, key: string, value: T, max: number): void {
  map.delete(key);
  map.set(key, value);
  const oldest = map.size > max ? map.keys().next().value : undefined;
  if (oldest !== undefined) map.delete(oldest);
}

export function keepEnded(state: RoutingState, taskId: string): void {
  state.ended.push(taskId);
  if (state.ended.length > ENDED_KEPT) state.ended.shift();
}
