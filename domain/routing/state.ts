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

export function keepEnded(state: RoutingState, taskId: string): void {
  state.ended.push(taskId);
  if (state.ended.length > ENDED_KEPT) state.ended.shift();
}
