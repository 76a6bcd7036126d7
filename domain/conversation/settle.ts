import { CLOSED_TASKS_KEPT, ENDED_SESSIONS_KEPT, GONE_PARTICIPANTS_KEPT } from './bounds';
import { beginClosing } from './closing';
import { clearDeadline, startDeadline } from './deadlines';
import { deriveState } from './derive-state';
import { hasPrimaryAgent, hasStarted } from './facts';
import { settleListEntry } from './pull-list';
import { noteChanges } from './reported-changes';
import { settleAgentTimers } from './timers';
import { record, type Turn } from './turn';

/**
 * The end of every decision: what follows from the facts alone. Nobody is left: CLOSING begins. The state has changed: one
 * TOPIC_STATE_CHANGED (V2). Timers that run by condition start or stop; what is over is forgotten beyond its bound.
 */
export function settle(turn: Turn): void {
  const { state } = turn;
  if (!hasStarted(state) || state.closedAt !== null) return;
  if (!hasPrimaryAgent(state)) state.owed = false;
  if (state.closingAt === null) settleListEntry(turn);
  if (state.closingAt === null && deriveState(state) === 'CLOSING')
    beginClosing(turn, { closeReason: 'ALL_LEFT', sessions: 'FORCE_CLOSED', tasks: 'DONE' });
  changeState(turn);
  settleCustomerLeft(turn);
  settleAgentTimers(turn);
  noteChanges(turn);
  prune(turn);
}

function changeState(turn: Turn): void {
  const from = turn.state.state;
  const to = deriveState(turn.state);
  if (from === to) return;
  turn.state.state = to;
  const cause = to === 'CLOSING' ? (turn.state.closeReason ?? turn.cause) : turn.cause;
  record(turn, 'TOPIC_STATE_CHANGED', { from, to, cause });
}

function settleCustomerLeft(turn: Turn): void {
  const { state } = turn;
  if (state.state !== 'CUSTOMER_LEFT') clearDeadline(turn, 'customerLeft');
  else if (!('customerLeft' in state.deadlines))
    startDeadline(turn, 'customerLeft', state.settings?.customerLeftSeconds ?? 0);
}

function prune(turn: Turn): void {
  const { state } = turn;
  state.sessions = keepNewest(state.sessions, isEnded, ENDED_SESSIONS_KEPT);
  state.participants = keepNewest(state.participants, hasLeft, GONE_PARTICIPANTS_KEPT);
  state.tasks = keepNewest(state.tasks, isClosed, CLOSED_TASKS_KEPT);
}

/** Everything that is not over, and the newest of what is. The same array when nothing goes. */
function keepNewest<T>(all: readonly T[], isOver: (item: T) => boolean, max: number): readonly T[] {
  let surplus = all.length <= max ? 0 : all.filter(isOver).length - max;
  if (surplus <= 0) return all;
  return all.filter((item) => {
    if (surplus === 0 || !isOver(item)) return true;
    surplus -= 1;
    return false;
  });
}

function isEnded(session: { readonly state: string }): boolean {
  return session.state === 'ENDED';
}

function hasLeft(participant: { readonly leftAt: string | null }): boolean {
  return participant.leftAt !== null;
}

function isClosed(task: { readonly state: string }): boolean {
  return task.state === 'CLOSED';
}
