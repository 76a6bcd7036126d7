import type { TaskCloseReason } from '../conversation/agent-task';
import type { Refusal } from '../errors';
import { refresh, setState } from './availability';
import type { RoutingEvent, RoutingResult } from './events';
import { interruptOthers, releaseOthers } from './interruptions';
import type { AgentRow, QueueConfig, Waiting } from './model';
import { setPlace } from './places';
import { keepEnded, orderOf, type RoutingState, setBounded } from './state';
import { openNextStep, openSteps } from './steps';
import { iso, type RoutingTurn, tell, touch } from './turn';

/** Reserved for requests that come back (domain.md 6.3). */
const REQUEUE_PRIORITY = 11;
const AVOIDED_MAX = 20;
/** Answers that are remembered: whoever got none asks again within seconds. */
const ANSWERED_MAX = 500;
/** Of an offer to a named agent: no queue says how long it rings (domain.md section 15). */
const RESERVATION_SECONDS = 20;

export function queueOf({ state }: RoutingTurn, { queueId }: Waiting): QueueConfig | undefined {
  return state.config.queues[queueId ?? ''];
}

/** K2: the offer rings at one agent, or is accepted for the agent at once where the queue says so. */
export function ring(turn: RoutingTurn, request: Waiting, agentId: string): void {
  const agent = turn.state.agents.get(agentId);
  if (!agent) return;
  const queue = queueOf(turn, request);
  const expiresAt = turn.now + (queue?.reservationSeconds ?? RESERVATION_SECONDS) * 1000;
  request.offer = { agentId, expiresAt };
  agent.ringing.add(request.taskId);
  const mrd = agent.mrds.get(request.mrdId);
  if (mrd) mrd.availableSince = turn.now;
  tell(turn, request, { type: 'RESERVED', agentId, offerExpiresAt: iso(expiresAt) });
  interruptOthers(turn, agent, request.mrdId);
  refresh(turn, agent);
  turn.touched.add(agentId);
  if (queue?.autoAccept) {
    take(turn, request, agent);
    return;
  }
  const { taskId, conversationId, queueId, mrdId, direction, priority, waitingSince } = request;
  turn.effects.push({
    type: 'agentEvent',
    agentId,
    event: 'OFFER',
    data: {
      taskId,
      conversationId,
      queueId,
      mrdId,
      direction,
      priority,
      waitingSince: iso(waitingSince),
      expiresAt: iso(expiresAt),
    },
  });
}

/**
 * K3 and K4, declined. Exactly one wins: the agent at whom it rings now. Who asks again with the key of an answer that was taken gets
 * the same one: theirs may have been lost on the way.
 */
export function answer(
  turn: RoutingTurn,
  { type, taskId, agentId, key }: Extract<RoutingEvent, { readonly type: 'accept' | 'decline' }>,
): RoutingResult | Refusal {
  const { state } = turn;
  const request = state.waiting.get(taskId);
  const agent = request?.offer?.agentId === agentId ? state.agents.get(agentId) : undefined;
  if (!request || !agent) {
    const before = state.answered.get(taskId);
    const same = before?.key === key && before?.agentId === agentId && before.how === type;
    return same ? { taskId, conversationId: before.conversationId } : whyGone(state, taskId);
  }
  const { conversationId } = request;
  if (type === 'accept') take(turn, request, agent);
  else lapse(turn, request, 'DECLINED');
  if (key !== undefined)
    setBounded(state.answered, taskId, { agentId, conversationId, how: type, key }, ANSWERED_MAX);
  return { taskId, conversationId };
}

function whyGone({ waiting, ended }: RoutingState, taskId: string): Refusal {
  return waiting.has(taskId) || ended.includes(taskId)
    ? { code: 'CONFLICT', detail: 'The offer is gone: it was answered, withdrawn or has lapsed.' }
    : { code: 'NOT_FOUND', detail: 'There is no such task.' };
}

/** K4, due: nobody answered, and the agent goes NOT_READY unless the queue says otherwise. */
export function offerDue(turn: RoutingTurn, request: Waiting): void {
  const agent = turn.state.agents.get(request.offer?.agentId ?? '');
  lapse(turn, request, 'TIMEOUT');
  if (!agent || queueOf(turn, request)?.afterRona === 'UNCHANGED') return;
  for (const mrd of agent.mrds.values()) mrd.wanted = false;
  setState(turn, agent, 'NOT_READY', 'RONA');
  touch(turn, agent);
}

