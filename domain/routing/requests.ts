import type { RoutingEvent } from './events';
import type { MrdStateName, RoutingRequest, Waiting } from './model';
import { isRoutable } from './mrd-states';
import { close, drop, queueOf, ring } from './offers';
import { takenOver } from './places';
import { keepEnded, orderOf, WAITING_MAX } from './state';
import { openSteps } from './steps';
import { domainIsFull, type RoutingTurn, tell } from './turn';

/** The conversation ends a request at its TTL itself; only one that does not answer is ended here, so much later (ms). */
export const TTL_GRACE_MS = 5_000;

/** K1. News that comes twice changes nothing; a named agent who is not routable now, and a queue that is not there, end it at once. */
export function requested(turn: RoutingTurn, asked: RoutingRequest): void {
  const { state } = turn;
  const known = state.waiting.has(asked.taskId) || state.ended.includes(asked.taskId);
  if (known) return;
  const request: Waiting = { ...asked, stepsOpen: 0, stepDueAt: null, offer: null };
  if (request.queueId === null) {
    offerToNamed(turn, request);
    return;
  }
  const queue = queueOf(turn, request);
  if (!queue || state.waiting.size >= WAITING_MAX) {
    refuse(turn, request);
    return;
  }
  // Queues are the administrator's: a request waits in the MRD that its queue has now.
  const placed = { ...request, mrdId: queue.mrdId };
  if (!placed.prefer) openSteps(turn, placed);
  state.waiting.set(placed.taskId, placed);
  orderOf(state, placed.mrdId).add(placed);
  turn.look.add(placed.mrdId);
}

/** Whether an agent could be offered something in an MRD right now (domain.md 6.1). */
export function whyNotRoutable(
  turn: RoutingTurn,
  agentId: string,
  {
    mrdId,
    conversationId,
    presentAgentIds,
  }: Pick<Waiting, 'mrdId' | 'conversationId' | 'presentAgentIds'>,
): string | null {
  const { state } = turn;
  const agent = state.agents.get(agentId);
  if (!agent) return 'The agent is not logged in.';
  if (domainIsFull(turn)) return 'The routing domain is full.';
  const mrd = agent.mrds.get(mrdId)?.state;
  if (!mrd) return `The agent does not serve ${mrdId}.`;
  if (!isRoutable(mrd)) return NOT_ROUTABLE[mrd] ?? `The agent is ${mrd} in ${mrdId}.`;
  if (!state.available.get(mrdId)?.has(agentId)) return 'The agent is at capacity.';
  if (agent.places.has(conversationId) || presentAgentIds.includes(agentId))
    return 'The agent is in the conversation already.';
  return null;
}

const NOT_ROUTABLE: Partial<Record<MrdStateName, string>> = {
  UNKNOWN: 'The connection to the agent is lost.',
  NOT_READY: 'The agent is not ready.',
  PENDING_NOT_READY: 'The agent is not ready, and finishes what is left.',
  RESERVED: 'The agent is being offered something just now.',
  BUSY: 'The agent is at capacity.',
  INTERRUPTED: 'The agent is taken by other work.',
};

/** An offer to the one agent who is named. The caller has seen that the agent is routable. */
export function offerNow(turn: RoutingTurn, asked: RoutingRequest, agentId: string): Waiting {
  const request: Waiting = { ...asked, agentId, stepsOpen: 0, stepDueAt: null, offer: null };
  turn.state.waiting.set(request.taskId, request);
  ring(turn, request, agentId);
  return request;
}

/** K6. `takenBy`: the agent joined by an own act, with a place asked for as `asked`; it bears the task's id from now on. */
export function cancelled(
  turn: RoutingTurn,
  { taskId, takenBy, asked }: Omit<Extract<RoutingEvent, { type: 'requestCancelled' }>, 'type'>,
): void {
  const { state } = turn;
  const request = state.waiting.get(taskId);
  const agent = state.agents.get(takenBy ?? '');
  if (agent) takenOver(turn, agent, { taskId, asked, request });
  if (request) drop(turn, request, takenBy ? 'JOINED' : 'CANCELLED');
  else if (!state.ended.includes(taskId)) keepEnded(state, taskId); // overtook the request itself
}

/** K7: everybody who waits in the queue; what rings already goes on. @returns how many */
export function flush(turn: RoutingTurn, queueId: string, text: string | null): number {
  const waiting = [...turn.state.waiting.values()].filter(
    (request) => request.queueId === queueId && !request.offer,
  );
  for (const request of waiting) close(turn, request, 'FORCE_CLOSED', 'FLUSHED', text ?? undefined);
  return waiting.length;
}

/** `onCalendarClose: EXPIRE`: the waiting requests of a queue end at closing time (domain.md 6.4). */
export function expire(turn: RoutingTurn, queueId: string): void {
  for (const request of [...turn.state.waiting.values()])
    if (request.queueId === queueId && !request.offer)
      close(turn, request, 'NO_AGENT_AVAILABLE', 'CALENDAR_CLOSED');
}

/** Its conversation runs no longer. */
export function conversationGone(turn: RoutingTurn, conversationId: string): void {
  for (const request of [...turn.state.waiting.values()])
    if (request.conversationId === conversationId) drop(turn, request, 'CANCELLED');
}

function offerToNamed(turn: RoutingTurn, request: Waiting): void {
  const { agentId } = request;
  if (agentId === null || whyNotRoutable(turn, agentId, request)) {
    refuse(turn, request);
    return;
  }
  offerNow(turn, request, agentId);
}

function refuse(turn: RoutingTurn, request: Waiting): void {
  keepEnded(turn.state, request.taskId);
  tell(turn, request, { type: 'CLOSED', reason: 'NO_AGENT_AVAILABLE', detail: null });
}
