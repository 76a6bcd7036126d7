import type { Refusal } from '../errors';
import type { AgentTask } from './agent-task';
import { beginClosing, FORCED } from './closing';
import { startControl } from './control';
import { setData } from './data';
import { setDeadline, startDeadline } from './deadlines';
import { enqueue } from './enqueue';
import type { ConversationEvent, SessionsMovedIn } from './events';
import {
  hasPrimaryAgent,
  hasStarted,
  isPresent,
  isWaiting,
  presentAgent,
  requestIsOpen,
  sessionById,
  startedSessions,
  taskOf,
} from './facts';
import { whyNotRoom } from './joining';
import type { ChannelSession, ConversationState, Participant, ParticipantRole } from './model';
import { startConversation } from './opening';
import { becamePrimary } from './primary';
import { refuse } from './refusal';
import { admitSession, endSession } from './sessions';
import { changeRole, subscribeAgent, unsubscribeAgent } from './stays';
import { addTask, closeTask, recordTask } from './tasks';
import { addSeconds } from './time';
import { CONTROLLER, customerActor, effect, record, type Turn } from './turn';

type Of<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;

/** What a conversation that is merged away hands to the survivor's (domain.md 10.3). Taken before `mergedAway` is decided. */
export function movedOut(state: ConversationState): SessionsMovedIn {
  const tasks = state.tasks.filter((task) => task.state !== 'CLOSED');
  return {
    fromConversationId: state.conversationId,
    fromCustomerId: state.customer.id,
    sessions: startedSessions(state),
    participants: state.participants.filter((who) => who.type === 'AGENT' && isPresent(who)),
    tasks,
    data: state.data,
    deadlines: Object.fromEntries(
      tasks
        .flatMap(({ id }) => [`agentRequestTtl:${id}`, `wrapUp:${id}`])
        .flatMap((name) => {
          const dueAt = state.deadlines[name];
          return dueAt === undefined ? [] : [[name, dueAt] as const];
        }),
    ),
  };
}

/** T20: sessions end MERGED, what looks for an agent is cancelled here, agents and their tasks go over with the sessions. */
export function mergedAway(turn: Turn, event: Of<'mergedAway'>): void {
  const { state } = turn;
  const { intoConversationId, intoCustomerId } = event;
  const moved = movedOut(state);
  record(turn, 'CONVERSATION_MERGED', { intoConversationId, intoCustomerId });
  state.mergedInto = intoCustomerId;
  beginClosing(turn, { closeReason: 'MERGED', ...FORCED, sessions: 'MERGED', tasks: 'DONE' });
  for (const session of moved.sessions)
    endSession(turn, session.id, 'MERGED', { movedTo: intoConversationId });
  for (const task of moved.tasks) if (!isWaiting(task)) moveOut(turn, task, intoConversationId);
  for (const agent of moved.participants) unsubscribeAgent(turn, agent, 'MERGED');
  effect(turn, { type: 'handOver', moved });
}

/** A moved session is here once; all of them here: the news is a repeat. */
export function whyNotMovedIn(
  state: ConversationState,
  { moved }: Of<'sessionsMovedIn'>,
): Refusal | null {
  const known =
    moved.sessions.length > 0 && moved.sessions.every(({ id }) => sessionById(state, id));
  return known ? refuse('CONFLICT', 'The sessions have moved in already.') : null;
}

/** The survivor's side: sessions with their ids, agents with their roles and tasks, the open request with its age, data that is missing. */
export function sessionsMovedIn(turn: Turn, { moved }: Of<'sessionsMovedIn'>): void {
  const { state } = turn;
  const { fromConversationId, fromCustomerId } = moved;
  const first = !hasStarted(state);
  const settings = moved.sessions[0]?.settings;
  if (first && settings) startConversation(turn, settings, 'INBOUND', customerActor(turn));
  if (!hasStarted(state)) {
    giveBack(turn, moved);
    return;
  }
  record(turn, 'CONVERSATION_MERGED', { fromConversationId, fromCustomerId });
  for (const session of moved.sessions)
    if (!sessionById(state, session.id))
      admitSession(turn, movedHere(session, fromConversationId), CONTROLLER);
  if (first) startControl(turn);
  copyData(turn, moved);
  for (const agent of moved.participants) moveIn(turn, agent, moved);
  const request = moved.tasks.find((task) => isWaiting(task) && task.direction === 'INBOUND');
  if (request) moveRequest(turn, request, moved);
}

/** The customer's record has changed under the conversation: linked, merged, or no longer anonymous. */
export function customerChanged(turn: Turn, { from, to }: Of<'customerChanged'>): void {
  const { customer } = turn.state;
  turn.state.customer = {
    id: to.id,
    name: to.name,
    anonymous: to.anonymous,
    labelPriority: to.labelPriority === undefined ? customer.labelPriority : to.labelPriority,
  };
  if (from !== to.id) record(turn, 'ASSOCIATED_CUSTOMER_CHANGED', { from, to: to.id });
}

