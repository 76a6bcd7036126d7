import type { Staff, Visit } from './day';
import type { Scenario } from './scenario';

/** One queue's day, or all of them together. Times in seconds; null where nobody came. */
export interface Figures {
  readonly queue: string;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  /** Answered within the queue's threshold / (offered - abandoned within it): type 1 of domain.md section 12. */
  readonly serviceLevel: number | null;
  readonly averageWait: number | null;
  readonly p90Wait: number | null;
  readonly longestWait: number | null;
  readonly missedOffers: number;
}

export function figuresOf(scenario: Scenario, visits: readonly Visit[]): readonly Figures[] {
  const each = scenario.queues.map((queue) =>
    figures(
      queue.id,
      visits.filter(({ customer }) => customer.queueId === queue.id),
      () => queue.serviceLevelThresholdSeconds,
    ),
  );
  const threshold = new Map(
    scenario.queues.map((queue) => [queue.id, queue.serviceLevelThresholdSeconds]),
  );
  const all = figures('all', visits, (visit) => threshold.get(visit.customer.queueId) ?? 0);
  return each.length > 1 ? [...each, all] : each;
}

/** Share of the places of everybody who worked that were taken, wrap-up included. */
export function occupancyOf(
  scenario: Scenario,
  staff: readonly Staff[],
  visits: readonly Visit[],
): number | null {
  const available = staff.reduce(
    (sum, { shift }) => sum + (shift.to - Math.max(shift.from, scenario.from)) * shift.maxTasks,
    0,
  );
  const busy = visits.reduce(
    (sum, { answeredAt, endedAt }) =>
      answeredAt === null || endedAt === null
        ? sum
        : sum + endedAt - answeredAt + scenario.wrapUpSeconds,
    0,
  );
  return available > 0 ? busy / available : null;
}

function figures(
  queue: string,
  visits: readonly Visit[],
  thresholdOf: (visit: Visit) => number,
): Figures {
  const waitOf = ({ customer, answeredAt, endedAt }: Visit) =>
    (answeredAt ?? endedAt ?? customer.arrivesAt) - customer.arrivesAt;
  const waits = visits.map(waitOf).sort((a, b) => a - b);
  const answered = visits.filter(({ answeredAt }) => answeredAt !== null);
  const abandoned = visits.filter((visit) => visit.abandoned);
  const within = (visit: Visit) => waitOf(visit) <= thresholdOf(visit);
  const judged = visits.length - abandoned.filter(within).length;
  return {
    ...{ queue, offered: visits.length, answered: answered.length, abandoned: abandoned.length },
    serviceLevel: judged > 0 ? answered.filter(within).length / judged : null,
    averageWait: waits.length > 0 ? waits.reduce((a, b) => a + b, 0) / waits.length : null,
    p90Wait: waits[Math.ceil(waits.length * 0.9) - 1] ?? null,
    longestWait: waits.at(-1) ?? null,
    missedOffers: visits.reduce((sum, visit) => sum + visit.missedOffers, 0),
  };
}
