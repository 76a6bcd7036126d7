import type { AgentTask, TaskCloseReason } from './agent-task';
import { TASK_MEDIA_KEPT } from './bounds';
import { clearDeadline } from './deadlines';
import { isWaiting, latestSettings, startedSessions } from './facts';
import type { ChannelSession } from './model';
import { effect, newId, record, type Turn } from './turn';

/** What a new task is made of; what is left out has the value that most tasks have. */
export type TaskParts = Pick<
  AgentTask,
  'direction' | 'mode' | 'routingMode' | 'mediaState' | 'agentId'
> &
  Partial<AgentTask>;

/** Adds a task that serves every STARTED session. Records nothing: its first entry says how it came. */
export function addTask(turn: Turn, parts: TaskParts): AgentTask {
  const settings = latestSettings(turn.state);
  const task: AgentTask = {
    id: newTaskId(turn, parts.id),
    state: 'ACTIVE',
    media: startedSessions(turn.state).map((session) => medium(turn, session)),
    queueId: null,
    listId: null,
    mrdId: settings?.mrdId ?? 'chat',
    priority: 1,
    attributes: {},
    note: null,
    requestedBy: null,
    previousTaskId: null,
    waitingSince: null,
    queuedAt: null,
    reservedAt: null,
    answeredAt: null,
    wrapUpStartedAt: null,
    endedAt: null,
    offerExpiresAt: null,
    closeReason: null,
    closeDetail: null,
    countsForCapacity: true,
    operation: null,
    wrapUp: {
      enabled: settings?.wrapUp.enabled ?? false,
      seconds: settings?.wrapUp.seconds ?? 0,
    },
    ...withoutUndefined(parts),
  };
  turn.state.tasks = [...turn.state.tasks, task];
  return task;
}

/** Changes a task and records TASK_STATE_CHANGED. */
export function changeTask(turn: Turn, task: AgentTask, change: Partial<AgentTask>): AgentTask {
  const changed = patchTask(turn, task, change);
  recordTask(turn, changed);
  return changed;
}

/** Changes members of a task that are no state of it: no entry. */
export function patchTask(turn: Turn, task: AgentTask, change: Partial<AgentTask>): AgentTask {
  const current = turn.state.tasks.find(({ id }) => id === task.id) ?? task;
  const changed = { ...current, ...change };
  turn.state.tasks = turn.state.tasks.map((other) => (other.id === task.id ? changed : other));
  return changed;
}

/** CLOSED is final: a closed task stays as it is. Routing hears of it unless the news came from there. */
export function closeTask(
  turn: Turn,
  task: AgentTask,
  reason: TaskCloseReason,
  detail: string | null,
  source: 'HERE' | 'ROUTING' = 'HERE',
): AgentTask {
  const current = turn.state.tasks.find(({ id }) => id === task.id);
  if (!current || current.state === 'CLOSED') return task;
  clearDeadline(turn, `agentRequestTtl:${task.id}`);
  clearDeadline(turn, `wrapUp:${task.id}`);
  const closed = changeTask(turn, current, {
    state: 'CLOSED',
    mediaState: 'CLOSED',
    closeReason: reason,
    closeDetail: detail,
    endedAt: turn.now,
    offerExpiresAt: null,
    media: current.media.map((it) => endMedium(turn, it)),
  });
  if (source === 'HERE' && (closed.routingMode === 'PUSH' || closed.agentId !== null))
    effect(turn, {
      type: 'routing',
      news: { type: isWaiting(current) ? 'cancelled' : 'ended', task: closed },
    });
  return closed;
}

export function recordTask(turn: Turn, task: AgentTask): void {
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
  });
}

/** A further session adds media to the tasks at work, not a task (domain.md 6.15). */
export function serveSession(turn: Turn, session: ChannelSession): void {
  turn.state.tasks = turn.state.tasks.map((task) =>
    task.state === 'ACTIVE'
      ? { ...task, media: [...task.media, medium(turn, session)].slice(-TASK_MEDIA_KEPT) }
      : task,
  );
}

export function stopServing(turn: Turn, sessionId: string): void {
  turn.state.tasks = turn.state.tasks.map((task) =>
    task.media.some((it) => it.channelSessionId === sessionId && it.state === 'ACTIVE')
      ? {
          ...task,
          media: task.media.map((it) =>
            it.channelSessionId === sessionId ? endMedium(turn, it) : it,
          ),
        }
      : task,
  );
}

/** The agent of a task serves no session any longer. */
export function stopWorking(turn: Turn, { id }: AgentTask): void {
  turn.state.tasks = turn.state.tasks.map((task) =>
    task.id === id ? { ...task, media: task.media.map((it) => endMedium(turn, it)) } : task,
  );
}

/** The agent of a task serves every STARTED session again. */
export function resumeWorking(turn: Turn, { id }: AgentTask): void {
  const media = startedSessions(turn.state).map((session) => medium(turn, session));
  turn.state.tasks = turn.state.tasks.map((task) =>
    task.id === id ? { ...task, media: [...task.media, ...media].slice(-TASK_MEDIA_KEPT) } : task,
  );
}

function medium(turn: Turn, session: ChannelSession): AgentTask['media'][number] {
  return {
    channelSessionId: session.id,
    mrdId: session.settings?.mrdId ?? 'chat',
    state: 'ACTIVE',
    startedAt: turn.now,
    endedAt: null,
  };
}

function endMedium(turn: Turn, it: AgentTask['media'][number]): AgentTask['media'][number] {
  return it.state === 'ACTIVE' ? { ...it, state: 'CLOSED', endedAt: turn.now } : it;
}

function newTaskId(turn: Turn, given: string | undefined): string {
  return given ?? newId(turn, 'task');
}

function withoutUndefined(parts: TaskParts): TaskParts {
  // Spreading an undefined member would erase a default.
  return Object.fromEntries(
    Object.entries(parts).filter(([, value]) => value !== undefined),
  ) as unknown as TaskParts;
}
