import { DefaultLogger, Runtime } from '@temporalio/worker';
import type { Logger } from '../infra/logger';

/**
 * The SDK's own messages in our log, and its figures on `metricsPort` of the loopback interface. Its signal handling is off: this
 * process drains by `stopRequested` (infra/process.ts).
 */
export function installRuntime(logger: Logger, metricsPort: number): void {
  const levels = {
    TRACE: 'trace',
    DEBUG: 'debug',
    INFO: 'info',
    WARN: 'warn',
    ERROR: 'error',
  } as const;
  Runtime.install({
    shutdownSignals: [],
    telemetryOptions: {
      metrics: {
        prometheus: {
          bindAddress: `127.0.0.1:${metricsPort}`,
          unitSuffix: true,
          countersTotalSuffix: true,
          useSecondsForDurations: true,
        },
      },
    },
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      // A queue of activities alone, or of workflows alone, is meant so.
      const expected =
        message.endsWith('registered, not polling for workflow tasks') ||
        message.endsWith('registered, not polling for activity tasks');
      logger[expected ? 'debug' : levels[level]]({ ...meta, err: meta?.['error'] }, message);
    }),
  });
}
