import type { QueueConfig, Waiting } from './model';
import { capacityOf, isAtWork } from './mrd-states';
import { orderOf, type RoutingState } from './state';
import { matchesStep } from './steps';
import { beginRoutingTurn } from './turn';

/** Mean handle time while a queue has none of its own, seconds (domain.md 6.11). */
const HANDLE_SECONDS = 300;
const HANDLED_MS = 86_400_000;

/** What bots and staff are told of a wait (domain.md 6.11): the 1-based rank in the queue, and an estimate in seconds. */
export interface WaitEstimate {
  readonly position: number;
  readonly ewtSeconds: number;
}
/** Of a request in its queue, by task id; `next`: of one more request in each queue that was asked for, by queue id. */
export interface WaitEstimates {
  readonly tasks: Readonly<Record<string, WaitEstimate>>;
  readonly next: Readonly<Record<string, WaitEstimate>>;
}

/** What is not there (a task that does not wait in a queue, a queue that is not configured) has no estimate. */
export function waitEstimates(
  state: RoutingState,
  {
    taskIds = [],
    queueIds = [],
  }: { readonly taskIds?: readonly string[]; readonly queueIds?: readonly string[] },
  now: number,
): WaitEstimates {
  const of = new Map<string, (position: number) => number>();
  const figuresOf = (queueId: string) => {
    const known = of.get(queueId) ?? estimator(state, queueId, now);
    of.set(queueId, known);
    return known;
  };
  const tasks: Record<string, WaitEstimate> = {};
  for (const taskId of taskIds) {
    const request = state.waiting.get(taskId);
    const position = request ? positionOf(state, request) : null;
    if (!request?.queueId || position === null) continue;
    tasks[taskId] = { position, ewtSeconds: figuresOf(request.queueId)(position) };
  }
  const next: Record<string, WaitEstimate> = {};
  for (const queueId of queueIds) {
    if (!state.config.queues[queueId]) continue;
    let position = 1;
    for (const other of state.waiting.values()) if (other.queueId === queueId) position += 1;
    next[queueId] = { position, ewtSeconds: figuresOf(queueId)(position) };
  }
  return { tasks, next };
}

/** 1-based rank in the queue; null for a named agent's request. */
export function positionOf(state: RoutingState, request: Waiting): number | null {
  return request.queueId === null ? null : orderOf(state, request.mrdId).positionOf(request);
}

/** See {@link estimator}. */
export function estimatedWait(
  state: RoutingState,
  queueId: string,
  position: number,
  now: number,
): number {
  return estimator(state, queueId, now)(position);
}

/** `ceil(position x AHT / max(1, P))`, clamped to the queue's bounds; seconds (domain.md 6.11). */
function estimator(
  state: RoutingState,
  queueId: string,
  now: number,
): (position: number) => number {
  const queue = state.config.queues[queueId];
  if (!queue) return () => 0;
  const people = Math.max(1, placesAtWork(state, queue));
  const handleSeconds = meanHandleSeconds(state, queueId, now);
  return (position) => {
    const seconds = Math.ceil((position * handleSeconds) / people);
    return Math.min(queue.ewtMaxSeconds, Math.max(queue.ewtMinSeconds, seconds));
  };
}

export function meanHandleSeconds(state: RoutingState, queueId: string, now: number): number {
  const recent = (state.handled.get(queueId) ?? []).filter(({ at }) => at > now - HANDLED_MS);
  if (recent.length === 0) return HANDLE_SECONDS;
  return recent.reduce((sum, { seconds }) => sum + seconds, 0) / recent.length;
}

/** P: capacities of the agents at work who match any step. */
function placesAtWork(state: RoutingState, queue: QueueConfig): number {
  const turn = beginRoutingTurn(state, 0);
  let places = 0;
  for (const agentId of state.serving.get(queue.mrdId) ?? []) {
    const mrd = state.agents.get(agentId)?.mrds.get(queue.mrdId)?.state;
    if (!mrd || !isAtWork(mrd)) continue;
    if (queue.steps.some((step) => matchesStep(turn, { attributes: {} }, step, agentId)))
      places += capacityOf(state.config, agentId, queue.mrdId);
  }
  return places;
}
