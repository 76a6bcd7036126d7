import { setTimeout as sleep } from 'node:timers/promises';
import type { Lease } from '../infra/stores/webhooks';

export interface LeasedWork {
  readonly lease: Lease;
  /** Begins the work; each part runs until the signal is aborted, or fails. */
  readonly begin: (until: AbortSignal) => readonly Promise<void>[];
  /** A part failed; all of it is begun again. */
  readonly onFailure: (error: unknown) => void;
  /** Milliseconds; the lease lasts three times as long. @default 5000 */
  readonly renewEveryMs?: number;
}

/** Works while this process has the lease, until stopped. Never throws: what fails is begun again. */
export async function workUnderLease(
  { lease, begin, onFailure, renewEveryMs = 5000 }: LeasedWork,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    const ours = await lease.take().catch(() => false); // MongoDB is away
    if (ours) await work();
    await pause(renewEveryMs, stop);
  }
  await lease.release().catch(() => undefined); // it lapses by itself

  async function work(): Promise<void> {
    const lost = new AbortController();
    const until = AbortSignal.any([stop, lost.signal]);
    const renewing = (async () => {
      while (!until.aborted) {
        await pause(renewEveryMs, until);
        if (!until.aborted && !(await lease.take().catch(() => false))) lost.abort();
      }
    })();
    const parts = begin(until).map((part) =>
      part.catch((error: unknown) => {
        if (!until.aborted) onFailure(error);
        lost.abort();
      }),
    );
    await Promise.all([...parts, renewing]);
  }
}

/** Ends early when stopped. */
export async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined); // woken to end
}
