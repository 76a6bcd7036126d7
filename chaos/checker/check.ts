import { type Anomaly, anomaly, WORDS } from './anomaly';
import { checkConversations } from './conversations';
import { checkMessages } from './messages';
import { checkOutbound } from './outbound';
import type { RunRecord } from './record';
import { checkRouting } from './routing';
import { checkTimers } from './timers';

/** Every anomaly of a run, by the invariants of reliability section 3. Pure: the same record gives the same words. */
export function check(record: RunRecord): readonly Anomaly[] {
  return [
    ...checkMessages(record),
    ...checkConversations(record),
    ...checkOutbound(record),
    ...checkRouting(record),
    ...checkTimers(record),
    ...record.leaks.map(({ canary, where }) => anomaly('leak', where, canary)),
    ...record.bounds
      .filter(({ value, cap }) => value > cap)
      .map(({ what, value, cap }) => anomaly('unbounded', what, value, { cap })),
  ];
}

/** How often each word was found; those that were not are left out. */
export function countsOf(anomalies: readonly Anomaly[]): Readonly<Record<string, number>> {
  return Object.fromEntries(
    WORDS.map(
      (word) => [word, anomalies.filter((one) => one.word === word).length] as const,
    ).filter(([, count]) => count > 0),
  );
}
