import { type ChildProcess, fork, spawn } from 'node:child_process';
import { mkdir, open as openFile, readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../infra/embedded/free-port';
import { findRecorded } from '../../infra/embedded/process-record';
import { repositoryRoot } from '../../workers/bundle';
import { heapBytesOf } from './heap';

/** A Parley of its own on loopback, with fresh databases at full durability, started as `npm start` does. */
export interface Instance {
  readonly url: string;
  readonly temporalAddress: string;
  readonly mongoUri: string;
  readonly adminToken: string;
  /** Everything that it writes, its output in `output.log` included. */
  readonly dataDir: string;
  /** Where api and worker tell their figures; the codec endpoint is on the api's. */
  readonly metricsUrls: { readonly api: string; readonly worker: string };
  readonly temporalUiUrl: string;
  /** Starts the floor's worker, or a floor of another name (bench/floors/), beside it. */
  startFloor(name?: FloorName): Promise<FloorProcess>;
  /** SIGSTOP, and SIGCONT, of one of its processes. */
  pause(name: ProcessName): Promise<void>;
  resume(name: ProcessName): Promise<void>;
  /** kill -9 of one of its processes, by the pid that it recorded. */
  kill(name: ProcessName): Promise<void>;
  /** Until every part answers. */
  ready(): Promise<void>;
  /** CPU seconds that each process has used since it began; null where the system does not tell (it does on Linux). */
  cpuSeconds(): Promise<Readonly<Record<ProcessName, number>> | null>;
  /** Heap in use of one of its processes after a collection. It has to be started with {@link heapProbe}. */
  heapBytes(name: ProcessName): Promise<number>;
  stop(): Promise<void>;
}

/** A program of bench/floors/ in a process of its own. */
export interface FloorProcess {
  /** What it said when it was ready: a port, or that it is. */
  readonly said: unknown;
  cpuSeconds(): Promise<number>;
  heapBytes(): Promise<number>;
  stop(): void;
}
export type FloorName = 'worker' | 'http-server' | 'fan-out';

const PROCESSES = ['api', 'worker', 'temporal', 'mongod'] as const;
export type ProcessName = (typeof PROCESSES)[number];

const PATIENCE_MS = 120_000;
const STOP_PATIENCE_MS = 60_000;

export interface InstanceOptions {
  /** @default bench/parley.yaml */
  readonly configFile?: string;
  readonly env?: Readonly<Record<string, string>>;
}

export async function startInstance(options: InstanceOptions = {}): Promise<Instance> {
  const root = repositoryRoot();
  const dataDir = path.join(root, '.parley', `bench-${process.pid}-${Date.now().toString(36)}`);
  await mkdir(dataDir, { recursive: true });
  const [port, metricsPort, temporalPort, uiPort, mongoPort, workerMetricsPort] =
    await somePorts(6);
  const url = `http://127.0.0.1:${port}`;
  const env = {
    ...process.env,
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    WORKER_METRICS_PORT: String(workerMetricsPort),
    PARLEY_DATA_DIR: dataDir,
    PARLEY_CONFIG: options.configFile ?? path.join(root, 'bench', 'parley.yaml'),
    EMBEDDED_TEMPORAL_PORT: String(temporalPort),
    EMBEDDED_TEMPORAL_UI_PORT: String(uiPort),
    EMBEDDED_MONGODB_PORT: String(mongoPort),
    LOG_LEVEL: 'warn',
    BENCH_HEAP_DIR: dataDir,
    ...options.env,
  };
  const logFile = path.join(dataDir, 'output.log');
  const log = await openFile(logFile, 'w');
  const supervisor = spawn(process.execPath, [path.join(root, 'dist', 'scripts', 'start.js')], {
    env,
    stdio: ['ignore', log.fd, log.fd],
  });
  await log.close(); // the child has its own
  try {
    await ready(url, supervisor);
  } catch (error) {
    await ended(supervisor);
    const said = (await readFile(logFile, 'utf8')).split('\n').slice(-20).join('\n');
    throw new Error(`${String(error)} It said:\n${said}`);
  }
  const temporalAddress = `127.0.0.1:${temporalPort}`;
  const mongoUri = `mongodb://127.0.0.1:${mongoPort}/parley?replicaSet=rs0`;
  const pidOf = async (name: ProcessName) => (await findRecorded(dataDir, name))?.pid;
  const signal = async (name: ProcessName, which: NodeJS.Signals) => {
    const pid = await pidOf(name);
    if (!pid) throw new Error(`${name} does not run`);
    process.kill(pid, which);
  };
  return {
    url,
    temporalAddress,
    mongoUri,
    dataDir,
    metricsUrls: {
      api: `http://127.0.0.1:${metricsPort}`,
      worker: `http://127.0.0.1:${workerMetricsPort}`,
    },
    temporalUiUrl: `http://127.0.0.1:${uiPort}`,
    adminToken: (await readFile(path.join(dataDir, 'admin-token'), 'utf8')).trim(),
    async startFloor(name = 'worker') {
      const floor = fork(path.join(root, 'dist', 'bench', 'floors', `${name}.js`), {
        env: { ...env, TEMPORAL_ADDRESS: temporalAddress, MONGODB_URI: mongoUri },
      });
      const said = await new Promise((resolve, reject) =>
        floor.once('message', resolve).once('exit', reject),
      );
      return {
        said,
        cpuSeconds: async () => (await cpuSecondsOf(floor.pid)) ?? Number.NaN,
        heapBytes: () => heapBytesOf(floor.pid, dataDir),
        stop: () => floor.disconnect(),
      };
    },
    kill: (name) => signal(name, 'SIGKILL'),
    pause: (name) => signal(name, 'SIGSTOP'),
    resume: (name) => signal(name, 'SIGCONT'),
    ready: () => ready(url, supervisor),
    async cpuSeconds() {
      const used = await Promise.all(
        PROCESSES.map(async (name) => cpuSecondsOf(await pidOf(name))),
      );
      if (used.includes(null)) return null;
      return Object.fromEntries(PROCESSES.map((name, n) => [name, used[n]])) as Record<
        ProcessName,
        number
      >;
    },
    heapBytes: async (name) => heapBytesOf(await pidOf(name), dataDir),
    async stop() {
      const pids = await Promise.all(PROCESSES.map(pidOf));
      if (!(await ended(supervisor))) for (const pid of pids) if (pid) process.kill(pid, 'SIGKILL');
      await rm(dataDir, { recursive: true, force: true });
    },
  };
}

/**
 * Free ports below those that the system gives to outgoing connections (32,768 to 60,999 on Linux): one of those may be taken
 * between the look and the use.
 */
async function somePorts(count: number): Promise<readonly number[]> {
  const ports: number[] = [];
  const first = 15_000 + Math.floor(Math.random() * 15_000);
  for (let wanted = first; ports.length < count; wanted += 1)
    ports.push(await freePort(wanted, ports));
  return ports;
}

/** Linux: fields 14 and 15 of /proc/<pid>/stat, in ticks of 10 ms. */
async function cpuSecondsOf(pid: number | undefined): Promise<number | null> {
  const stat = pid && (await readFile(`/proc/${pid}/stat`, 'utf8').catch(() => null));
  if (!stat) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** Asks it to end. @returns whether it did; else it was killed, and its children are left */
async function ended(supervisor: ChildProcess): Promise<boolean> {
  if (supervisor.exitCode !== null) return true;
  const left = new Promise<true>((resolve) => supervisor.once('exit', () => resolve(true)));
  supervisor.kill('SIGTERM');
  const patience = new AbortController();
  const late = sleep(STOP_PATIENCE_MS, false as const, { signal: patience.signal });
  const ended = await Promise.race([left, late]);
  if (ended) patience.abort();
  else supervisor.kill('SIGKILL');
  await late.catch(() => undefined); // it was aborted
  return ended;
}

async function ready(url: string, supervisor: ChildProcess): Promise<void> {
  const patience = Date.now() + PATIENCE_MS;
  while (Date.now() < patience) {
    if (supervisor.exitCode !== null)
      throw new Error(`Parley ended with ${supervisor.exitCode} while it was starting.`);
    const answer = await fetch(`${url}/readyz`).catch(() => null);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error(`Parley was not ready within ${PATIENCE_MS / 1000} s.`);
}
