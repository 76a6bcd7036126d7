import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { mkdir } from 'node:fs/promises';
import path from 'node:path';
import { endRecorded, forgetProcess, recordProcess, signal } from './process-record';

/** A server of ours in a process of its own. It is in its own process group: a Ctrl-C in the terminal does not reach it. */
export interface ServerProcess {
  readonly pid: number;
  /** Settles with the reason when the process is gone, whoever ended it. */
  readonly exited: Promise<string>;
  /** SIGTERM, then SIGKILL after the grace. */
  stop(): Promise<void>;
}

export interface ServerProcessOptions {
  /** Also the name of its record and its log file. */
  readonly name: string;
  readonly binary: string;
  /** Environment key that names another binary, for the error text. */
  readonly binaryKey: string;
  readonly args: readonly string[];
  readonly dataDir: string;
  /** Resolves when the server answers. Called until it does, or the time is over. */
  readonly ready: () => Promise<void>;
}

const READY_WITHIN_MS = 90_000; // a recovery after kill -9 on a busy machine took 20 s
const STOP_GRACE_MS = 15_000;
const LOG_LIMIT_BYTES = 20 * 1024 * 1024;

/** End what an earlier start left behind on the same data directory. Before the ports are looked at: it may hold them. */
export async function endLeftOver(dataDir: string, name: string): Promise<void> {
  await endRecorded(dataDir, name, STOP_GRACE_MS);
}

/** Start a server and wait until it answers. Throws with the end of its log when it exits or stays silent. */
export async function startServerProcess(options: ServerProcessOptions): Promise<ServerProcess> {
  const { name, binary, binaryKey, args, dataDir } = options;
  if (!existsSync(binary)) {
    throw new Error(
      `There is no ${name} at ${binary}. Run \`npm start\` to fetch it, or set ${binaryKey} to the path of one.`,
    );
  }
  const logFile = path.join(dataDir, 'logs', `${name}.log`);
  await mkdir(path.dirname(logFile), { recursive: true });
  const child = spawnLogged(binary, args, logFile);
  const exited = exitOf(child);
  if (child.pid === undefined)
    throw new Error(`${name} (${binary}) could not be started: ${(await exited) ?? 'unknown'}.`);
  await recordProcess(dataDir, name, child.pid);
  try {
    await untilReady(options, exited, logFile);
  } catch (error) {
    await stop(child, exited);
    await forgetProcess(dataDir, name);
    throw error;
  }
  return {
    pid: child.pid,
    exited,
    stop: async () => {
      await stop(child, exited);
      await forgetProcess(dataDir, name);
    },
  };
}

function spawnLogged(binary: string, args: readonly string[], logFile: string): ChildProcess {
  if (existsSync(logFile) && statSync(logFile).size > LOG_LIMIT_BYTES)
    renameSync(logFile, `${logFile}.1`);
  const log = openSync(logFile, 'a');
  try {
    return spawn(binary, args, { detached: true, stdio: ['ignore', log, log] });
  } finally {
    closeSync(log);
  }
}

/** Why the process ended. */
function exitOf(child: ChildProcess): Promise<string> {
  return new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('exit', (code, by) => resolve(by ? `signal ${by}` : `exit code ${code}`));
  });
}

async function untilReady(
  { name, ready }: ServerProcessOptions,
  exited: Promise<string>,
  logFile: string,
) {
  const deadline = Date.now() + READY_WITHIN_MS;
  let gone: string | undefined;
  void exited.then((reason) => {
    gone = reason;
  }); // never rejects
  for (;;) {
    const problem = await ready().then(
      () => undefined,
      (error: unknown) => error,
    );
    if (gone !== undefined)
      throw new Error(`${name} ended while starting (${gone}).\n${endOf(logFile)}`);
    if (problem === undefined) return;
    if (Date.now() > deadline) {
      throw new Error(
        `${name} did not answer within ${READY_WITHIN_MS / 1000} s.\n${endOf(logFile)}`,
        { cause: problem },
      );
    }
    await Promise.race([exited, new Promise((resolve) => setTimeout(resolve, 100))]);
  }
}

async function stop(child: ChildProcess, exited: Promise<string>): Promise<void> {
  if (child.pid === undefined || child.exitCode !== null || child.signalCode !== null) return;
  const pid = child.pid;
  signal(pid, 'SIGTERM');
  const kill = setTimeout(() => signal(pid, 'SIGKILL'), STOP_GRACE_MS);
  await exited;
  clearTimeout(kill);
}

function endOf(logFile: string): string {
  const lines = readFileSync(logFile, 'utf8').trimEnd().split('\n').slice(-12);
  return `The end of ${logFile}:\n${lines.map((line) => `  ${line.slice(0, 400)}`).join('\n')}`;
}
