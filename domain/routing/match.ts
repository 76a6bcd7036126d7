import { choose, skipped } from './candidates';
import type { AgentRow, Waiting } from './model';
import { capacityOf } from './mrd-states';
import { ring } from './offers';
import { orderOf, type RoutingState } from './state';
import { openSteps, skipEmptySteps } from './steps';
import { domainIsFull, type RoutingTurn } from './turn';

/**
 * Serves the requests of an MRD in the order of domain.md 6.3; one that finds nobody does not block the next. Requests that ask for
 * the same as one that found nobody are passed over: thousands may wait for what no free agent has.
 */
export function serve(turn: RoutingTurn, mrdId: string): void {
  const { config, available } = turn.state;
  const order = orderOf(turn.state, mrdId).snapshot;
  if (order.length === 0 || domainIsFull(turn)) return;
  const inVain = new Set<string>();
  for (const request of order) {
    const nobody = !available.get(mrdId)?.size;
    const queue = config.queues[request.queueId ?? ''];
    if (request.offer || !queue || (nobody && !request.prefer && !queue.skips)) continue;
    if (isPaused(turn.state, request.queueId ?? '')) continue;
    if (request.prefer && waitsForLast(turn, request)) continue;
    if (queue.skips) skipEmptySteps(turn, request, queue);
    if (nobody) continue;
    const asked = wish(request);
    if (inVain.has(asked)) continue;
    const choice = choose(turn, request);
    if (!choice) {
      if (!asksForItself(turn, request)) inVain.add(asked);
      continue;
    }
    turn.effects.push({
      type: 'decision',
      conversationId: request.conversationId,
      taskId: request.taskId,
      queueId: request.queueId,
      stepsOpen: request.stepsOpen,
      chosen: choice.agentId,
      candidates: choice.candidates,
      skipped: skipped(turn, request, choice),
    });
    ring(turn, request, choice.agentId);
  }
}

/** By the administrator or an operator: waits go on, no offers (domain.md 6.4). */
export function isPaused(state: RoutingState, queueId: string): boolean {
  return state.pausedQueues.has(queueId) || Boolean(state.config.queues[queueId]?.paused);
}

/**
 * domain.md 6.7: the customer's last agent alone, for a while. True while that goes on, the offer to that agent included; false once
 * the ordinary steps are open.
 */
function waitsForLast(turn: RoutingTurn, request: Waiting): boolean {
  const { prefer, mrdId } = request;
  const agent = turn.state.agents.get(prefer?.agentId ?? '');
  if (!prefer || !agent || !mayComeFree(turn, agent, request)) {
    openSteps(turn, request);
    return false;
  }
  if (!turn.state.available.get(mrdId)?.has(agent.id)) return true;
  turn.effects.push({
    type: 'decision',
    conversationId: request.conversationId,
    taskId: request.taskId,
    queueId: request.queueId,
    stepsOpen: 0,
    chosen: agent.id,
    candidates: [agent.id],
    skipped: {},
  });
  ring(turn, request, agent.id);
  return true;
}

/** Skipped at once when not logged in, NOT_READY or not of the MRD. */
function mayComeFree(turn: RoutingTurn, agent: AgentRow, request: Waiting): boolean {
  const state = agent.mrds.get(request.mrdId)?.state;
  const inside =
    agent.places.has(request.conversationId) || request.presentAgentIds.includes(agent.id);
  if (inside || capacityOf(turn.state.config, agent.id, request.mrdId) === 0) return false;
  return (
    state !== undefined && !['LOGOUT', 'UNKNOWN', 'NOT_READY', 'PENDING_NOT_READY'].includes(state)
  );
}

/** What the search depends on, besides who is in the conversation. */
function wish({ queueId, stepsOpen, attributes }: Waiting): string {
  return JSON.stringify([queueId, stepsOpen, attributes]);
}

/** Agents who are in its conversation may be the reason why it found nobody. */
function asksForItself({ state }: RoutingTurn, request: Waiting): boolean {
  if (request.presentAgentIds.length > 0) return true;
  for (const agentId of state.available.get(request.mrdId) ?? [])
    if (state.agents.get(agentId)?.places.has(request.conversationId)) return true;
  return false;
}
