import { randomBytes } from 'node:crypto';
import { closeSync, openSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePort } from '../../infra/embedded/free-port';
import { startMongod } from '../../infra/embedded/mongod';
import { startTemporal } from '../../infra/embedded/temporal';
import { startNodeProcess } from '../../scripts/supervisor/node-process';
import { repositoryRoot } from '../../workers/bundle';
import { AGENTS_LONG, configurationFile } from './configuration';
import { type Part, startPart } from './part';
import { type Providers, startProviders } from './providers';
import { mountSmallDisk, unmount } from './small-disk';
import { openLink, type TcpLink } from './tcp-link';

export const PARTS = ['mongod', 'temporal', 'worker-a', 'worker-b', 'api'] as const;
export type PartName = (typeof PARTS)[number];

/** The product as it runs in production, apart: one api, two workers, both servers; every wire between them can be disturbed. */
export interface Stage {
  readonly dataDir: string;
  /** The driver's own, outside of everything that is broken. */
  readonly driverDir: string;
  /** The API as the driver and the providers reach it, over a link. */
  readonly url: string;
  readonly adminToken: string;
  readonly mongoUri: string;
  readonly temporalAddress: string;
  readonly parts: Readonly<Record<PartName, Part>>;
  /** By `from-to`; those to providers and the bot are in {@link Providers.links}. */
  readonly links: Readonly<Record<LinkName, TcpLink>>;
  readonly providers: Providers;
  /** Variables of api and workers from their next start on. */
  readonly env: Record<string, string>;
  /** More of them for one part, likewise. */
  readonly envOf: Readonly<Record<PartName, Record<string, string>>>;
  /** Where api or worker have their code from, from their next start on; null: this checkout. */
  readonly rootOf: Record<'worker-a' | 'worker-b' | 'api', string | null>;
  /** Ends every disturbance and waits until all parts answer. */
  heal(): Promise<void>;
  /** Until `/readyz` says yes. */
  ready(): Promise<void>;
  logFiles(): readonly string[];
  /** Aborted when it stops: whoever asks again and again gives up. */
  readonly over: AbortSignal;
  stop(options?: { readonly keepData?: boolean }): Promise<void>;
}

export const LINKS = [
  'driver-api',
  'api-temporal',
  'api-mongod',
  'worker-temporal',
  'worker-mongod',
] as const;
export type LinkName = (typeof LINKS)[number];

/** How long a condition is waited for, wherever there is one: patience, not a gate. */
export const PATIENCE_MS = Number(process.env['PARLEY_TEST_PATIENCE'] ?? 120) * 1000;

export interface StageOptions {
  /** Where runs keep their data. @default PARLEY_DATA_DIR, else `.parley` */
  readonly below?: string;
  /** @default `fast`: killing a process proves nothing about a power cut */
  readonly durability?: 'full' | 'fast';
  readonly say?: (text: string) => void;
  readonly env?: Readonly<Record<string, string>>;
  /** The data directory is a file system of this size, which can be filled. */
  readonly diskMiB?: number;
}

export async function startStage(options: StageOptions = {}): Promise<Stage> {
  const { say = () => undefined, durability = 'fast' } = options;
  const below = options.below ?? path.resolve(process.env['PARLEY_DATA_DIR'] ?? '.parley');
  const dataDir = path.join(below, `chaos-${process.pid}-${Date.now().toString(36)}`);
  for (const directory of [dataDir, driverDirOf(dataDir)])
    await mkdir(directory, { recursive: true });
  if (options.diskMiB !== undefined) await mountSmallDisk(dataDir, options.diskMiB);
  await mkdir(path.join(dataDir, 'logs'));
  const started: { stop(): Promise<unknown> }[] = [];
  try {
    if (options.diskMiB !== undefined) started.push({ stop: () => unmount(dataDir) });
    return await raise({ dataDir, say, durability, started, env: options.env ?? {} });
  } catch (error) {
    for (const one of started.reverse()) await one.stop();
    throw error;
  }
}

interface Raising {
  readonly dataDir: string;
  readonly say: (text: string) => void;
  readonly durability: 'full' | 'fast';
  readonly started: { stop(): Promise<unknown> }[];
  readonly env: Readonly<Record<string, string>>;
}

