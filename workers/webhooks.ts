import { setTimeout as sleep } from 'node:timers/promises';
import type { Logger } from '../infra/logger';
import type { Lease, WebhookArchiveReader } from '../infra/webhook-stores';

export interface WebhookWorkDeps {
  readonly lease: Lease;
  readonly archive: WebhookArchiveReader;
  readonly dispatcher: { run(stop: AbortSignal): Promise<void> };
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds; the lease lasts three times as long. @default 5000 */
  readonly renewEveryMs?: number;
}

/** Serves webhook subscribers while this process has the lease on it, until stopped. Never throws: what fails is begun again. */
export async function serveWebhooks(
  { lease, archive, dispatcher, logger, renewEveryMs = 5000 }: WebhookWorkDeps,
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
    const parts = [archive.follow(until), dispatcher.run(until)].map((part) =>
      part.catch((err: unknown) => {
        if (!until.aborted)
          logger.warn({ err }, 'webhook subscribers are served again in a moment');
        lost.abort();
      }),
    );
    await Promise.all([...parts, renewing]);
  }
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined); // woken to end
}
