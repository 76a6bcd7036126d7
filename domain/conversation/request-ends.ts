import type { AgentTask, TaskCloseReason } from './agent-task';
import { hasPrimaryAgent, isWaiting, waitingTask } from './facts';
import { closeListEntry } from './pull-list';
import { nobodyFound, settleRequest } from './request-outcomes';
import { sendNotice } from './speaking';
import { closeTask } from './tasks';
import { moveTimers } from './timers';
import { record, type Turn } from './turn';

/** How a task that looked for an agent has ended without one. */
export interface RequestEnd {
  readonly reason: TaskCloseReason;
  readonly detail: string | null;
  readonly source?: 'HERE' | 'ROUTING';
  /** What the customer is told of a flush. @default the channel's notice */
  readonly text?: string | undefined;
}

/**
 * A request ends without an agent. Somebody owns the conversation all the same: a PRIMARY agent, who is told by the entries,
 * or the default party, whose timers start (domain.md 5.2, 6.13).
 */
export function endRequest(turn: Turn, task: AgentTask, end: RequestEnd): void {
  if (!isWaiting(task)) return;
  const closed = closeTask(turn, task, end.reason, end.detail, end.source);
  if (task.operation)
    record(turn, 'TRANSFER_FAILED', {
      operation: task.operation.type,
      kind: task.operation.kind,
      to: task.operation.to,
      taskId: task.id,
      requesterId: task.operation.requesterId,
      reason: end.reason,
    });
  if (hasPrimaryAgent(turn.state)) {
    if (!task.operation)
      settleRequest(turn, task.id, 'cancelled', { reason: end.detail ?? end.reason });
    return;
  }
  withoutAgent(turn, closed, end);
}

/** Ends whatever looks for an agent, with one detail for all (domain.md K6). */
export function cancelOpenRequests(turn: Turn, detail: string): void {
  const { requesting } = turn.state;
  turn.state.requesting = null;
  if (requesting) settleRequest(turn, requesting.taskId, 'cancelled', { reason: detail });
  const task = waitingTask(turn.state);
  if (task) endRequest(turn, task, { reason: 'CANCELLED', detail });
  if (turn.state.listEntry?.state !== 'ACTIVE') closeListEntry(turn, detail);
}

/** K5: nobody was found in time. */
export function requestExpired(turn: Turn, taskId: string): void {
  const task = turn.state.tasks.find(({ id }) => id === taskId);
  if (task && isWaiting(task))
    endRequest(turn, task, { reason: 'NO_AGENT_AVAILABLE', detail: null });
}

function withoutAgent(turn: Turn, task: AgentTask, { reason, detail, text }: RequestEnd): void {
  if (reason === 'NO_AGENT_AVAILABLE' || reason === 'RONA' || reason === 'AGENT_LOGOUT') {
    nobodyFound(turn, { taskId: task.id, queueId: task.queueId, listId: task.listId });
    return;
  }
  moveTimers(turn, 'REQUEST_ENDED');
  settleRequest(turn, task.id, 'cancelled', { reason: detail ?? reason });
  const flushed = reason === 'FORCE_CLOSED' && turn.state.closingAt === null;
  if (flushed && (task.direction === 'INBOUND' || task.direction === 'DIRECT_TRANSFER'))
    sendNotice(turn, 'queueFlushed', text);
}
