import type { TaskFilter } from '../../infra/stores/reports';

/** States that lists of tasks are asked for: those of the task, and the two in which it has no agent at work yet. */
export const TASK_STATES = ['QUEUED', 'RESERVED', 'ACTIVE', 'WRAP_UP', 'CLOSED'] as const;
export type TaskStateName = (typeof TASK_STATES)[number];

/** QUEUED and RESERVED are media states of a task that is ACTIVE (domain.md 6.15). */
export function taskStateFilter(state: TaskStateName): Pick<TaskFilter, 'state' | 'mediaState'> {
  return state === 'QUEUED' || state === 'RESERVED' ? { mediaState: state } : { state };
}
