import { setMaxListeners } from 'node:events';
import { type Config, ConfigError, loadConfig } from './config';
import { createLogger, type Logger } from './logger';

/**
 * The frame of an entry point: reads the configuration, runs, and ends with code 1 and the reason when either fails. Does
 * not call `process.exit()`: what is still open keeps the process alive, so it must be released.
 */
export function runService(
  component: string,
  main: (config: Config, logger: Logger) => Promise<void>,
): void {
  try {
    const config = loadConfig();
    const logger = createLogger(config, component);
    main(config, logger).catch((err: unknown) => {
      logger.fatal({ err }, `${component} cannot go on`);
      process.exitCode = 1;
    });
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    process.stderr.write(`${error.message}\n`);
    process.exitCode = 1;
  }
}

/**
 * Aborted when this process is asked to end: SIGTERM, SIGINT, or the supervisor gone (the channel to it closes when it is
 * killed). Signals after the first change nothing; SIGKILL remains.
 */
export function stopRequested(): AbortSignal {
  const controller = new AbortController();
  setMaxListeners(0, controller.signal); // each open stream listens, and stops listening when it ends
  for (const signal of ['SIGTERM', 'SIGINT'] as const)
    process.on(signal, () => controller.abort(signal));
  if (process.channel) {
    process.once('disconnect', () => controller.abort('supervisor gone'));
    process.channel.unref(); // the channel alone keeps nobody alive
  }
  return controller.signal;
}

/** Resolves when the signal is aborted. */
export function aborted(signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    if (signal.aborted) resolve();
    else signal.addEventListener('abort', () => resolve(), { once: true });
  });
}
