import { setTimeout as sleep } from 'node:timers/promises';

/** One run of something that should keep running. */
export interface Run {
  /** Why it ended. */
  readonly exited: Promise<string>;
  stop(): Promise<void>;
}

/** Something that is started again whenever it ends by itself. */
export interface Service {
  readonly name: string;
  /** End this run; the next begins at once. */
  restart(): Promise<void>;
  /** End it for good. */
  stop(): Promise<void>;
}

/** Who hears of what goes wrong. */
export interface Watching {
  readonly say: (text: string) => void;
  /** It ended {@link HOPELESS_AFTER} times in a row, each time soon. */
  readonly onHopeless: (name: string, reason: string) => void;
}

export interface ServiceOptions extends Watching {
  readonly name: string;
  readonly start: () => Promise<Run>;
  /** When given, {@link keepRunning} takes this as the first run instead of starting one. */
  readonly first?: Run;
  /** Pauses after the first, second … failure in a row. @default 0.5 s to 30 s */
  readonly backoffMs?: readonly number[];
}

const BACKOFF_MS = [500, 1_000, 2_000, 5_000, 10_000, 30_000] as const;
/** A run that lived this long was no failed start. */
const STEADY_MS = 30_000;
const HOPELESS_AFTER = 6;

/** Start it, and start it again when it ends, with growing pauses. Says so each time. */
export async function keepRunning(options: ServiceOptions): Promise<Service> {
  const { name, backoffMs = BACKOFF_MS } = options;
  let run = options.first ?? (await options.start());
  let stopping = false;
  let restarting = false;
  const halt = new AbortController();

  const watch = async () => {
    let failures = 0;
    while (!stopping) {
      const startedAt = Date.now();
      const reason = await run.exited;
      if (stopping) break;
      if (!restarting) {
        failures = Date.now() - startedAt > STEADY_MS ? 1 : failures + 1;
        if (failures === HOPELESS_AFTER) options.onHopeless(name, reason);
        const pause = backoffMs[Math.min(failures, backoffMs.length) - 1] ?? 0;
        options.say(`${name} ended (${reason}); it starts again in ${pause / 1000} s`);
        await sleep(pause, undefined, { signal: halt.signal }).catch(() => undefined); // woken by stop
      }
      restarting = false;
      if (!stopping) run = await begin();
    }
    await run.stop(); // it may have begun while the stop was asked for
  };
  const begin = async (): Promise<Run> => {
    try {
      return await options.start();
    } catch (error) {
      const reason = error instanceof Error ? error.message : String(error);
      return { exited: Promise.resolve(reason), stop: async () => {} };
    }
  };
  const watched = watch();

  return {
    name,
    async restart() {
      restarting = true;
      await run.stop();
    },
    async stop() {
      stopping = true;
      halt.abort();
      await run.stop();
      await watched;
    },
  };
}
