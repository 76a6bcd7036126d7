import type { Disposition } from '../conversation/model';
import { secondsBetween } from '../conversation/time';
import { type TaskTimes, taskDurations } from './durations';
import {
  type CountedTask,
  type Counters,
  countersOf,
  NOTHING_COUNTED,
  ratio,
  type ServiceLevel,
  sum,
} from './service-level';

/** Key figures of a set of tasks of queues (domain.md section 12). Ratios 0..1, times in seconds; null for a denominator of 0. */
export interface TaskKpis {
  readonly counters: Counters;
  readonly averageWaitSeconds: number | null;
  readonly speedOfAnswerSeconds: number | null;
  readonly talkSeconds: number | null;
  readonly wrapUpSeconds: number | null;
  readonly handleSeconds: number | null;
  readonly abandonment: number | null;
  readonly transferRate: number | null;
}

/** Tasks that are not counted for queues, and those still waiting, add nothing. */
export function taskKpis(tasks: readonly CountedTask[], level: ServiceLevel): TaskKpis {
  const counted = tasks.filter((task) => countersOf(task, level).offered > 0);
  const answered = counted.filter(({ answeredAt }) => answeredAt !== null);
  const counters = counted
    .map((task) => countersOf(task, level))
    .reduce((all, one) => sum(all, one), NOTHING_COUNTED);
  const perAnswered = (value: (task: CountedTask) => number | null) =>
    ratio(total(answered, value), answered.length);
  const transferred = answered.filter(({ closeReason }) => closeReason === 'TRANSFERRED');
  return {
    counters,
    averageWaitSeconds: ratio(
      total(counted, (task) => taskDurations(task).queue_seconds),
      counters.offered,
    ),
    speedOfAnswerSeconds: perAnswered(({ queuedAt, answeredAt }) =>
      queuedAt && answeredAt ? secondsBetween(queuedAt, answeredAt) : null,
    ),
    talkSeconds: perAnswered((task) => taskDurations(task).talk_seconds),
    wrapUpSeconds: perAnswered((task) => taskDurations(task).wrap_up_seconds),
    handleSeconds: perAnswered((task) => taskDurations(task).handle_seconds),
    abandonment: ratio(counters.abandoned, counters.offered),
    transferRate: ratio(transferred.length, counters.answered),
  };
}

/** Share of closed conversations that no human had to take. */
export function botContainment(closed: readonly (Disposition | null)[]): number | null {
  return ratio(closed.filter((it) => it === 'BOT_HANDLED').length, closed.length);
}

/** Share of the time in which an agent was logged in and not NOT_READY that went into handling. */
export function occupancy(tasks: readonly TaskTimes[], availableSeconds: number): number | null {
  return ratio(
    total(tasks, (task) => taskDurations(task).handle_seconds),
    availableSeconds,
  );
}

function total<T>(items: readonly T[], value: (item: T) => number | null): number {
  return items.reduce((all, item) => all + (value(item) ?? 0), 0);
}
