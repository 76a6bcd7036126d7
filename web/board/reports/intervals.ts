/** One row of the report `queue_interval`, what is drawn of it (domain.md section 12). */
export interface Interval {
  readonly queue_id: string;
  readonly interval_start: string;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  readonly answered_within: number;
  readonly abandoned_within: number;
  readonly average_wait_seconds: number | null;
  readonly longest_wait_seconds: number | null;
}

/** All queues that are asked for, added up, at one time. */
export interface Point {
  readonly at: string;
  readonly offered: number;
  readonly answered: number;
  readonly abandoned: number;
  /** Seconds; weighted by what was offered. */
  readonly averageWait: number | null;
  readonly longestWait: number | null;
  /** 0..1, abandoned within the target left out (type 1); null without requests. */
  readonly level: number | null;
}

/** Rows as points in time. `hours` 1, 6, 24: so many are one point, so that a month can be read. `queueId` '' = all. */
export function pointsOf(
  rows: readonly Interval[],
  queueId: string,
  hours: number,
): readonly Point[] {
  const span = hours * 3_600_000;
  const groups = new Map<number, Interval[]>();
  for (const row of rows) {
    if (queueId !== '' && row.queue_id !== queueId) continue;
    const at = Math.floor(Date.parse(row.interval_start) / span) * span;
    groups.set(at, [...(groups.get(at) ?? []), row]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([at, group]) => pointOf(at, group));
}

function pointOf(at: number, rows: readonly Interval[]): Point {
  const sum = (of: (row: Interval) => number) => rows.reduce((total, row) => total + of(row), 0);
  const offered = sum((row) => row.offered);
  const waited = sum((row) => (row.average_wait_seconds ?? 0) * row.offered);
  const base = offered - sum((row) => row.abandoned_within);
  return {
    at: new Date(at).toISOString(),
    offered,
    answered: sum((row) => row.answered),
    abandoned: sum((row) => row.abandoned),
    averageWait: offered > 0 ? Math.round(waited / offered) : null,
    longestWait: Math.max(0, ...rows.map((row) => row.longest_wait_seconds ?? 0)),
    level: base > 0 ? sum((row) => row.answered_within) / base : null,
  };
}