async function raise({ dataDir, say, durability, started, env: given }: Raising): Promise<Stage> {
  const keep = <T extends { stop(): Promise<unknown> }>(one: T): T => {
    started.push(one);
    return one;
  };
  const providers = await startProviders();
  started.push({ stop: () => providers.close() });
  const [port, metricsPort, temporalPort, uiPort, mongoPort] = await somePorts();
  const part = async (name: PartName, start: Parameters<typeof startPart>[0]['start']) =>
    keep(await startPart({ name, dataDir, start, say }));
  const [mongod, temporal] = await Promise.all([
    part('mongod', () => startMongod({ binary: binary('mongod'), dataDir, port: mongoPort })),
    part('temporal', () =>
      startTemporal({
        binary: binary('temporal'),
        dataDir,
        port: temporalPort,
        uiPort,
        namespace: 'default',
        durability,
      }),
    ),
  ]);
  const ends: Record<LinkName, number> = {
    'driver-api': port,
    'api-temporal': temporalPort,
    'api-mongod': mongoPort,
    'worker-temporal': temporalPort,
    'worker-mongod': mongoPort,
  };
  const links = Object.fromEntries(
    await Promise.all(
      LINKS.map(async (name) => {
        const link = await openLink(ends[name]);
        started.push({ stop: () => link.close() });
        return [name, link] as const;
      }),
    ),
  ) as Record<LinkName, TcpLink>;
  const url = `http://127.0.0.1:${links['driver-api'].port}`;
  providers.callsGoTo(url);

  const configFile = path.join(dataDir, 'parley.yaml');
  await writeFile(configFile, configurationFile(providers, AGENTS_LONG));
  const adminToken = randomBytes(24).toString('base64url');
  const env: Record<string, string> = {
    PORT: String(port),
    METRICS_PORT: String(metricsPort),
    PARLEY_DATA_DIR: dataDir,
    PARLEY_CONFIG: configFile,
    PARLEY_PUBLIC_URL: url,
    PARLEY_ADMIN_TOKEN: adminToken,
    PARLEY_SECRET: randomBytes(24).toString('base64url'),
    PARLEY_ALLOWED_PRIVATE_HOSTS: '127.0.0.1',
    LOG_LEVEL: 'info',
    ...given,
  };
  const envOf = Object.fromEntries(PARTS.map((name) => [name, {}])) as Stage['envOf'];
  const rootOf: Stage['rootOf'] = { 'worker-a': null, 'worker-b': null, api: null };
  const over = (side: 'api' | 'worker') => ({
    TEMPORAL_ADDRESS: `127.0.0.1:${links[`${side}-temporal`].port}`,
    // The set would name its member's own address, past the link.
    MONGODB_URI: `mongodb://127.0.0.1:${links[`${side}-mongod`].port}/parley?directConnection=true`,
  });
  const node = (
    name: keyof Stage['rootOf'],
    entry: string,
    side: 'api' | 'worker',
    graceMs: number,
  ) =>
    part(name, () => {
      const output = openSync(path.join(dataDir, 'logs', `${name}.log`), 'a');
      const run = startNodeProcess({
        name,
        args: [path.join(rootOf[name] ?? repositoryRoot(), 'dist', entry)],
        env: { ...process.env, ...env, ...over(side), ...envOf[name] },
        dataDir,
        graceMs,
        output,
      });
      return run.finally(() => closeSync(output));
    });
  const [a, b, api] = await Promise.all([
    node('worker-a', 'workers/main.js', 'worker', 30_000),
    node('worker-b', 'workers/main.js', 'worker', 30_000),
    node('api', 'api/server.js', 'api', 20_000),
  ]);
  const parts = { mongod, temporal, 'worker-a': a, 'worker-b': b, api };

  const ending = new AbortController();
  const stage: Stage = {
    dataDir,
    over: ending.signal,
    driverDir: driverDirOf(dataDir),
    url,
    adminToken,
    mongoUri: `mongodb://127.0.0.1:${mongoPort}/parley?directConnection=true`,
    temporalAddress: `127.0.0.1:${temporalPort}`,
    parts,
    links,
    providers,
    env,
    envOf,
    rootOf,
    async heal() {
      for (const link of [...Object.values(links), ...Object.values(providers.links)])
        link.set({ type: 'pass' });
      for (const name of PARTS) {
        parts[name].release();
        await parts[name].signal('SIGCONT');
      }
      await stage.ready();
    },
    ready: () => untilReady(url),
    logFiles: () => PARTS.map((name) => path.join(dataDir, 'logs', `${name}.log`)),
    async stop({ keepData = false } = {}) {
      ending.abort();
      await Promise.all([a.stop(), b.stop(), api.stop()]);
      for (const one of started.reverse()) await one.stop();
      if (keepData) return;
      for (const directory of [dataDir, driverDirOf(dataDir)])
        await rm(directory, { recursive: true, force: true });
    },
  };
  await stage.ready();
  return stage;
}

function driverDirOf(dataDir: string): string {
  return `${dataDir}-driver`;
}

async function untilReady(url: string): Promise<void> {
  const patience = Date.now() + PATIENCE_MS;
  let said = 'nothing';
  while (Date.now() < patience) {
    try {
      const answer = await fetch(`${url}/readyz`, { signal: AbortSignal.timeout(5_000) });
      if (answer.ok) return;
      said = await answer.text();
    } catch (error) {
      said = String(error);
    }
    await sleep(100);
  }
  throw new Error(`Parley was not ready within ${PATIENCE_MS / 1000} s; /readyz said ${said}`);
}

function binary(name: 'temporal' | 'mongod'): string {
  const given = process.env[name === 'temporal' ? 'TEMPORAL_CLI_PATH' : 'MONGOD_PATH'];
  return given ?? path.resolve('.parley', 'bin', name);
}

/**
 * Free ports below those that the system gives to outgoing connections (32,768 to 60,999 on Linux): one of those may be taken
 * between the look and the use, or while a killed process is away.
 */
async function somePorts(): Promise<readonly [number, number, number, number, number]> {
  const ports: number[] = [];
  const next = async () => {
    for (let wanted = 10_000 + Math.floor(Math.random() * 20_000); ; wanted += 1) {
      const port = await freePort(wanted, ports);
      if (port !== wanted) continue;
      ports.push(port);
      return port;
    }
  };
  return [await next(), await next(), await next(), await next(), await next()];
}
