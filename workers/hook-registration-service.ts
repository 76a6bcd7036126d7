import { connectorOf } from '../connectors';
import type { Config } from '../infra/config';
import type { Logger } from '../infra/logger';
import type { OpenStores } from '../infra/mongo/stores';
import { createOutgoing } from '../infra/outgoing';
import { whyNotReachable } from '../infra/public-url';
import { createHookRegistrar } from './hook-registrar';
import { pause, workUnderLease } from './leased';

const LOOK_EVERY_MS = 5_000;

/** Keeps providers told where to call while this process has the lease on it, until stopped. Never throws; nothing waits for it. */
export function runHookRegistrationService(
  config: Pick<Config, 'publicUrl' | 'allowedPrivateHosts'>,
  stores: OpenStores,
  logger: Pick<Logger, 'info' | 'warn'>,
  stop: AbortSignal,
): Promise<void> {
  const registrar = createHookRegistrar({
    config: stores.config,
    registrations: stores.hookRegistrations,
    connectorOf,
    outgoing: createOutgoing(config),
    publicUrl: config.publicUrl,
    whyNot: whyNotReachable(config.publicUrl),
    now: () => new Date(),
    logger,
  });
  const work = async (until: AbortSignal) => {
    while (!until.aborted) {
      await registrar.look();
      await pause(LOOK_EVERY_MS, until);
    }
  };
  return workUnderLease(
    {
      lease: stores.hookRegistrationLease,
      begin: (until) => [work(until)],
      onFailure: (err) => logger.warn({ err }, 'webhooks are registered again in a moment'),
    },
    stop,
  );
}
