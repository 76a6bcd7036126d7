export type Level = 'OK' | 'WARNING' | 'CRITICAL';
/** Percent of a queue's service level time from which its longest wait counts. */
export interface Thresholds {
  readonly warning: number;
  readonly critical: number;
}
export const THRESHOLDS: Thresholds = { warning: 50, critical: 100 };

export function levelOf(waitedSeconds: number, targetSeconds: number, at: Thresholds): Level {
  const percent = (waitedSeconds / Math.max(1, targetSeconds)) * 100;
  if (waitedSeconds > 0 && percent >= at.critical) return 'CRITICAL';
  return waitedSeconds > 0 && percent >= at.warning ? 'WARNING' : 'OK';
}
