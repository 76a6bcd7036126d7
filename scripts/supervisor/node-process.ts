import { spawn } from 'node:child_process';
import os from 'node:os';
import { forgetProcess, recordProcess, signal } from '../../infra/embedded/process-record';
import type { Run } from './service';

export interface NodeProcessOptions {
  /** Also the name of its record in the data directory. */
  readonly name: string;
  /** Arguments of node. */
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly dataDir: string;
  /** Niceness: more is less. @default 0 */
  readonly niceness?: number;
  /** From SIGTERM to SIGKILL. */
  readonly graceMs: number;
  /** A file descriptor that gets what it writes. @default our own output */
  readonly output?: number;
}

/**
 * A process of ours. It is in its own process group, so that a Ctrl-C in the terminal reaches the supervisor alone, which
 * ends things in order; and it has a channel to us, whose end tells it that the supervisor was killed.
 */
export async function startNodeProcess(options: NodeProcessOptions): Promise<Run> {
  const { name, args, env, dataDir, niceness = 0, graceMs, output = 'inherit' } = options;
  const child = spawn(process.execPath, args, {
    env,
    detached: true,
    stdio: ['ignore', output, output, 'ipc'],
  });
  const exited = new Promise<string>((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(by ? `signal ${by}` : `exit code ${code}`));
  });
  const { pid } = child;
  if (pid === undefined) throw new Error(`${name} could not be started: ${await exited}`);
  if (niceness > 0) lower(pid, niceness);
  await recordProcess(dataDir, name, pid);
  const gone = () => child.exitCode !== null || child.signalCode !== null;
  return {
    exited,
    async stop() {
      if (!gone()) signal(pid, 'SIGTERM');
      const kill = setTimeout(() => signal(pid, 'SIGKILL'), graceMs);
      await exited;
      clearTimeout(kill);
      await forgetProcess(dataDir, name);
    },
  };
}

/** Set before the process has made its threads, which inherit it. Where the system refuses, it runs as it is. */
function lower(pid: number, niceness: number): void {
  try {
    os.setPriority(pid, niceness);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EACCES') throw error;
  }
}
