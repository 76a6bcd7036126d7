import type { Refusal } from '../errors';
import type { Actor } from './actor';
import type { ChangeRole, JoinAs, JoiningAgent } from './acts';
import type { AgentTask } from './agent-task';
import { OBSERVERS_MAX, PARTICIPANTS_MAX } from './bounds';
import { clearDeadline } from './deadlines';
import {
  hasPrimaryAgent,
  hasStartedSession,
  isFull,
  isPrimary,
  latestSettings,
  presentAgent,
  presentAgents,
  taskOf,
  waitingTask,
} from './facts';
import { leaveAgent } from './leaving';
import type { ConversationState, ParticipantRole } from './model';
import { becamePrimary } from './primary';
import { firstRefusal, refuse } from './refusal';
import { settleRequest } from './request-outcomes';
import { changeRole, subscribeAgent } from './stays';
import { addTask, changeTask, closeTask, recordTask } from './tasks';
import { effect, record, type Turn, tellController } from './turn';
import { closeWrapUp } from './wrap-up';

type JoinRole = JoinAs['role'];

/** domain.md 4.1 and 4.2: who may come in, and as what. */
export function whyNotJoin(state: ConversationState, request: JoinAs): Refusal | null {
  const { actor, agent, role } = request;
  const present = presentAgent(state, agent.agentId);
  if (present?.role === role) return null;
  return firstRefusal(
    () => whyNotFor(actor, agent),
    () => (role === 'OBSERVER' && !isSupervisor(request) ? onlySupervisors('observes') : null),
    () => (present ? whyNotRaise(state, request, present.role) : whyNotRoom(state, role)),
    () => whyNotNow(state, role),
  );
}

/** An agent comes in of own accord or accepts by that an open transfer, consult or conference. */
export function joinAs(turn: Turn, { agent, role, actor, taskId }: JoinAs): void {
  const present = presentAgent(turn.state, agent.agentId);
  if (present?.role === role) {
    giveBack(turn, taskId, agent.agentId);
    return;
  }
  const open = waitingTask(turn.state);
  if (open && role !== 'OBSERVER' && countsAsAccept(open, agent.agentId, role)) {
    acceptTask(turn, open, agent);
    effect(turn, {
      type: 'routing',
      news: {
        type: 'taken',
        task: { ...open, agentId: agent.agentId },
        ...(taskId === undefined ? {} : { asked: taskId }),
      },
    });
    confirm(turn, taskId, { id: open.id, agentId: agent.agentId });
    return;
  }
  if (role === 'PRIMARY') {
    joinPrimary(turn, agent, { taskId });
    return;
  }
  const task = role === 'ASSISTANT' ? consultTask(turn, agent.agentId, taskId) : null;
  if (task) confirm(turn, taskId, task);
  else giveBack(turn, taskId, agent.agentId);
  subscribeAgent(turn, agent, role, { taskId: task?.id ?? null, invitedBy: inviter(actor, agent) });
}

/** Whose hand the next role is in: a PRIMARY agent or a supervisor promotes, a supervisor raises himself (domain.md 4.2). */
export function whyNotChangeRole(state: ConversationState, request: ChangeRole): Refusal | null {
  const { actor, agentId, role } = request;
  const agent = presentAgent(state, agentId);
  if (!agent) return refuse('NOT_FOUND', 'The agent is not in the conversation.');
  if (agent.role === role) return null;
  const promotes = actor.supervisor || actor.type === 'CONTROLLER' || isPrimary(state, actor.id);
  if (role !== 'PRIMARY' || agent.role === 'WRAP_UP')
    return refuse('ILLEGAL_STATE', `${agent.role} cannot become ${role}.`);
  if (agent.role === 'ASSISTANT' && !promotes)
    return refuse('FORBIDDEN', 'Only a PRIMARY agent or a supervisor promotes.');
  if (agent.role === 'OBSERVER' && !actor.supervisor && actor.type !== 'CONTROLLER')
    return onlySupervisors('barges in');
  return whyNotNow(state, 'PRIMARY');
}

/** A consulted agent becomes PRIMARY (CONSULT_CONFERENCE), or a supervisor barges in. */
export function raise(turn: Turn, { agentId, role, taskId }: ChangeRole): void {
  const agent = presentAgent(turn.state, agentId);
  if (!agent || agent.role === role || agent.role === 'ASSISTANT') giveBack(turn, taskId, agentId);
  if (!agent || agent.role === role) return;
  if (agent.role === 'ASSISTANT') {
    promote(turn, agentId, 'CONSULT_CONFERENCE');
    return;
  }
  joinPrimary(turn, { agentId, name: agent.name, supervisor: true }, { taskId });
}

/** The consulted agent becomes PRIMARY with the task that is there, its direction rewritten (domain.md 6.1). */
export function promote(
  turn: Turn,
  agentId: string,
  direction: 'CONSULT_CONFERENCE' | 'CONSULT_TRANSFER',
): void {
  const agent = presentAgent(turn.state, agentId);
  const consult = taskOf(turn.state, agentId);
  if (!agent) return;
  changeRole(turn, agent, 'PRIMARY');
  turn.cause = 'PARTICIPANT_ROLE_CHANGED';
  const task = consult
    ? changeTask(turn, consult, { direction, operation: null })
    : pullTask(turn, agentId, { direction, countsForCapacity: true });
  becamePrimary(turn, agentId, task);
  tellController(turn, { type: 'AGENT_SUBSCRIBED', agentId });
}

