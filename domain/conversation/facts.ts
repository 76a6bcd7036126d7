import type { ChannelSettings } from '../channel/settings';
import type { AgentTask } from './agent-task';
import { PARTICIPANTS_MAX } from './bounds';
import type { ChannelSession, ConversationState, Participant } from './model';

/** Questions about a state, without side effects. Letters in comments are the facts of domain.md 2.2. */

export function hasStarted(state: ConversationState): boolean {
  return state.lastSeq > 0;
}

export function isOpen(state: ConversationState): boolean {
  return hasStarted(state) && state.state !== 'CLOSING' && state.state !== 'CLOSED';
}

/** S. */
export function startedSessions(state: ConversationState): readonly ChannelSession[] {
  return state.sessions.filter((session) => session.state === 'STARTED');
}

export function hasStartedSession(state: ConversationState): boolean {
  return state.sessions.some((session) => session.state === 'STARTED');
}

export function isVoice(session: Pick<ChannelSession, 'channelType'>): boolean {
  return session.channelType === 'CX_VOICE';
}

export function voiceIsOn(state: ConversationState): boolean {
  return state.sessions.some((session) => session.state === 'STARTED' && isVoice(session));
}

export function sessionById(state: ConversationState, id: string): ChannelSession | undefined {
  return state.sessions.find((session) => session.id === id);
}

/** The STARTED session of an identity on a channel: at most one (V8). */
export function sessionOf(
  state: ConversationState,
  channelId: string,
  customerIdentifier: string,
): ChannelSession | undefined {
  return state.sessions.find(
    (session) =>
      session.state === 'STARTED' &&
      session.channelId === channelId &&
      session.customerIdentifier === customerIdentifier,
  );
}

/** Where a message without a session goes: the latest customer message's session, else the latest STARTED one (domain.md 8.1 rule 3). */
export function latestSession(state: ConversationState): ChannelSession | undefined {
  const started = startedSessions(state);
  return started.find((session) => session.id === state.latestCustomerSessionId) ?? started.at(-1);
}

/** Settings of the latest session, else the conversation's own. */
export function latestSettings(state: ConversationState): ChannelSettings | null {
  return latestSession(state)?.settings ?? state.settings;
}

export function isPresent(participant: Participant): boolean {
  return participant.leftAt === null;
}

/** No agent, bot or app may come in any more (domain.md 4.1). */
export function isFull(state: ConversationState): boolean {
  return state.participants.filter(isPresent).length >= PARTICIPANTS_MAX;
}

export function presentAgent(state: ConversationState, id: string): Participant | undefined {
  return state.participants.find((p) => p.type === 'AGENT' && p.id === id && isPresent(p));
}

export function presentBot(state: ConversationState, id: string): Participant | undefined {
  return state.participants.find((p) => p.type === 'BOT' && p.id === id && isPresent(p));
}

export function presentAgents(
  state: ConversationState,
  role: Participant['role'],
): readonly Participant[] {
  return state.participants.filter((p) => p.type === 'AGENT' && p.role === role && isPresent(p));
}

/** A. */
export function primaryAgents(state: ConversationState): readonly Participant[] {
  return presentAgents(state, 'PRIMARY');
}

export function hasPrimaryAgent(state: ConversationState): boolean {
  return state.participants.some(isPrimaryAgent);
}

export function isPrimary(state: ConversationState, agentId: string): boolean {
  return state.participants.some((p) => p.id === agentId && isPrimaryAgent(p));
}

/** W. */
export function hasWrapUp(state: ConversationState): boolean {
  return state.tasks.some((task) => task.state === 'WRAP_UP');
}

/** The task that an agent works on or wraps up; a waiting offer is none. */
export function taskOf(state: ConversationState, agentId: string): AgentTask | undefined {
  return state.tasks.findLast(
    (task) => task.agentId === agentId && task.state !== 'CLOSED' && !isWaiting(task),
  );
}

/** QUEUED or RESERVED: looking for an agent. */
export function isWaiting(task: AgentTask): boolean {
  return (
    task.state === 'ACTIVE' && (task.mediaState === 'QUEUED' || task.mediaState === 'RESERVED')
  );
}

/** The one task that looks for an agent (V7). */
export function waitingTask(state: ConversationState): AgentTask | undefined {
  return state.tasks.find(isWaiting);
}

/**
 * An INACTIVE entry counts only while a customer message is unanswered (domain.md 6.12), and no task looks for an agent: at most
 * one request is open (V7).
 */
export function listRequestIsOpen(state: ConversationState): boolean {
  const entry = state.listEntry;
  if (!entry || entry.state === 'ACTIVE') return false;
  return entry.state === 'UNREAD' || !(state.answeredSinceCustomer || waitingTask(state));
}

/** V7: a task that looks for an agent, a list entry that waits, or a request not decided yet. */
export function requestIsOpen(state: ConversationState): boolean {
  return state.requesting !== null || waitingTask(state) !== undefined || listRequestIsOpen(state);
}

function isPrimaryAgent(participant: Participant): boolean {
  return (
    participant.type === 'AGENT' && participant.role === 'PRIMARY' && participant.leftAt === null
  );
}
