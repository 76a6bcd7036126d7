import type { ReportedState } from './reported-state';

/** One piece of news about a part. `at` ISO UTC, the provider's clock. */
export interface StateReport {
  readonly state: ReportedState;
  readonly at: string;
  readonly reasonCode: string | null;
}
/** `UNKNOWN`: an attempt may or may not have gone out, and no news has come. */
export type DeliveryState = 'PENDING' | 'UNKNOWN' | ReportedState;
/** `times`: first time of each state that was reached, by its name. */
export interface Delivery {
  readonly state: DeliveryState;
  readonly times: Readonly<Record<string, string>>;
  readonly reasonCode: string | null;
}

/** The order in which states are reached; FAILED stands beside (domain.md 8.4). */
const REACHED = ['ACCEPTED', 'SENT', 'DELIVERED', 'READ'] as const;

/**
 * The delivery state of one part: a function of the set of its reports, never of their order (domain.md 8.4). DELIVERED and READ win
 * over FAILED, FAILED over ACCEPTED and SENT. A state that was skipped takes the time of the report that implied it. `open`: what
 * is shown while there is no report.
 */
export function mergeReports(
  reports: readonly StateReport[],
  open: 'PENDING' | 'UNKNOWN' = 'PENDING',
): Delivery {
  const rank = Math.max(
    -1,
    ...reports.map(({ state }) => REACHED.indexOf(state as (typeof REACHED)[number])),
  );
  const times = Object.fromEntries(
    REACHED.slice(0, rank + 1).map((state, index) => {
      const own = reports.filter((report) => report.state === state);
      const implied = reports.filter(
        (report) => REACHED.indexOf(report.state as (typeof REACHED)[number]) > index,
      );
      return [state, earliest(own.length > 0 ? own : implied)];
    }),
  );
  const failures = reports.filter(({ state }) => state === 'FAILED');
  if (failures.length > 0 && rank < REACHED.indexOf('DELIVERED')) {
    const at = earliest(failures);
    const reasons = failures.flatMap((report) =>
      report.at === at && report.reasonCode ? [report.reasonCode] : [],
    );
    return {
      state: 'FAILED',
      times: { ...times, FAILED: at },
      reasonCode: reasons.sort()[0] ?? null,
    };
  }
  return { state: REACHED[rank] ?? open, times, reasonCode: null };
}

/**
 * The state of a message of several parts: FAILED if any failed, UNKNOWN while any is, else that of the part which has come least
 * far; `planned` parts without a row are PENDING. A state's time is that of the last part to reach it.
 */
export function combineParts(parts: readonly Delivery[], planned = parts.length): Delivery {
  const failed = parts.find(({ state }) => state === 'FAILED');
  const complete = parts.length > 0 && parts.length >= planned;
  const reachedByAll = REACHED.filter(
    (state) => complete && parts.every(({ times }) => times[state] !== undefined),
  );
  const times = Object.fromEntries(
    reachedByAll.map((state) => [
      state,
      parts
        .map(({ times: own }) => own[state] ?? '')
        .sort()
        .at(-1) ?? '',
    ]),
  );
  if (failed)
    return {
      state: 'FAILED',
      times: { ...times, ...pick(failed.times, 'FAILED') },
      reasonCode: failed.reasonCode,
    };
  if (parts.some(({ state }) => state === 'UNKNOWN'))
    return { state: 'UNKNOWN', times, reasonCode: null };
  return { state: reachedByAll.at(-1) ?? 'PENDING', times, reasonCode: null };
}

function earliest(reports: readonly StateReport[]): string {
  return reports.map(({ at }) => at).sort()[0] ?? '';
}

function pick(times: Readonly<Record<string, string>>, state: string): Record<string, string> {
  const at = times[state];
  return at === undefined ? {} : { [state]: at };
}
