import type { AgentTask } from '../conversation/agent-task';
import { secondsBetween } from '../conversation/time';
import type { TaskTimes } from './durations';

/** How a queue's service level is measured (domain.md 6.4): type 1..3 says what abandoned requests count as. */
export interface ServiceLevel {
  readonly type: 1 | 2 | 3;
  readonly thresholdSeconds: number;
  /** What ends the service time: the answer, or the moment an agent was found. */
  readonly clock: 'ANSWERED' | 'ROUTED';
}
/** domain.md section 15. */
export const DEFAULT_SERVICE_LEVEL: ServiceLevel = {
  type: 1,
  thresholdSeconds: 120,
  clock: 'ANSWERED',
};

/** What became of a request for a human; all but `offered` add up to it. */
export const OUTCOMES = [
  'answered',
  'abandoned',
  'rona',
  'no_agent',
  'flushed',
  'requeued',
  'cancelled',
] as const;
export type Outcome = (typeof OUTCOMES)[number];

export const COUNTERS = [
  'offered',
  ...OUTCOMES,
  'offered_within',
  'answered_within',
  'abandoned_within',
  'rona_within',
] as const;
export type Counters = Readonly<Record<(typeof COUNTERS)[number], number>>;

/** The members of an agent task that decide how it is counted. */
export type CountedTask = TaskTimes &
  Pick<AgentTask, 'mode' | 'direction' | 'closeReason' | 'closeDetail'>;

export const NOTHING_COUNTED = Object.fromEntries(COUNTERS.map((name) => [name, 0])) as Counters;

/** Queue counters count tasks that waited in a queue for a customer (domain.md section 12). */
export function isCounted({ mode, direction }: Pick<AgentTask, 'mode' | 'direction'>): boolean {
  return mode === 'QUEUE' && (direction === 'INBOUND' || direction === 'DIRECT_TRANSFER');
}

/** What one task adds to the counters of its queue; nothing while it is still open and unanswered. */
export function countersOf(
  task: CountedTask,
  level: Pick<ServiceLevel, 'thresholdSeconds' | 'clock'>,
): Counters {
  const outcome = isCounted(task) ? outcomeOf(task) : null;
  if (outcome === null) return NOTHING_COUNTED;
  const within = WITHIN[outcome];
  const counted =
    within !== undefined && serviceSeconds(task, level.clock) <= level.thresholdSeconds;
  return {
    ...NOTHING_COUNTED,
    offered: 1,
    [outcome]: 1,
    ...(counted ? { offered_within: 1, [within]: 1 } : {}),
  };
}

export function sum(a: Counters, b: Counters): Counters {
  return Object.fromEntries(COUNTERS.map((name) => [name, a[name] + b[name]])) as Counters;
}

/** 0..1; null where nothing was offered that counts. */
export function serviceLevel(type: ServiceLevel['type'], counters: Counters): number | null {
  const { offered, answered_within: answered, abandoned_within: abandoned } = counters;
  switch (type) {
    case 1:
      return ratio(answered, offered - abandoned);
    case 2:
      return ratio(answered, offered);
    case 3:
      return ratio(answered + abandoned, offered);
  }
}

/** Null for a denominator of 0. */
export function ratio(numerator: number, denominator: number): number | null {
  return denominator === 0 ? null : numerator / denominator;
}

/** TTL, flush, requeue and cancel are in no time at all. */
const WITHIN: Readonly<Partial<Record<Outcome, keyof Counters>>> = {
  answered: 'answered_within',
  abandoned: 'abandoned_within',
  rona: 'rona_within',
};

function outcomeOf({ answeredAt, closeReason, closeDetail }: CountedTask): Outcome | null {
  if (answeredAt !== null) return 'answered';
  switch (closeReason) {
    case null:
      return null;
    case 'CANCELLED':
      return closeDetail === 'CUSTOMER_LEFT' ? 'abandoned' : 'cancelled';
    case 'RONA':
      return 'rona';
    case 'NO_AGENT_AVAILABLE':
      return 'no_agent';
    case 'FORCE_CLOSED':
      return 'flushed';
    case 'AGENT_LOGOUT':
    case 'REROUTE':
    case 'RESPONSE_TIMEOUT':
      return 'requeued';
    case 'DONE':
    case 'TRANSFERRED':
      return 'cancelled';
  }
}

/** From queueing to what the clock waits for, to the end where that never came. */
function serviceSeconds(task: CountedTask, clock: ServiceLevel['clock']): number {
  const { queuedAt, reservedAt, answeredAt, endedAt } = task;
  const until = (clock === 'ROUTED' ? reservedAt : answeredAt) ?? endedAt;
  return queuedAt === null || until === null ? 0 : secondsBetween(queuedAt, until);
}
