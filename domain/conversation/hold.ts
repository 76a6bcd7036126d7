import type { Refusal } from '../errors';
import type { Hold, Resume } from './acts';
import { clearDeadline, setDeadline } from './deadlines';
import type { ResumeCause } from './entries';
import {
  hasPrimaryAgent,
  hasStartedSession,
  isPrimary,
  isVoice,
  startedSessions,
  waitingTask,
} from './facts';
import type { ConversationState } from './model';
import { refuse } from './refusal';
import { addSeconds } from './time';
import { moveTimers } from './timers';
import { CONTROLLER, record, type Turn, tellController } from './turn';

/** domain.md 2.5 rule 1. */
export function whyNotHold(state: ConversationState, { actor, seconds }: Hold): Refusal | null {
  if (!isPrimary(state, actor.id)) return refuse('FORBIDDEN', 'Only a PRIMARY agent may hold.');
  if (state.state !== 'ACTIVE' && state.state !== 'ON_HOLD')
    return refuse('ILLEGAL_STATE', `A conversation in ${state.state} cannot be held.`);
  if (startedSessions(state).every(isVoice))
    return refuse('ILLEGAL_STATE', 'Only a call is open; it has a hold of its own.');
  if (waitingTask(state)?.operation?.type === 'TRANSFER')
    return refuse('ILLEGAL_STATE', 'A transfer is open.');
  const max = state.settings?.holdMaxSeconds ?? 0;
  if (!Number.isInteger(seconds) || seconds < 1 || seconds > max)
    return refuse('VALIDATION_FAILED', `seconds must be a whole number from 1 to ${max}.`);
  return null;
}

/** T6; held already: the due time is replaced. */
export function hold(turn: Turn, { actor, seconds }: Hold): void {
  const extended = turn.state.held !== null;
  const dueAt = addSeconds(turn.now, seconds);
  turn.state.held = { by: actor.id, since: turn.state.held?.since ?? turn.now };
  setDeadline(turn, 'hold', dueAt);
  turn.acted.push(actor.id);
  turn.cause = 'CONVERSATION_PAUSED';
  record(turn, 'CONVERSATION_PAUSED', { agentId: actor.id, seconds, dueAt, extended }, { actor });
  if (extended) return;
  moveTimers(turn, 'PAUSED');
  tellController(turn, { type: 'CONVERSATION_PAUSED', seconds });
}

/** The agent was called away without asking (domain.md 6.8): held until they are free or write, or as long as a hold may last. */
export function holdFor(turn: Turn, agentId: string): void {
  const seconds = turn.state.settings?.holdMaxSeconds ?? 0;
  const actor = { ...CONTROLLER, id: agentId, type: 'AGENT' as const };
  if (startedSessions(turn.state).some((session) => !isVoice(session)))
    hold(turn, { conversationId: turn.state.conversationId, actor, seconds });
  if (turn.state.held) turn.state.held = { ...turn.state.held, interrupted: true };
}

export function whyNotResume(state: ConversationState, { actor }: Resume): Refusal | null {
  if (!isPrimary(state, actor.id)) return refuse('FORBIDDEN', 'Only a PRIMARY agent may resume.');
  if (!state.held) return refuse('ILLEGAL_STATE', 'The conversation is not held.');
  return null;
}

/** T7. */
export function resume(turn: Turn, { actor }: Resume): void {
  turn.acted.push(actor.id);
  endHold(turn, 'AGENT', actor);
}

/**
 * Whatever ends a hold says so. The controller is asked only while an agent and the customer are there: "we are back" is told
 * to nobody else.
 */
export function endHold(turn: Turn, cause: ResumeCause, actor = CONTROLLER): void {
  const { held } = turn.state;
  if (!held) return;
  turn.state.held = null;
  clearDeadline(turn, 'hold');
  turn.cause = 'CONVERSATION_RESUMED';
  record(turn, 'CONVERSATION_RESUMED', { cause, heldSince: held.since }, { actor });
  moveTimers(turn, 'RESUMED');
  if (turn.state.closingAt === null && hasStartedSession(turn.state) && hasPrimaryAgent(turn.state))
    tellController(turn, { type: 'CONVERSATION_RESUMED', cause });
}
