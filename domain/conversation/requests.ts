import type { Refusal } from '../errors';
import type { CancelRequest, OutOfHours, RequestAgent } from './acts';
import { LIST_REQUEST_TTL_SECONDS } from './bounds';
import { enqueue, timeToLive } from './enqueue';
import {
  hasPrimaryAgent,
  hasStartedSession,
  latestSession,
  latestSettings,
  presentBot,
  requestIsOpen,
  waitingTask,
} from './facts';
import type { ConversationState } from './model';
import { park } from './pull-list';
import { slaOf } from './queue-sla';
import { refuse } from './refusal';
import { cancelOpenRequests } from './request-ends';
import { nobodyFound, settleRequest } from './request-outcomes';
import { addTask, recordTask } from './tasks';
import { addSeconds } from './time';
import { moveTimers } from './timers';
import { newId, record, type Turn, tellController } from './turn';

/** domain.md 6.2: what refuses a request for a human. */
export function whyNotRequest(state: ConversationState, request: RequestAgent): Refusal | null {
  const { actor } = request;
  if (actor.type === 'BOT' && !presentBot(state, actor.id))
    return refuse('FORBIDDEN', 'The bot is not in the conversation.');
  if (actor.type === 'CUSTOMER' || actor.type === 'APP')
    return refuse('FORBIDDEN', 'Only bots and staff request agents.');
  return whyNotPlace(state, request) ?? whyNotAsked(state, request);
}

/** The part that is looked at again when the controller has decided, since the state may have moved on. */
function whyNotPlace(state: ConversationState, request: RequestAgent): Refusal | null {
  if (!hasStartedSession(state)) return refuse('ILLEGAL_STATE', 'No channel session is open.');
  if (hasPrimaryAgent(state))
    return refuse('ILLEGAL_STATE', 'An agent is here: transfer, consult or confer.');
  const own = state.requesting !== null && state.requesting.taskId === request.taskId;
  if (!own && requestIsOpen(state)) return refuse('CONFLICT', alreadyOpen(state));
  return null;
}

function whyNotAsked(state: ConversationState, request: RequestAgent): Refusal | null {
  const { priority, ttlSeconds } = request;
  if (priority !== null && !(Number.isInteger(priority) && priority >= 1 && priority <= 10))
    return refuse('VALIDATION_FAILED', 'priority must be a whole number from 1 to 10.');
  const reservation =
    request.queue?.reservationSeconds ?? latestSettings(state)?.queue?.reservationSeconds ?? 0;
  if (ttlSeconds !== null && !(ttlSeconds > reservation && ttlSeconds <= LIST_REQUEST_TTL_SECONDS))
    return refuse(
      'VALIDATION_FAILED',
      `ttlSeconds must be greater than the ${reservation} s an offer rings, and at most ${LIST_REQUEST_TTL_SECONDS}.`,
    );
  return null;
}

export function alreadyOpen(state: ConversationState): string {
  const id = waitingTask(state)?.id ?? state.requesting?.taskId ?? state.listEntry?.requestId;
  return `A request is open already: ${id}.`;
}

/** A request as it comes: recorded, and put before the controller, whose default places it as asked. */
export function requestAgent(turn: Turn, asked: RequestAgent): void {
  const taskId = newId(turn, 'task');
  const request: RequestAgent = { ...asked, taskId };
  turn.state.requesting = { taskId };
  record(
    turn,
    'AGENT_REQUESTED',
    {
      taskId,
      queueId: asked.queueId,
      agentId: asked.agentId,
      priority: asked.priority,
      attributes: asked.attributes,
      note: asked.note,
    },
    { actor: asked.actor },
  );
  turn.result = { ...turn.result, taskId };
  tellController(turn, { type: 'AGENT_REQUESTED', request });
}