/** K3: an agent takes a waiting task and joins in the role that it is for; the saga behind it completes (domain.md 6.13). */
export function acceptTask(turn: Turn, waiting: AgentTask, agent: JoiningAgent): void {
  const present = presentAgent(turn.state, agent.agentId);
  const role = waiting.direction === 'CONSULT' ? 'ASSISTANT' : 'PRIMARY';
  endFormerTask(turn, agent.agentId);
  clearDeadline(turn, `agentRequestTtl:${waiting.id}`);
  const task = changeTask(turn, waiting, {
    mediaState: 'ACTIVE',
    agentId: agent.agentId,
    reservedAt: waiting.reservedAt ?? turn.now,
    answeredAt: turn.now,
    offerExpiresAt: null,
    operation: null,
  });
  turn.cause = present ? 'PARTICIPANT_ROLE_CHANGED' : 'AGENT_SUBSCRIBED';
  if (present) changeRole(turn, present, role);
  else
    subscribeAgent(turn, agent, role, {
      taskId: task.id,
      invitedBy: waiting.operation?.requesterId ?? null,
    });
  const { cause } = turn;
  if (!waiting.operation) settleRequest(turn, waiting.id, 'accepted', { agentId: agent.agentId });
  if (role === 'PRIMARY') {
    becamePrimary(turn, agent.agentId, task);
    tellController(turn, { type: 'AGENT_SUBSCRIBED', agentId: agent.agentId });
  }
  turn.cause = cause;
  if (waiting.operation) complete(turn, waiting, waiting.operation);
}

/** Why an agent cannot take the place that a waiting task gives. Who is here in that role already changes tasks only. */
export function whyNotAccept(
  state: ConversationState,
  task: AgentTask,
  agentId: string,
): Refusal | null {
  const role = task.direction === 'CONSULT' ? 'ASSISTANT' : 'PRIMARY';
  const present = presentAgent(state, agentId);
  if (!present) return whyNotRoom(state, role);
  return present.role === 'PRIMARY' && role === 'ASSISTANT'
    ? refuse('CONFLICT', 'The agent is in the conversation already.')
    : null;
}

/** A place taken by the agent's own act: ACTIVE at once (domain.md 6.1). `taskId`: as routing gave it, if it was asked. */
export function joinPrimary(
  turn: Turn,
  agent: JoiningAgent,
  {
    direction = 'INBOUND',
    taskId,
  }: {
    readonly direction?: 'INBOUND' | 'OUTBOUND';
    readonly taskId?: string | undefined;
  } = {},
): void {
  const { state } = turn;
  const present = presentAgent(state, agent.agentId);
  if (present?.role === 'PRIMARY') {
    giveBack(turn, taskId, agent.agentId);
    return;
  }
  const bargesIn =
    direction === 'INBOUND' &&
    (present?.role === 'OBSERVER' || (agent.supervisor && hasPrimaryAgent(state)));
  endFormerTask(turn, agent.agentId);
  const task = pullTask(turn, agent.agentId, {
    ...(taskId === undefined ? {} : { id: taskId }),
    direction: bargesIn ? 'DIRECT_CONFERENCE' : direction,
    countsForCapacity: !bargesIn,
  });
  confirm(turn, taskId, task);
  if (present) changeRole(turn, present, 'PRIMARY');
  else subscribeAgent(turn, agent, 'PRIMARY', { taskId: task.id, invitedBy: null });
  becamePrimary(turn, agent.agentId, task);
  tellController(turn, { type: 'AGENT_SUBSCRIBED', agentId: agent.agentId });
  turn.cause = present ? 'PARTICIPANT_ROLE_CHANGED' : 'AGENT_SUBSCRIBED';
}

function whyNotFor(actor: Actor, agent: JoiningAgent): Refusal | null {
  if (actor.type === 'AGENT' && actor.id !== agent.agentId && !actor.supervisor)
    return refuse('FORBIDDEN', 'Only a supervisor brings other agents in.');
  if (actor.type === 'CUSTOMER' || actor.type === 'BOT' || actor.type === 'APP')
    return refuse('FORBIDDEN', 'Only staff may join.');
  return null;
}

function whyNotRaise(
  state: ConversationState,
  { actor, agent, role }: JoinAs,
  from: ParticipantRole,
): Refusal | null {
  const accepts = waitingTask(state);
  if (accepts && role !== 'OBSERVER' && countsAsAccept(accepts, agent.agentId, role)) return null;
  if (role === 'PRIMARY' && from === 'WRAP_UP') return null;
  return whyNotChangeRole(state, {
    conversationId: state.conversationId,
    actor: { ...actor, supervisor: actor.supervisor || agent.supervisor },
    agentId: agent.agentId,
    role,
  });
}

