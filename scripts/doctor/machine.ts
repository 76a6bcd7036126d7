import { constants } from 'node:fs';
import { access, stat, statfs } from 'node:fs/promises';
import path from 'node:path';
import type { SupervisorConfig } from '../../infra/config';
import { freePort } from '../../infra/embedded/free-port';
import { findRecorded } from '../../infra/embedded/process-record';
import { type Finding, fail, ok, warn } from './finding';

const GIB = 1024 ** 3;

/** Node, binaries, ports, data directory. */
export async function checkMachine(config: SupervisorConfig, engines: string): Promise<Finding[]> {
  const runs = (await findRecorded(config.dataDir, 'supervisor')) !== undefined;
  return [
    checkNode(process.versions.node, engines),
    ...(await checkBinaries(config)),
    ...(await checkPorts(config, runs)),
    await checkDisk(config.dataDir),
    ...(await checkFileModes(config.dataDir)),
  ];
}

export function checkNode(version: string, engines: string): Finding {
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const [wantedMajor = 0, wantedMinor = 0] = (engines.match(/\d+/g) ?? []).map(Number);
  const fits = major > wantedMajor || (major === wantedMajor && minor >= wantedMinor);
  if (!fits) return fail('node', `${version}; ${engines} is needed`);
  if (major % 2 === 1) return warn('node', `${version} is no long-term release`);
  return ok('node', version);
}

async function checkBinaries({
  temporal,
  mongodbUri,
  embeddedServers,
}: SupervisorConfig): Promise<Finding[]> {
  const needed = [
    ...(temporal.address ? [] : [['temporal', embeddedServers.temporalPath] as const]),
    ...(mongodbUri ? [] : [['mongod', embeddedServers.mongodPath] as const]),
  ];
  return Promise.all(
    needed.map(async ([name, file]) => {
      const there = await access(file, constants.X_OK).then(
        () => true,
        () => false,
      );
      return there
        ? ok(`${name} binary`, file)
        : warn(`${name} binary`, 'not there yet; npm start fetches it');
    }),
  );
}

/** While Parley runs its ports are taken by itself. */
async function checkPorts(config: SupervisorConfig, runs: boolean): Promise<Finding[]> {
  const ports = [
    ['PORT', config.port],
    ['METRICS_PORT', config.metricsPort],
    ['WORKER_METRICS_PORT', config.workerMetricsPort],
  ] as const;
  return Promise.all(
    ports.map(async ([name, port]) => {
      const free = (await freePort(port).catch(() => 0)) === port;
      if (free) return runs ? warn(name, `${port}: nobody listens`) : ok(name, `${port} is free`);
      return runs ? ok(name, `${port}: in use, as it should be`) : warn(name, `${port} is taken`);
    }),
  );
}

async function checkDisk(dataDir: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(await nearest(dataDir));
  const gib = (bavail * bsize) / GIB;
  const text = `${gib.toFixed(1)} GiB free at ${dataDir}`;
  if (gib < 1) return fail('disk', text);
  return gib < 5 ? warn('disk', text) : ok('disk', text);
}

async function checkFileModes(dataDir: string): Promise<Finding[]> {
  const files = ['admin-token', 'secret'].map((name) => path.join(dataDir, name));
  const open = await Promise.all(
    files.map(async (file) => {
      const mode = (await stat(file).catch(() => null))?.mode ?? 0;
      return (mode & 0o077) !== 0 ? [file] : [];
    }),
  );
  return open.flat().map((file) => fail('file mode', `others may read ${file}`));
}

/** The directory, or the nearest one above it that is there. */
async function nearest(dir: string): Promise<string> {
  const there = await stat(dir).then(
    () => true,
    () => false,
  );
  const above = path.dirname(dir);
  return there || above === dir ? dir : nearest(above);
}
