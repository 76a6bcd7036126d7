import type { Refusal } from '../errors';
import type { Actor } from './actor';
import type { EndConversation } from './acts';
import { CLOSING_RETRY_SECONDS } from './bounds';
import { clearDeadlines, startDeadline } from './deadlines';
import { dispositionOf } from './disposition';
import { hasStartedSession, isPresent, isWaiting, startedSessions, waitingTask } from './facts';
import { endHold } from './hold';
import type { CloseReason, ConversationState, SessionEndReason } from './model';
import { refuse } from './refusal';
import { cancelOpenRequests, endRequest } from './request-ends';
import { endSession } from './sessions';
import { unsubscribeAgent, unsubscribeBot } from './stays';
import { closeTask } from './tasks';
import { effect, record, type Turn, tellController } from './turn';
import { endWrapUp } from './wrap-up';

/** How a conversation closes: what `closeReason` says, and how its sessions and tasks end. */
export interface ClosingAs {
  readonly closeReason: CloseReason;
  readonly sessions: SessionEndReason;
  readonly tasks: 'DONE' | 'FORCE_CLOSED';
}

export const FORCED: Pick<ClosingAs, 'sessions' | 'tasks'> = {
  sessions: 'FORCE_CLOSED',
  tasks: 'FORCE_CLOSED',
};

/**
 * CLOSING begins (T12, T14, T16, T18, T19, T20): what waits is cancelled, no deadline is left but `closing`, and the
 * controller may say its last words (domain.md 2.4 rule 2). Sessions, tasks and participants follow with {@link proceed}.
 */
export function beginClosing(turn: Turn, as: ClosingAs): void {
  const { state } = turn;
  if (state.closingAt !== null) return;
  state.closingAt = turn.now;
  state.closeReason = as.closeReason;
  state.closingAs = { sessions: as.sessions, tasks: as.tasks };
  endSearches(turn, as);
  endHold(turn, 'CUSTOMER_LEFT');
  failScheduled(turn);
  state.disposition = dispositionOf(state, turn.now);
  state.reminders = {};
  state.listEntry = null;
  state.ask = null;
  state.owed = false;
  state.openChoices = [];
  state.control = { ...state.control, offeredTo: null };
  clearDeadlines(turn);
  startDeadline(turn, 'closing', CLOSING_RETRY_SECONDS);
  tellController(turn, { type: 'CLOSING' });
}

/** T18 by bot or controller. */
export function endConversation(turn: Turn, actor: Actor, sessions: SessionEndReason): void {
  const closeReason = 'END_CONVERSATION';
  record(turn, 'END_CONVERSATION', { reason: sessions, closeReason }, { actor });
  beginClosing(turn, { closeReason, sessions, tasks: 'DONE' });
}

/** T19, never refused; a CLOSING that is stuck is pushed on. */
export function forceClose(turn: Turn, { actor, reason }: EndConversation): void {
  const { state } = turn;
  if (state.closedAt !== null) return;
  if (state.closingAt !== null) {
    effect(turn, { type: 'closingRetry', forced: true });
    return;
  }
  const closeReason = 'FORCE_CLOSED';
  record(turn, 'END_CONVERSATION', { reason, closeReason }, { actor });
  beginClosing(turn, { closeReason, ...FORCED });
}

/** `maxLife` (T19). */
export function lifeIsOver(turn: Turn): void {
  const closeReason = 'MAX_LIFE';
  record(turn, 'END_CONVERSATION', { reason: closeReason, closeReason });
  beginClosing(turn, { closeReason, ...FORCED });
}

/** The first step of CLOSING, repeatable: sessions end, tasks close, participants leave (domain.md 11.3). */
export function proceed(turn: Turn): void {
  const { state } = turn;
  const as = state.closingAs ?? { sessions: 'FORCE_CLOSED', tasks: 'DONE' };
  for (const session of startedSessions(state)) endSession(turn, session.id, as.sessions);
  for (const task of state.tasks) {
    if (task.state === 'CLOSED') continue;
    if (task.state === 'WRAP_UP' && as.tasks === 'DONE')
      endWrapUp(turn, task, 'CONVERSATION_ENDED');
    else
      closeTask(turn, task, isWaiting(task) && as.tasks === 'DONE' ? 'CANCELLED' : as.tasks, null);
  }
  for (const who of state.participants) {
    if (!isPresent(who) || !stillHere(state, who)) continue;
    if (who.type === 'AGENT') unsubscribeAgent(turn, who, leaveReason(state));
    if (who.type === 'BOT') unsubscribeBot(turn, who, leaveReason(state));
  }
}

/** The `closing` deadline came: the unfinished step is tried again (domain.md 5.1). */
export function retryClosing(turn: Turn): void {
  startDeadline(turn, 'closing', CLOSING_RETRY_SECONDS);
  effect(turn, { type: 'closingRetry', forced: false });
}

/** Nothing is sealed that is not whole: everybody gone, and as many entries archived as there are (domain.md 11.3). */
export function whyNotSeal(
  state: ConversationState,
  { count }: { readonly count: number },
): Refusal | null {
  const over =
    !hasStartedSession(state) &&
    !state.participants.some(isPresent) &&
    state.tasks.every((task) => task.state === 'CLOSED');
  if (!over) return refuse('ILLEGAL_STATE', 'Sessions, tasks or participants are left.');
  return count === state.lastSeq
    ? null
    : refuse('ILLEGAL_STATE', `The archive holds ${count} entries of ${state.lastSeq}.`);
}

/** T21: the seal, after which nothing changes any more. */
export function seal(
  turn: Turn,
  sealed: {
    readonly count: number;
    readonly headHash: string;
    readonly archive: 'VERIFIED' | 'INCOMPLETE';
  },
): void {
  const { count, headHash, archive } = sealed;
  turn.state.closedAt = turn.now;
  turn.state.state = 'CLOSED';
  turn.state.deadlines = {};
  record(turn, 'TOPIC_STATE_CHANGED', {
    from: 'CLOSING',
    to: 'CLOSED',
    cause: 'SEALED',
    count,
    headHash,
    archive,
  });
}

function endSearches(turn: Turn, as: ClosingAs): void {
  const waiting = waitingTask(turn.state);
  if (waiting && as.tasks === 'FORCE_CLOSED')
    endRequest(turn, waiting, { reason: 'FORCE_CLOSED', detail: null });
  cancelOpenRequests(turn, as.closeReason === 'MERGED' ? 'MERGED' : 'ENDED');
}

/** A scheduled message is sent, or fails with its reason (domain.md 5.1). */
function failScheduled(turn: Turn): void {
  for (const messageId of Object.keys(turn.state.scheduled))
    record(turn, 'MESSAGE_DELIVERY_NOTIFICATION', {
      messageId,
      state: 'FAILED',
      reasonCode: 'CONVERSATION_ENDED',
    });
  turn.state.scheduled = {};
}

function stillHere(state: ConversationState, who: { readonly id: string; readonly type: string }) {
  return state.participants.some((p) => p.id === who.id && p.type === who.type && isPresent(p));
}

function leaveReason(state: ConversationState) {
  return state.closeReason === 'MERGED' ? 'MERGED' : 'CONVERSATION_ENDED';
}
