import { durationSeconds } from './durations';
import type { ReportRow } from './entities';
import {
  type CountedTask,
  type Counters,
  countersOf,
  NOTHING_COUNTED,
  ratio,
  type ServiceLevel,
  serviceLevel,
  sum,
} from './service-level';

/** 15 minutes (domain.md section 15). */
const INTERVAL_MS = 900_000;

/** A queued task with the service level that its queue had when it was queued, and when its row was written. */
export interface QueuedTask extends CountedTask {
  readonly queueId: string;
  readonly queuedAt: string;
  readonly level: ServiceLevel;
  readonly createdAt: string;
  readonly updatedAt: string;
}

/** The beginning of the interval that holds a moment. */
export function intervalStart(at: string): string {
  return new Date(Math.floor(Date.parse(at) / INTERVAL_MS) * INTERVAL_MS).toISOString();
}

/** The beginning of the first interval that begins at a moment or later. */
export function nextIntervalStart(at: string): string {
  return new Date(Math.ceil(Date.parse(at) / INTERVAL_MS) * INTERVAL_MS).toISOString();
}

/**
 * The rows of `queue_interval` from counted tasks in the order of `queuedAt`: by interval, then by queue. Holds one interval at a
 * time. An interval in which nothing has come to its end yet has no row.
 */
export async function* queueIntervals(tasks: AsyncIterable<QueuedTask>): AsyncGenerator<ReportRow> {
  let start: string | null = null;
  let queues = new Map<string, Interval>();
  for await (const task of tasks) {
    const itsStart = intervalStart(task.queuedAt);
    if (start !== null && itsStart !== start) {
      yield* rowsOf(start, queues);
      queues = new Map();
    }
    start = itsStart;
    const counters = countersOf(task, task.level);
    if (counters.offered > 0)
      queues.set(task.queueId, withTask(queues.get(task.queueId), task, counters));
  }
  if (start !== null) yield* rowsOf(start, queues);
}

interface Interval {
  readonly counters: Counters;
  readonly waitSeconds: number;
  readonly longestWaitSeconds: number;
  /** Of the task queued last: a queue may have changed its way of counting in between. */
  readonly type: ServiceLevel['type'];
  readonly createdAt: string;
  readonly updatedAt: string;
}

function withTask(before: Interval | undefined, task: QueuedTask, counters: Counters): Interval {
  const wait = durationSeconds(task.queuedAt, task.reservedAt ?? task.endedAt) ?? 0;
  const { createdAt, updatedAt } = task;
  return {
    counters: sum(before?.counters ?? NOTHING_COUNTED, counters),
    waitSeconds: (before?.waitSeconds ?? 0) + wait,
    longestWaitSeconds: Math.max(before?.longestWaitSeconds ?? 0, wait),
    type: task.level.type,
    createdAt: before && before.createdAt < createdAt ? before.createdAt : createdAt,
    updatedAt: before && before.updatedAt > updatedAt ? before.updatedAt : updatedAt,
  };
}

function* rowsOf(start: string, queues: ReadonlyMap<string, Interval>): Generator<ReportRow> {
  for (const queueId of [...queues.keys()].sort()) {
    const interval = queues.get(queueId);
    if (!interval) continue;
    const { counters, type, waitSeconds, longestWaitSeconds, createdAt, updatedAt } = interval;
    yield {
      queue_id: queueId,
      interval_start: start,
      ...counters,
      service_level: serviceLevel(type, counters),
      average_wait_seconds: ratio(waitSeconds, counters.offered),
      longest_wait_seconds: longestWaitSeconds,
      record_creation_time: createdAt,
      updated_at: updatedAt,
    };
  }
}
