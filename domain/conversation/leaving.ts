import type { Refusal } from '../errors';
import type { Leave } from './acts';
import type { AgentTask, TaskCloseReason } from './agent-task';
import { AVOIDED_AGENTS_MAX, LIST_REQUEST_TTL_SECONDS } from './bounds';
import { defaultParty, moveControl } from './control';
import { requeue } from './enqueue';
import {
  hasPrimaryAgent,
  hasStartedSession,
  presentAgent,
  presentAgents,
  primaryAgents,
  requestIsOpen,
  startedSessions,
  taskOf,
  waitingTask,
} from './facts';
import { endHold } from './hold';
import type { ConversationState, LeaveReason, Participant } from './model';
import { refuse } from './refusal';
import { endRequest } from './request-ends';
import { endSession } from './sessions';
import { unsubscribeAgent } from './stays';
import { closeTask, patchTask } from './tasks';
import { addSeconds } from './time';
import { moveTimers } from './timers';
import { newId, record, type Turn, tellController } from './turn';
import { endWrapUp, startWrapUp } from './wrap-up';

/** Reasons that leave a customer waiting through no wish of anybody: the conversation goes back to the queue (domain.md 4.4 step 6). */
const REQUEUED: readonly LeaveReason[] = [
  'LOGOUT',
  'FORCE_LOGOUT',
  'PRESENCE_LOST',
  'RESPONSE_TIMEOUT',
  'MRD_INTERRUPTED',
];

/** How a task closes when its PRIMARY agent leaves without wrap-up (domain.md K8, K11, K12). */
const CLOSES_AS: Partial<Record<LeaveReason, readonly [TaskCloseReason, string | null]>> = {
  TRANSFERRED: ['TRANSFERRED', null],
  LOGOUT: ['AGENT_LOGOUT', 'SELF'],
  FORCE_LOGOUT: ['AGENT_LOGOUT', 'FORCED'],
  PRESENCE_LOST: ['AGENT_LOGOUT', 'PRESENCE_LOST'],
  RESPONSE_TIMEOUT: ['RESPONSE_TIMEOUT', 'SLA'],
  IDLE: ['RESPONSE_TIMEOUT', 'IDLE'],
  MRD_INTERRUPTED: ['REROUTE', null],
};

/** Agents who leave so come last among the candidates of the new request (domain.md 6.6). */
const HAD_THEIR_TURN: readonly LeaveReason[] = ['RESPONSE_TIMEOUT', 'IDLE'];

/** Only these are followed by a wrap-up (domain.md K8). */
const WRAPS_UP: readonly LeaveReason[] = ['SELF', 'REMOVED', 'TRANSFERRED'];

export function whyNotLeave(state: ConversationState, { actor, agentId }: Leave): Refusal | null {
  if (!presentAgent(state, agentId))
    return refuse('NOT_FOUND', 'The agent is not in the conversation.');
  if (actor.type === 'AGENT' && actor.id !== agentId && !actor.supervisor)
    return refuse('FORBIDDEN', 'Only a supervisor removes other agents.');
  if (actor.type === 'CUSTOMER' || actor.type === 'APP' || actor.type === 'BOT')
    return refuse('FORBIDDEN', 'Only staff may remove an agent.');
  return null;
}

/** An agent stops being here in whatever role (domain.md 4.4). */
export function leaveAgent(turn: Turn, agentId: string, reason: LeaveReason): void {
  const agent = presentAgent(turn.state, agentId);
  if (!agent) return;
  if (agent.role === 'PRIMARY') {
    leavePrimary(turn, agent, reason);
    return;
  }
  const task = taskOf(turn.state, agentId);
  if (agent.role === 'WRAP_UP' && task) {
    endWrapUp(turn, task, reason);
    return;
  }
  if (task) closeTask(turn, task, ...assistantClosesAs(reason));
  unsubscribeAgent(turn, agent, reason);
}

/** REMOVE_ALL_AGENTS, and a supervisor's reassignment: every PRIMARY agent goes, the last one decides what follows. */
export function leaveAll(turn: Turn, reason: LeaveReason): void {
  const all = primaryAgents(turn.state).map(({ id }) => id);
  for (const id of all) leavePrimaryOf(turn, id, reason, all);
}

function leavePrimaryOf(
  turn: Turn,
  agentId: string,
  reason: LeaveReason,
  avoid: readonly string[],
): void {
  const agent = presentAgent(turn.state, agentId);
  if (agent?.role === 'PRIMARY') leavePrimary(turn, agent, reason, avoid);
}

function leavePrimary(
  turn: Turn,
  agent: Participant,
  reason: LeaveReason,
  avoid: readonly string[] = HAD_THEIR_TURN.includes(reason) ? [agent.id] : [],
): void {
  const { state } = turn;
  const owed = state.owed;
  const task = taskOf(state, agent.id);
  turn.cause = 'AGENT_UNSUBSCRIBED';
  warmBecomesCold(turn, agent.id);
  const wraps = task?.wrapUp?.enabled && WRAPS_UP.includes(reason) && hasStartedSession(state);
  const [closeAs, detail] = CLOSES_AS[reason] ?? (['DONE', null] as const);
  if (task && wraps) {
    const afterWrapUp = closeAs === 'TRANSFERRED' ? closeAs : 'DONE';
    startWrapUp(turn, agent, task, { wrapUpCause: 'AGENT_LEFT', afterWrapUp });
    turn.cause = 'PARTICIPANT_ROLE_CHANGED';
  } else {
    // With the customer gone there is nothing to hand back: the work is done (T16).
    if (task && hasStartedSession(state)) closeTask(turn, task, closeAs, detail);
    else if (task)
      closeTask(turn, task, ...((isLogout(reason) ? CLOSES_AS[reason] : undefined) ?? DONE));
    unsubscribeAgent(turn, agent, reason);
  }
  if (!hasPrimaryAgent(state)) lastPrimaryLeft(turn, { reason, owed, task, avoid });
}

