import type { QueueFacts } from './acts';
import type { AgentTask } from './agent-task';
import { REQUEUE_PRIORITY } from './bounds';
import { setDeadline } from './deadlines';
import { hasPrimaryAgent } from './facts';
import { addTask, type TaskParts } from './tasks';
import { moveTimers } from './timers';
import { effect, record, type Turn } from './turn';

/** A request looks longer than one offer rings, whatever its channel says (domain.md 6.2): seconds. */
export function timeToLive(
  seconds: number,
  queue: Pick<QueueFacts, 'reservationSeconds'> | null | undefined,
): number {
  return Math.max(seconds, (queue?.reservationSeconds ?? 0) + 1);
}

/** What {@link enqueue} needs to know of a task that looks for an agent. */
export interface Wanted
  extends Pick<TaskParts, 'direction' | 'mode' | 'agentId'>,
    Partial<Omit<AgentTask, 'direction' | 'mode' | 'agentId' | 'routingMode' | 'mediaState'>> {
  /** ISO UTC. */
  readonly ttlDueAt: string;
  readonly preferAgentId?: string | undefined;
  /** ROUTING has it already. @default 'HERE' */
  readonly source?: 'HERE' | 'ROUTING';
}

/** A task that looks for an agent: QUEUED, or RESERVED for the one who is named (domain.md 6.1, K1). */
export function enqueue(
  turn: Turn,
  { ttlDueAt, preferAgentId, source, ...wanted }: Wanted,
): AgentTask {
  const named = wanted.mode === 'AGENT';
  const task = addTask(turn, {
    ...wanted,
    routingMode: 'PUSH',
    mediaState: named ? 'RESERVED' : 'QUEUED',
    queuedAt: turn.now,
    waitingSince: wanted.waitingSince ?? turn.now,
    reservedAt: named ? turn.now : null,
  });
  recordEnqueued(turn, task, ttlDueAt);
  if (named && task.agentId !== null)
    record(turn, 'AGENT_RESERVED', {
      taskId: task.id,
      agentId: task.agentId,
      offerExpiresAt: task.offerExpiresAt,
    });
  setDeadline(turn, `agentRequestTtl:${task.id}`, ttlDueAt);
  if (!hasPrimaryAgent(turn.state)) moveTimers(turn, 'REQUEST_OPENED');
  const prefer = preferAgentId === undefined ? {} : { preferAgentId };
  if (source !== 'ROUTING')
    effect(turn, { type: 'routing', news: { type: 'requested', task, ...prefer } });
  return task;
}

/** The next task of a chain: age and due time are kept, the priority is that of requeues (domain.md 6.3, 6.9). */
export function requeue(
  turn: Turn,
  old: AgentTask,
  again: {
    readonly id?: string;
    readonly queueId: string | null;
    readonly ttlDueAt: string;
    readonly source?: 'HERE' | 'ROUTING';
  },
): AgentTask {
  return enqueue(turn, {
    ...(again.id === undefined ? {} : { id: again.id }),
    direction: old.operation ? old.direction : 'INBOUND',
    mode: 'QUEUE',
    agentId: null,
    queueId: again.queueId,
    mrdId: old.mrdId,
    priority: REQUEUE_PRIORITY,
    attributes: old.attributes,
    note: old.note,
    requestedBy: old.requestedBy,
    ...(old.tellWait ? { tellWait: old.tellWait } : {}),
    previousTaskId: old.id,
    ...(old.waitingSince === null ? {} : { waitingSince: old.waitingSince }),
    operation: old.operation,
    agentSla: old.agentSla ?? null,
    ...(old.avoidAgentIds ? { avoidAgentIds: old.avoidAgentIds } : {}),
    ttlDueAt: again.ttlDueAt,
    source: again.source ?? 'HERE',
  });
}

function recordEnqueued(turn: Turn, task: AgentTask, dueAt: string): void {
  record(turn, 'TASK_ENQUEUED', {
    taskId: task.id,
    direction: task.direction,
    mode: task.mode,
    routingMode: task.routingMode,
    queueId: task.queueId,
    listId: task.listId,
    agentId: task.agentId,
    priority: task.priority,
    waitingSince: task.waitingSince ?? turn.now,
    previousTaskId: task.previousTaskId,
    dueAt,
  });
}