/** At most 100 are present, of them 20 observers and the channel's number of assistants (domain.md 4.1). */
export function whyNotRoom(state: ConversationState, role: JoinRole): Refusal | null {
  if (isFull(state)) return refuse('CONFLICT', `At most ${PARTICIPANTS_MAX} participants.`);
  if (role === 'OBSERVER' && presentAgents(state, 'OBSERVER').length >= OBSERVERS_MAX)
    return refuse('CONFLICT', `At most ${OBSERVERS_MAX} observers.`);
  return role === 'ASSISTANT' ? whyNotConsulted(state) : null;
}

/** Whether one more agent may be consulted. */
export function whyNotConsulted(state: ConversationState): Refusal | null {
  const max = state.settings?.maxAssistants ?? 1;
  return presentAgents(state, 'ASSISTANT').length >= max
    ? refuse('CONFLICT', `At most ${max} consulted agents.`)
    : null;
}

function whyNotNow(state: ConversationState, role: JoinRole): Refusal | null {
  if (role === 'OBSERVER') return null;
  if (!hasStartedSession(state)) return refuse('ILLEGAL_STATE', 'The customer has left.');
  if (role === 'ASSISTANT' && !hasPrimaryAgent(state))
    return refuse('ILLEGAL_STATE', 'There is no PRIMARY agent to assist.');
  return null;
}

/** A queue's transfer by anybody who joins, a named one and a consult or conference by the very agent (domain.md 6.2, 6.13). */
function countsAsAccept(open: AgentTask, agentId: string, role: JoinRole): boolean {
  const named = open.mode === 'AGENT' && open.agentId === agentId;
  switch (open.direction) {
    case 'DIRECT_TRANSFER':
      return role === 'PRIMARY' && (named || open.mode === 'QUEUE');
    case 'DIRECT_CONFERENCE':
    case 'INBOUND':
      return role === 'PRIMARY' && named;
    case 'CONSULT':
      return named;
    default:
      return false;
  }
}

/** One task per agent and stay: the work that an agent did so far is done (K10: joining again ends the wrap-up; a consult ends). */
function endFormerTask(turn: Turn, agentId: string): void {
  const task = taskOf(turn.state, agentId);
  if (task?.state === 'WRAP_UP') closeWrapUp(turn, task);
  else if (task) closeTask(turn, task, 'DONE', null);
}

function pullTask(
  turn: Turn,
  agentId: string,
  parts: Pick<AgentTask, 'direction' | 'countsForCapacity'> & Partial<Pick<AgentTask, 'id'>>,
): AgentTask {
  const entry = parts.direction === 'INBOUND' ? turn.state.listEntry : null;
  const settings = latestSettings(turn.state);
  // The list's own MRD: it is the one in which routing gave the place.
  const mrdId = entry && settings?.listId === entry.listId ? settings.queue?.mrdId : undefined;
  const task = addTask(turn, {
    ...parts,
    ...(mrdId ? { mrdId } : {}),
    mode: 'AGENT',
    routingMode: 'PULL',
    mediaState: 'ACTIVE',
    agentId,
    listId: entry?.listId ?? null,
    waitingSince: turn.state.listEntry?.waitingSince ?? null,
    answeredAt: turn.now,
  });
  recordTask(turn, task);
  return task;
}

function consultTask(turn: Turn, agentId: string, id: string | undefined): AgentTask {
  const parts = { direction: 'CONSULT', countsForCapacity: true } as const;
  return pullTask(turn, agentId, id === undefined ? parts : { ...parts, id });
}

/**
 * The place that routing gave is this task's, in this conversation: an outbound start asks before there is one, and an agent may have
 * been logged out between the asking and the join. Then routing takes the agent out again.
 */
function confirm(
  turn: Turn,
  given: string | undefined,
  task: Pick<AgentTask, 'id' | 'agentId'>,
): void {
  if (given !== undefined) effect(turn, { type: 'routing', news: { type: 'moved', task } });
}

/** A place of routing that no task needs. */
function giveBack(turn: Turn, taskId: string | undefined, agentId: string): void {
  if (taskId === undefined || turn.state.tasks.some(({ id }) => id === taskId)) return;
  effect(turn, { type: 'routing', news: { type: 'ended', task: { id: taskId, agentId } } });
}

function complete(
  turn: Turn,
  task: AgentTask,
  operation: NonNullable<AgentTask['operation']>,
): void {
  record(turn, 'TRANSFER_COMPLETED', {
    operation: operation.type,
    kind: operation.kind,
    to: operation.to,
    taskId: task.id,
    requesterId: operation.requesterId,
  });
  if (operation.kind === 'WARM' && operation.requesterId !== null)
    leaveAgent(turn, operation.requesterId, 'TRANSFERRED');
}

function inviter(actor: Actor, agent: JoiningAgent): string | null {
  return actor.id === agent.agentId ? null : actor.id;
}

function isSupervisor({ actor, agent }: JoinAs): boolean {
  return Boolean(actor.supervisor || agent.supervisor) || actor.type === 'CONTROLLER';
}

function onlySupervisors(what: string): Refusal {
  return refuse('FORBIDDEN', `Only a supervisor ${what}.`);
}
