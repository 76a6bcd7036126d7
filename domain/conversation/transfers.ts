import type { Refusal } from '../errors';
import type { CancelTransfer, HandOver } from './acts';
import type { AgentTask } from './agent-task';
import { TRANSFER_PRIORITY } from './bounds';
import { enqueue, timeToLive } from './enqueue';
import {
  hasPrimaryAgent,
  isPrimary,
  presentAgent,
  presentAgents,
  primaryAgents,
  requestIsOpen,
  taskOf,
  waitingTask,
} from './facts';
import { endHold } from './hold';
import { promote, whyNotConsulted } from './joining';
import { leaveAgent, leaveAll } from './leaving';
import type { ConversationState } from './model';
import { slaOf } from './queue-sla';
import { refuse } from './refusal';
import { endRequest } from './request-ends';
import { alreadyOpen } from './requests';
import { sendNotice } from './speaking';
import { addSeconds } from './time';
import { record, type Turn } from './turn';

export type Operation = NonNullable<AgentTask['operation']>['type'];

const DIRECTIONS = {
  TRANSFER: 'DIRECT_TRANSFER',
  CONFERENCE: 'DIRECT_CONFERENCE',
  CONSULT: 'CONSULT',
} as const;

/** domain.md 6.13: who may ask for a transfer, consult or conference, and when. */
export function whyNotHandOver(
  state: ConversationState,
  operation: Operation,
  request: HandOver,
): Refusal | null {
  const { actor, to } = request;
  const reassigns = operation === 'TRANSFER' && request.kind !== 'WARM' && actor.supervisor;
  if (!isPrimary(state, actor.id) && !reassigns)
    return refuse('FORBIDDEN', 'Only a PRIMARY agent asks for that.');
  if (state.state !== 'ACTIVE' && state.state !== 'ON_HOLD')
    return refuse('ILLEGAL_STATE', `Not possible in ${state.state}.`);
  const toConsulted = operation === 'TRANSFER' && isConsulted(state, to);
  if (!toConsulted && consultIsOpen(state)) return refuse('ILLEGAL_STATE', 'A consult is open.');
  if (requestIsOpen(state)) return refuse('CONFLICT', alreadyOpen(state));
  if ('agentId' in to && !toConsulted && presentAgent(state, to.agentId))
    return refuse('CONFLICT', 'The agent is in the conversation already.');
  return operation === 'CONSULT' ? whyNotConsulted(state) : null;
}

/** COLD: whoever asked goes at once. WARM: stays until the receiver is there. To the consulted agent: cannot fail. */
export function transfer(turn: Turn, request: HandOver): void {
  const { actor, to } = request;
  const kind = request.kind ?? 'COLD';
  endHold(turn, 'TRANSFER', actor);
  const consulted = 'agentId' in to && isConsulted(turn.state, to) ? to.agentId : null;
  if (consulted !== null) {
    toConsulted(turn, { ...request, kind }, consulted);
    return;
  }
  const task = ask(turn, 'TRANSFER', { ...request, kind });
  turn.result = { ...turn.result, taskId: task.id };
  if (kind === 'WARM') return;
  leave(turn, request);
  sendNotice(turn, 'transferStarted');
}

export function consult(turn: Turn, request: HandOver): void {
  const task = ask(turn, 'CONSULT', { ...request, kind: null });
  turn.result = { ...turn.result, taskId: task.id };
}

export function conference(turn: Turn, request: HandOver): void {
  endHold(turn, 'TRANSFER', request.actor);
  const task = ask(turn, 'CONFERENCE', { ...request, kind: null });
  turn.result = { ...turn.result, taskId: task.id };
}

/** The requester may cancel; once gone (COLD), only a supervisor. */
export function whyNotCancelTransfer(
  state: ConversationState,
  { actor, taskId }: CancelTransfer,
): Refusal | null {
  const task = state.tasks.find(({ id }) => id === taskId);
  if (!task) return refuse('NOT_FOUND', 'The conversation has no such task.');
  if (waitingTask(state)?.id !== taskId || !task.operation)
    return refuse('ILLEGAL_STATE', 'The transfer is no longer open.');
  const own = task.operation.requesterId === actor.id && isPrimary(state, actor.id);
  if (!own && !actor.supervisor)
    return refuse('FORBIDDEN', 'Only the requester or a supervisor cancels it.');
  return null;
}

export function cancelTransfer(turn: Turn, { taskId }: CancelTransfer): void {
  const task = turn.state.tasks.find(({ id }) => id === taskId);
  if (task) endRequest(turn, task, { reason: 'CANCELLED', detail: 'REQUESTER' });
}

function ask(turn: Turn, operation: Operation, request: HandOver): AgentTask {
  const { actor, to, kind, note, queue, offer } = request;
  const { state } = turn;
  turn.acted.push(actor.id);
  const facts = { type: operation, kind, requesterId: actor.id, to };
  const seconds = timeToLive(state.settings?.agentRequestTtlSeconds ?? 0, queue);
  const task = enqueue(turn, {
    direction: DIRECTIONS[operation],
    mode: 'agentId' in to ? 'AGENT' : 'QUEUE',
    agentId: 'agentId' in to ? to.agentId : null,
    queueId: 'queueId' in to ? to.queueId : null,
    ...(queue ? { mrdId: queue.mrdId, agentSla: slaOf(queue) } : {}),
    priority: TRANSFER_PRIORITY,
    note,
    requestedBy: { type: actor.type, id: actor.id },
    operation: facts,
    ...(offer ? { id: offer.taskId, offerExpiresAt: offer.offerExpiresAt, source: 'ROUTING' } : {}),
    ttlDueAt: addSeconds(turn.now, seconds),
  });
  record(
    turn,
    'TRANSFER_STARTED',
    { operation, kind, to, taskId: task.id, requesterId: actor.id },
    { actor },
  );
  return task;
}

function toConsulted(turn: Turn, request: HandOver, agentId: string): void {
  const { actor, to, kind } = request;
  const taskId = taskOf(turn.state, agentId)?.id ?? '';
  const facts = { operation: 'TRANSFER', kind, to, taskId, requesterId: actor.id } as const;
  record(turn, 'TRANSFER_STARTED', facts, { actor });
  promote(turn, agentId, 'CONSULT_TRANSFER');
  leaveOthers(turn, request, agentId);
  record(turn, 'TRANSFER_COMPLETED', facts);
  turn.result = { ...turn.result, taskId };
}

/** A supervisor who is not PRIMARY asks in the place of all of them. */
function leave(turn: Turn, { actor }: HandOver): void {
  if (isPrimary(turn.state, actor.id)) leaveAgent(turn, actor.id, 'TRANSFERRED');
  else leaveAll(turn, 'TRANSFERRED');
}

function leaveOthers(turn: Turn, { actor }: HandOver, receiver: string): void {
  if (isPrimary(turn.state, actor.id)) {
    leaveAgent(turn, actor.id, 'TRANSFERRED');
    return;
  }
  for (const { id } of primaryAgents(turn.state))
    if (id !== receiver) leaveAgent(turn, id, 'TRANSFERRED');
}

function isConsulted(state: ConversationState, to: HandOver['to']): boolean {
  return (
    'agentId' in to &&
    hasPrimaryAgent(state) &&
    presentAgent(state, to.agentId)?.role === 'ASSISTANT'
  );
}

function consultIsOpen(state: ConversationState): boolean {
  return (
    presentAgents(state, 'ASSISTANT').length > 0 || waitingTask(state)?.direction === 'CONSULT'
  );
}