/** The offer stops ringing. `reason` tells the agent why. */
export function revoke(turn: RoutingTurn, request: Waiting, reason: string): void {
  const { offer, taskId, conversationId } = request;
  if (!offer) return;
  request.offer = null;
  turn.effects.push({
    type: 'agentEvent',
    agentId: offer.agentId,
    event: 'OFFER_REVOKED',
    data: { taskId, conversationId, reason },
  });
  const agent = turn.state.agents.get(offer.agentId);
  if (!agent) return;
  agent.ringing.delete(taskId);
  releaseOthers(turn, agent, request.mrdId);
  touch(turn, agent);
}

/** The request leaves routing. */
export function drop(turn: RoutingTurn, request: Waiting, reason: string): void {
  revoke(turn, request, reason);
  turn.state.waiting.delete(request.taskId);
  orderOf(turn.state, request.mrdId).remove(request);
  keepEnded(turn.state, request.taskId);
  turn.look.add(request.mrdId);
}

/** The request leaves routing, and its conversation is told why. */
export function close(
  turn: RoutingTurn,
  request: Waiting,
  reason: TaskCloseReason,
  detail: string | null,
  text?: string,
): void {
  drop(turn, request, reason);
  tell(turn, request, {
    type: 'CLOSED',
    reason,
    detail,
    ...(text === undefined ? {} : { text }),
  });
}

/**
 * The next task of the chain: priority 11, age and TTL kept, steps stay open, and the agent who let the offer lapse or declined it
 * comes last from now on (domain.md 6.6, 6.9). A named agent's request ends instead.
 */
export function requeue(
  turn: RoutingTurn,
  request: Waiting,
  reason: TaskCloseReason,
  detail: string,
): void {
  const { offer } = request;
  if (request.queueId === null) {
    close(turn, request, reason === 'AGENT_LOGOUT' ? 'NO_AGENT_AVAILABLE' : reason, detail);
    return;
  }
  drop(turn, request, detail);
  const hadTheirTurn = offer && reason === 'RONA' ? [offer.agentId] : [];
  const next: Waiting = {
    ...request,
    taskId: nextTaskId(request.taskId),
    priority: REQUEUE_PRIORITY,
    queuedAt: turn.now,
    avoidAgentIds: [...new Set([...request.avoidAgentIds, ...hadTheirTurn])].slice(-AVOIDED_MAX),
    offer: null,
  };
  if (next.prefer) openSteps(turn, next);
  turn.state.waiting.set(next.taskId, next);
  orderOf(turn.state, next.mrdId).add(next);
  tell(turn, request, { type: 'CLOSED', reason, detail, requeuedAs: next.taskId });
}

/** The last agent did not come free in time, or the next step's time has come. */
export function waitedEnough(turn: RoutingTurn, request: Waiting): void {
  if (request.prefer) openSteps(turn, request);
  else openNextStep(turn, request);
  turn.look.add(request.mrdId);
}

function take(turn: RoutingTurn, request: Waiting, agent: AgentRow): void {
  const { taskId, conversationId, workflowId, mrdId, queueId } = request;
  request.offer = null;
  agent.ringing.delete(taskId);
  turn.state.waiting.delete(taskId);
  orderOf(turn.state, mrdId).remove(request);
  keepEnded(turn.state, taskId);
  const since = turn.now;
  setPlace(agent, { taskId, conversationId, workflowId, mrdId, queueId, counts: true, since });
  touch(turn, agent);
  const { name = null, supervisor = false } = turn.state.config.agents[agent.id] ?? {};
  const queue = queueOf(turn, request);
  tell(turn, request, {
    type: 'ACCEPTED',
    agent: { agentId: agent.id, name, supervisor },
    ...(queue ? { agentSla: queue.agentSla } : {}),
  });
  turn.effects.push({
    type: 'agentEvent',
    agentId: agent.id,
    event: 'TASK_ASSIGNED',
    data: { taskId, conversationId },
  });
}

function lapse(turn: RoutingTurn, request: Waiting, detail: 'TIMEOUT' | 'DECLINED'): void {
  requeue(turn, request, 'RONA', detail);
}

/** `tsk_x` is followed by `tsk_x_2`, `tsk_x_3` and so on. */
function nextTaskId(taskId: string): string {
  const [, root = taskId, count = '1'] =
    /^(.+?)(?:_(\d+))?$/.exec(taskId.slice('tsk_'.length)) ?? [];
  return `tsk_${root}_${Number(count) + 1}`;
}
