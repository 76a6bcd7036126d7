import type { Logger } from '../infra/logger';
import type { Lease, WebhookArchiveReader } from '../infra/stores/webhooks';
import { workUnderLease } from './leased';

export interface WebhookWorkDeps {
  readonly lease: Lease;
  readonly archive: WebhookArchiveReader;
  readonly dispatcher: { run(stop: AbortSignal): Promise<void> };
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds; the lease lasts three times as long. @default 5000 */
  readonly renewEveryMs?: number;
}

/** Serves webhook subscribers while this process has the lease on it, until stopped. Never throws: what fails is begun again. */
export function serveWebhooks(
  { archive, dispatcher, logger, ...rest }: WebhookWorkDeps,
  stop: AbortSignal,
): Promise<void> {
  const onFailure = (err: unknown) =>
    logger.warn({ err }, 'webhook subscribers are served again in a moment');
  const begin = (until: AbortSignal) => [archive.follow(until), dispatcher.run(until)];
  return workUnderLease({ ...rest, begin, onFailure }, stop);
}