/** The controller's decision on a request: as asked, or as a hook has changed it (domain.md 7.1, AGENT_REQUESTED). */
export function placeRequest(turn: Turn, request: RequestAgent): void {
  const { state } = turn;
  const taskId = request.taskId ?? newId(turn, 'task');
  if (state.requesting?.taskId !== taskId) return;
  const refusal = whyNotPlace(state, request);
  state.requesting = null;
  if (refusal) {
    settleRequest(turn, taskId, 'cancelled', { reason: refusal.code });
    return;
  }
  if (request.outOfHours) {
    closedNow(turn, request.outOfHours, taskId);
    return;
  }
  const settings = latestSettings(state);
  const listId =
    !request.agentId && !request.queueId && settings?.routingMode === 'PULL'
      ? settings.listId
      : null;
  if (listId) {
    park(turn, listId, {
      requestId: taskId,
      ttlSeconds: listTtl(state, request),
      priority: request.priority ?? defaultPriority(state),
    });
    return;
  }
  const queueId = queueOf(state, request);
  if (!request.agentId && !queueId) {
    nowhere(turn, request, taskId);
    return;
  }
  const preferAgentId = request.agentId ? undefined : preferredAgent(state);
  enqueue(turn, {
    ...fromRequest(turn, request, taskId),
    direction: 'INBOUND',
    mode: request.agentId ? 'AGENT' : 'QUEUE',
    agentId: request.agentId,
    queueId,
    ttlDueAt: addSeconds(
      turn.now,
      timeToLive(request.ttlSeconds ?? settings?.agentRequestTtlSeconds ?? 0, request.queue),
    ),
    preferAgentId,
  });
  state.reentry = false;
}

/** The queue that a request goes to: the one named, else the channel's. Null: a named agent, a list, or nowhere. */
export function queueOf(
  state: ConversationState,
  { agentId, queueId }: Pick<RequestAgent, 'agentId' | 'queueId'>,
): string | null {
  const settings = latestSettings(state);
  const ofChannel = settings?.routingMode === 'PUSH' ? settings.queueId : null;
  return agentId ? null : (queueId ?? ofChannel);
}

/** A person or bot takes the wish for a human back; with none open nothing changes. */
export function cancelRequest(turn: Turn, { actor }: Pick<CancelRequest, 'actor'>): void {
  const task = waitingTask(turn.state);
  const detail = actor.type === 'BOT' || actor.type === 'CONTROLLER' ? 'BOT' : 'REQUESTER';
  if (task?.operation || !requestIsOpen(turn.state)) return;
  cancelOpenRequests(turn, detail);
}

function fromRequest(turn: Turn, request: RequestAgent, id: string) {
  const { actor } = request;
  return {
    id,
    ...(request.queue ? { mrdId: request.queue.mrdId, agentSla: slaOf(request.queue) } : {}),
    priority: request.priority ?? defaultPriority(turn.state),
    attributes: request.attributes,
    note: request.note,
    requestedBy: { type: actor.type, id: actor.id },
    ...(request.tellWait ? { tellWait: request.tellWait } : {}),
  };
}

/** domain.md 6.3: the highest of 1, channel, channel data and labels. */
function defaultPriority(state: ConversationState): number {
  const session = latestSession(state);
  const own = Number(session?.channelData['requestPriority'] ?? 1);
  const highest = Math.max(
    1,
    session?.settings?.requestPriority ?? 1,
    Number.isInteger(own) ? own : 1,
    state.customer.labelPriority ?? 1,
  );
  return Math.min(10, highest);
}

function preferredAgent(state: ConversationState): string | undefined {
  const prefers = state.reentry || latestSettings(state)?.preferLastAgent;
  return prefers && state.lastAgentId !== null ? state.lastAgentId : undefined;
}

function listTtl(state: ConversationState, { ttlSeconds }: RequestAgent): number {
  return ttlSeconds ?? latestSettings(state)?.queue?.requestTtlSeconds ?? LIST_REQUEST_TTL_SECONDS;
}

function closedNow(turn: Turn, { calendarId, opensAt }: OutOfHours, taskId: string): void {
  record(turn, 'OUT_OF_HOURS', { calendarId, opensAt, taskId });
  moveTimers(turn, 'REQUEST_ENDED');
  settleRequest(turn, taskId, 'cancelled', { reason: 'OUT_OF_HOURS' });
  tellController(turn, { type: 'OUT_OF_HOURS', calendarId, opensAt, taskId });
}

/** No queue and no list: NO_AGENT_AVAILABLE at once (domain.md section 9). The task says that somebody had asked. */
function nowhere(turn: Turn, request: RequestAgent, id: string): void {
  const task = addTask(turn, {
    ...fromRequest(turn, request, id),
    direction: 'INBOUND',
    mode: 'QUEUE',
    routingMode: 'PUSH',
    agentId: null,
    state: 'CLOSED',
    mediaState: 'CLOSED',
    media: [],
    waitingSince: turn.now,
    queuedAt: turn.now,
    endedAt: turn.now,
    closeReason: 'NO_AGENT_AVAILABLE',
  });
  recordTask(turn, task);
  nobodyFound(turn, { taskId: id, queueId: null, listId: null });
}
