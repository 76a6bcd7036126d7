import type { Refusal } from '../errors';
import type { Actor } from './actor';
import type {
  CancelRequest,
  CloseListRequest,
  EndConversation,
  EndSession,
  UpdateData,
} from './acts';
import { whyNotData } from './data';
import { isPrimary, presentAgent, presentBot, sessionById, startedSessions } from './facts';
import type { ConversationState } from './model';
import { closeListEntry } from './pull-list';
import { refuse } from './refusal';
import { endSession } from './sessions';
import type { Turn } from './turn';

/** Who may do what has no state of its own: data, sessions, requests, the end. */

export function whyNotUpdateData(
  state: ConversationState,
  { actor, set }: UpdateData,
): Refusal | null {
  return whyNotTakesPart(state, actor) ?? whyNotData(state, set);
}

export function whyNotCancelRequest(
  state: ConversationState,
  { actor }: CancelRequest,
): Refusal | null {
  if (actor.type === 'BOT') return whyNotTakesPart(state, actor);
  return actor.type === 'CUSTOMER' || actor.type === 'APP'
    ? refuse('FORBIDDEN', 'Only bots and staff cancel a request.')
    : null;
}

/** By a PRIMARY agent, a supervisor or an operator. An ENDED one changes nothing and is no error (domain.md 3.2 rule 2). */
export function whyNotEndSession(
  state: ConversationState,
  { actor, sessionId }: EndSession,
): Refusal | null {
  const session = sessionById(state, sessionId);
  if (session?.state === 'ENDED') return null;
  const may = isOperator(actor) || actor.supervisor || isPrimary(state, actor.id);
  if (!may) return refuse('FORBIDDEN', 'Only a PRIMARY agent or a supervisor ends a session.');
  return session ? null : refuse('NOT_FOUND', 'The conversation has no such channel session.');
}

export function endSessionByStaff(turn: Turn, { actor, sessionId, reason }: EndSession): void {
  if (actor.type === 'AGENT') turn.acted.push(actor.id);
  endSession(turn, sessionId, reason, { actor });
}

/** domain.md 6.12: the entry of a pull list is CLOSED by a supervisor. */
export function whyNotCloseList(
  state: ConversationState,
  { actor }: CloseListRequest,
): Refusal | null {
  if (!actor.supervisor && !isOperator(actor))
    return refuse('FORBIDDEN', 'Only a supervisor closes a list entry.');
  return state.listEntry ? null : refuse('NOT_FOUND', 'The conversation is on no list.');
}

export function closeList(turn: Turn, { actor }: CloseListRequest): void {
  for (const { id } of startedSessions(turn.state)) endSession(turn, id, 'AGENT', { actor });
  closeListEntry(turn, 'ENDED'); // one with agents on it outlives the sessions (T11), but not this
}

/** Force close has no precondition (domain.md T19); an orderly end is the bot's in control, or the controller's (T18). */
export function whyNotEndConversation(
  state: ConversationState,
  { actor, force }: EndConversation,
): Refusal | null {
  if (force) return null;
  if (state.state === 'CLOSING' || state.state === 'CLOSED')
    return refuse('ILLEGAL_STATE', `The conversation is ${state.state}.`);
  const may = actor.type === 'CONTROLLER' || state.control.holder === actor.id;
  return may ? null : refuse('FORBIDDEN', 'Only the bot in control ends the conversation.');
}

function whyNotTakesPart(state: ConversationState, actor: Actor): Refusal | null {
  const here =
    actor.type === 'BOT'
      ? presentBot(state, actor.id)
      : isOperator(actor) || actor.supervisor || presentAgent(state, actor.id);
  return here ? null : refuse('FORBIDDEN', 'Only who takes part in the conversation.');
}

function isOperator({ type }: Actor): boolean {
  return type === 'OPERATOR' || type === 'CONTROLLER';
}
