import { findRecorded } from '../../infra/embedded/process-record';
import { keepRunning, type Run, type Service } from '../../scripts/supervisor/service';

/** A process of the product that can be killed, frozen and kept from coming back. */
export interface Part {
  readonly name: string;
  /** kill -9, by the pid that it recorded. It starts again by itself unless it is held. */
  kill(): Promise<void>;
  /** Sends a signal; a process that has just gone is no error. */
  signal(name: NodeJS.Signals): Promise<void>;
  /** From now on an end is for good, until {@link Part.release}. */
  hold(): void;
  release(): void;
  /** Ends it by SIGTERM and starts it anew with whatever `start` is by then. */
  restart(): Promise<void>;
  pid(): Promise<number | null>;
  stop(): Promise<void>;
}

/** Starts it, and starts it again whenever it ends. */
export async function startPart(options: {
  readonly name: string;
  readonly dataDir: string;
  readonly start: () => Promise<Run>;
  readonly say: (text: string) => void;
}): Promise<Part> {
  const { name, dataDir, say } = options;
  let gate = Promise.resolve();
  let open = () => {};
  const service: Service = await keepRunning({
    name,
    say,
    onHopeless: (hopeless, reason) => say(`${hopeless} does not come back (${reason})`),
    backoffMs: [200], // faults come in a row; none is its own
    start: async () => {
      await gate;
      return options.start();
    },
  });
  const pid = async () => (await findRecorded(dataDir, name))?.pid ?? null;
  const send = async (signal: NodeJS.Signals) => {
    const found = await pid();
    if (found === null) return;
    try {
      process.kill(found, signal);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  const release = () => {
    open();
    gate = Promise.resolve();
  };
  return {
    name,
    pid,
    signal: send,
    kill: () => send('SIGKILL'),
    hold() {
      release();
      gate = new Promise((resolve) => {
        open = resolve;
      });
    },
    release,
    restart: () => service.restart(),
    async stop() {
      release();
      await send('SIGCONT'); // a frozen process hears no SIGTERM
      await service.stop();
    },
  };
}
