import { rm, writeFile } from 'node:fs/promises';
import type { Logger } from '../infra/logger';
import { pause } from './leased';

export interface HealthFileDeps {
  /** Its time of change says when the worker was last found well. */
  readonly file: string;
  /** Throws, or answers false, while the worker does no work. */
  readonly isWell: () => Promise<boolean>;
  readonly logger: Pick<Logger, 'warn'>;
  /** Milliseconds. @default 10000 */
  readonly everyMs?: number;
}

/** Touches a file for as long as the worker is well, for checks from outside of the process; until stopped. Never throws. */
export async function keepHealthFile(
  { file, isWell, logger, everyMs = 10_000 }: HealthFileDeps,
  stop: AbortSignal,
): Promise<void> {
  while (!stop.aborted) {
    try {
      if (await isWell()) await writeFile(file, '');
    } catch (err) {
      logger.warn({ err }, 'the worker is not well, or cannot say that it is');
    }
    await pause(everyMs, stop);
  }
  await rm(file, { force: true }).catch(() => undefined); // it grows old by itself
}