/** The task goes on elsewhere under the same id: no longer in this state, and not closed. */
function moveOut(turn: Turn, task: AgentTask, movedTo: string | null): void {
  turn.state.tasks = turn.state.tasks.filter(({ id }) => id !== task.id);
  record(turn, 'TASK_STATE_CHANGED', {
    taskId: task.id,
    direction: task.direction,
    state: task.state,
    mediaState: task.mediaState,
    closeReason: task.closeReason,
    closeDetail: task.closeDetail,
    agentId: task.agentId,
    queueId: task.queueId,
    listId: task.listId,
    movedTo,
  });
}

function moveIn(turn: Turn, agent: Participant, moved: SessionsMovedIn): void {
  const { state } = turn;
  const task = moved.tasks.find((it) => it.agentId === agent.id && !isWaiting(it));
  const present = presentAgent(state, agent.id);
  const raised = present !== undefined && present.role !== 'PRIMARY' && agent.role === 'PRIMARY';
  const room = present ? raised : whyNotRoom(state, roomFor(agent.role)) === null;
  if (!room) {
    task && turnAway(turn, task);
    return;
  }
  const old = taskOf(state, agent.id);
  if (old) closeTask(turn, old, 'DONE', null);
  if (task) {
    takeTask(turn, task, moved);
    effect(turn, { type: 'routing', news: { type: 'moved', task } });
  }
  if (present) changeRole(turn, present, 'PRIMARY');
  else
    subscribeAgent(
      turn,
      { agentId: agent.id, name: agent.name, supervisor: agent.supervisor ?? false },
      agent.role,
      { taskId: task?.id ?? null, invitedBy: agent.invitedBy },
    );
  turn.cause = 'AGENT_SUBSCRIBED';
  if (agent.role === 'PRIMARY') becamePrimary(turn, agent.id, task);
}

/** The same session; what was said on it before counts where it was said. */
function movedHere(
  { messageCounts: _, ...session }: ChannelSession,
  movedFrom: string,
): ChannelSession {
  return { ...session, movedFrom };
}

/** The same task in this conversation; a wrap-up keeps its due time. */
function takeTask(turn: Turn, task: AgentTask, moved: SessionsMovedIn): void {
  recordTask(turn, addTask(turn, task));
  if (task.state !== 'WRAP_UP') return;
  const name = `wrapUp:${task.id}`;
  const dueAt = moved.deadlines?.[name];
  if (dueAt === undefined) startDeadline(turn, name, task.wrapUp?.seconds ?? 0);
  else setDeadline(turn, name, dueAt);
}

/** The survivor's conversation has ended, and with no session none begins: whoever worked there has nobody to work for. */
function giveBack(turn: Turn, { tasks }: SessionsMovedIn): void {
  for (const task of tasks)
    if (!isWaiting(task)) effect(turn, { type: 'routing', news: { type: 'ended', task } });
}

/** Over a cap, or here already: the task ends here (domain.md 10.3). */
function turnAway(turn: Turn, task: AgentTask): void {
  closeTask(turn, addTask(turn, task), 'CANCELLED', 'MERGED');
}

/** An open request moves with its age and due time, unless somebody is here or looked for already. */
function moveRequest(turn: Turn, task: AgentTask, moved: SessionsMovedIn): void {
  const { state } = turn;
  if (hasPrimaryAgent(state) || requestIsOpen(state)) return;
  const seconds = state.settings?.agentRequestTtlSeconds ?? 0;
  enqueue(turn, {
    direction: 'INBOUND',
    mode: task.mode,
    agentId: task.mode === 'AGENT' ? task.agentId : null,
    queueId: task.queueId,
    mrdId: task.mrdId,
    priority: task.priority,
    attributes: task.attributes,
    note: task.note,
    requestedBy: task.requestedBy,
    ...(task.tellWait ? { tellWait: task.tellWait } : {}),
    previousTaskId: task.id,
    ...(task.waitingSince === null ? {} : { waitingSince: task.waitingSince }),
    ttlDueAt: moved.deadlines?.[`agentRequestTtl:${task.id}`] ?? addSeconds(turn.now, seconds),
  });
}

/** Data of the survivor win, other keys are copied. */
function copyData(turn: Turn, { data }: SessionsMovedIn): void {
  const missing = Object.entries(data).filter(([key]) => !(key in turn.state.data));
  setData(turn, Object.fromEntries(missing), CONTROLLER, 'LENIENT');
}

function roomFor(role: ParticipantRole): 'PRIMARY' | 'ASSISTANT' | 'OBSERVER' {
  return role === 'ASSISTANT' || role === 'OBSERVER' ? role : 'PRIMARY';
}