const DONE: readonly [TaskCloseReason, string | null] = ['DONE', null];

interface LastLeave {
  readonly reason: LeaveReason;
  /** The agents owed an answer when the last of them left. */
  readonly owed: boolean;
  readonly task: AgentTask | undefined;
  readonly avoid: readonly string[];
}

/** The steps of domain.md 4.4 once nobody is PRIMARY any longer; the first that matches ends. */
function lastPrimaryLeft(turn: Turn, left: LastLeave): void {
  const { state } = turn;
  const { cause } = turn;
  state.owed = false;
  for (const assistant of presentAgents(state, 'ASSISTANT'))
    leaveAgent(turn, assistant.id, 'PRIMARY_LEFT');
  endHold(turn, 'AGENT_LEFT');
  if (state.listEntry) state.listEntry = { ...state.listEntry, state: 'INACTIVE' };
  turn.cause = cause;
  const open = waitingTask(state);
  if (open?.operation && open.operation.type !== 'TRANSFER')
    endRequest(turn, open, { reason: 'CANCELLED', detail: 'REQUESTER' });
  if (!hasStartedSession(state)) return;
  moveControl(turn, defaultParty(state), 'AGENT_LEFT');
  if (waitingTask(state)) {
    moveTimers(turn, 'LAST_PRIMARY_LEFT_REQUEST_OPEN');
    return;
  }
  if (isRequeued(left) && lookForAnother(turn, left)) return;
  if (state.settings?.onLastAgentLeave === 'CLOSE_SESSIONS') {
    for (const session of startedSessions(state)) endSession(turn, session.id, 'AGENT');
    return;
  }
  moveTimers(turn, 'LAST_PRIMARY_LEFT');
  tellController(turn, {
    type: 'AGENT_UNSUBSCRIBED',
    agentId: left.task?.agentId ?? state.lastAgentId ?? '',
    reason: left.reason,
  });
}

function isRequeued({ reason, owed }: LastLeave): boolean {
  return REQUEUED.includes(reason) || (reason === 'IDLE' && owed);
}

/** Step 6: PUSH to the same queue, else the channel's, with the age kept; PULL back to the list. False: nowhere to go. */
function lookForAnother(turn: Turn, { task, avoid }: LastLeave): boolean {
  const { state } = turn;
  const settings = state.settings;
  if (state.listEntry) {
    if (!requestIsOpen(state)) moveTimers(turn, 'LAST_PRIMARY_LEFT');
    return true;
  }
  const queueId = task?.queueId ?? (settings?.routingMode === 'PUSH' ? settings.queueId : null);
  if (task && queueId && settings) {
    const avoidAgentIds = avoiding(task, avoid);
    const from = avoidAgentIds.length > 0 ? patchTask(turn, task, { avoidAgentIds }) : task;
    const sameQueue = task.queueId === queueId;
    requeue(turn, sameQueue ? from : { ...from, agentSla: null }, {
      queueId,
      ttlDueAt: addSeconds(turn.now, settings.agentRequestTtlSeconds),
    });
    return true;
  }
  if (settings?.routingMode !== 'PULL' || !settings.listId) return false;
  state.listEntry = {
    listId: settings.listId,
    state: 'INACTIVE',
    waitingSince: task?.waitingSince ?? turn.now,
    requestId: newId(turn, 'task'),
    awaited: false,
    ttlSeconds: settings.queue?.requestTtlSeconds ?? LIST_REQUEST_TTL_SECONDS,
  };
  if (!requestIsOpen(state)) moveTimers(turn, 'LAST_PRIMARY_LEFT');
  return true;
}

function avoiding(task: AgentTask, avoid: readonly string[]): readonly string[] {
  return [...new Set([...(task.avoidAgentIds ?? []), ...avoid])].slice(-AVOIDED_AGENTS_MAX);
}

/** A WARM requester who goes while the request is open leaves a COLD one behind (domain.md 6.13). */
function warmBecomesCold(turn: Turn, agentId: string): void {
  const open = waitingTask(turn.state);
  if (open?.operation?.kind === 'WARM' && open.operation.requesterId === agentId)
    patchTask(turn, open, { operation: { ...open.operation, kind: 'COLD' } });
}

function assistantClosesAs(reason: LeaveReason): readonly [TaskCloseReason, string | null] {
  return (isLogout(reason) ? CLOSES_AS[reason] : undefined) ?? DONE;
}

function isLogout(reason: LeaveReason): boolean {
  return reason === 'LOGOUT' || reason === 'FORCE_LOGOUT' || reason === 'PRESENCE_LOST';
}

/** domain.md 5.1, `agentIdle`. */
export function agentIdle(turn: Turn, agentId: string): void {
  record(turn, 'AGENT_IDLE', { agentId });
  leaveAgent(turn, agentId, 'IDLE');
}
