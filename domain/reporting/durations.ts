import type { AgentTask } from '../conversation/agent-task';
import { secondsBetween } from '../conversation/time';

/** The moments of an agent task that its durations are made of. */
export type TaskTimes = Pick<
  AgentTask,
  'queuedAt' | 'reservedAt' | 'answeredAt' | 'wrapUpStartedAt' | 'endedAt'
>;

/** Whole seconds between two moments; null while one of them has not come. */
export function durationSeconds(from: string | null, to: string | null): number | null {
  return from === null || to === null ? null : Math.round(secondsBetween(from, to));
}

/** The durations of an agent task (domain.md section 12). What runs, or never began, is null. */
export function taskDurations(task: TaskTimes) {
  const { queuedAt, reservedAt, answeredAt, wrapUpStartedAt, endedAt } = task;
  const talk = durationSeconds(answeredAt, wrapUpStartedAt ?? endedAt);
  const wrapUp = durationSeconds(wrapUpStartedAt, endedAt);
  return {
    queue_seconds: durationSeconds(queuedAt, reservedAt ?? endedAt),
    alert_seconds: durationSeconds(reservedAt, answeredAt ?? endedAt),
    talk_seconds: talk,
    wrap_up_seconds: wrapUp,
    handle_seconds: talk === null || endedAt === null ? null : talk + (wrapUp ?? 0),
  };
}
