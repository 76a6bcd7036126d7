import type { QueueConfig, Waiting } from './model';
import { capacityOf, isAtWork } from './mrd-states';
import { orderOf, type RoutingState } from './state';
import { matchesStep } from './steps';
import { beginRoutingTurn } from './turn';

/** Mean handle time while a queue has none of its own, seconds (domain.md 6.11). */
const HANDLE_SECONDS = 300;
const HANDLED_MS = 86_400_000;

/** 1-based rank in the queue; null for a named agent's request. */
export function positionOf(state: RoutingState, request: Waiting): number | null {
  return request.queueId === null ? null : orderOf(state, request.mrdId).positionOf(request);
}

/** `ceil(position x AHT / max(1, P))`, clamped to the queue's bounds; seconds (domain.md 6.11). */
export function estimatedWait(
  state: RoutingState,
  queueId: string,
  position: number,
  now: number,
): number {
  const queue = state.config.queues[queueId];
  if (!queue) return 0;
  const people = Math.max(1, placesAtWork(state, queue));
  const seconds = Math.ceil((position * meanHandleSeconds(state, queueId, now)) / people);
  return Math.min(queue.ewtMaxSeconds, Math.max(queue.ewtMinSeconds, seconds));
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
