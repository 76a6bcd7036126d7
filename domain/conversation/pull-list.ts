import { clearDeadline, setDeadline } from './deadlines';
import { hasPrimaryAgent, listRequestIsOpen } from './facts';
import { nobodyFound, settleRequest } from './request-outcomes';
import { addSeconds } from './time';
import { moveTimers } from './timers';
import { record, type Turn } from './turn';

/** What a list entry knows of the request behind it. */
export interface Parked {
  readonly requestId: string;
  readonly ttlSeconds: number;
  readonly priority: number;
}

/** PULL: an entry on the channel's list; a task is made when somebody joins (domain.md 6.12). */
export function park(
  turn: Turn,
  listId: string,
  { requestId, ttlSeconds, priority }: Parked,
): void {
  const dueAt = addSeconds(turn.now, ttlSeconds);
  turn.state.listEntry = {
    listId,
    state: 'UNREAD',
    waitingSince: turn.now,
    requestId,
    awaited: true,
    ttlSeconds,
  };
  record(turn, 'TASK_ENQUEUED', {
    taskId: requestId,
    direction: 'INBOUND',
    mode: 'AGENT',
    routingMode: 'PULL',
    queueId: null,
    listId,
    agentId: null,
    priority,
    waitingSince: turn.now,
    previousTaskId: null,
    dueAt,
  });
  setDeadline(turn, `listRequestTtl:${listId}`, dueAt);
  moveTimers(turn, 'REQUEST_OPENED');
}

/** Takes the conversation off its pull list; who waited for an agent is told. */
export function closeListEntry(turn: Turn, reason: string): void {
  const entry = turn.state.listEntry;
  if (!entry) return;
  const waited = listRequestIsOpen(turn.state);
  turn.state.listEntry = null;
  clearDeadline(turn, `listRequestTtl:${entry.listId}`);
  if (!waited) return;
  if (!hasPrimaryAgent(turn.state)) moveTimers(turn, 'REQUEST_ENDED');
  if (entry.awaited) settleRequest(turn, entry.requestId, 'cancelled', { reason });
}

/** The entry of a pull list has waited too long (domain.md 6.12). */
export function listRequestExpired(turn: Turn): void {
  const entry = turn.state.listEntry;
  if (!entry) return;
  turn.state.listEntry = null;
  clearDeadline(turn, `listRequestTtl:${entry.listId}`);
  const facts = { taskId: entry.requestId, queueId: null, listId: entry.listId };
  nobodyFound(turn, facts, entry.awaited);
}

/** `listRequestTtl` runs while the entry counts as an open request, evaluated after every event. */
export function settleListEntry(turn: Turn): void {
  const entry = turn.state.listEntry;
  if (!entry) return;
  const name = `listRequestTtl:${entry.listId}`;
  const runs = name in turn.state.deadlines;
  if (listRequestIsOpen(turn.state) && !runs) {
    setDeadline(turn, name, addSeconds(turn.now, entry.ttlSeconds));
    moveTimers(turn, 'REQUEST_OPENED');
  } else if (runs && !listRequestIsOpen(turn.state)) {
    clearDeadline(turn, name);
    if (!hasPrimaryAgent(turn.state)) moveTimers(turn, 'REQUEST_ENDED');
  }
}
