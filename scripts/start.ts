import path from 'node:path';
import { ConfigError, loadSupervisorConfig, type SupervisorConfig } from '../infra/config';
import {
  endRecorded,
  findRecorded,
  forgetProcess,
  recordProcess,
} from '../infra/embedded/process-record';
import { aborted } from '../infra/process';
import { repositoryRoot } from '../workers/bundle';
import { PRETENDED_TWILIO } from './demo/pretended-address';
import { startNodeProcess } from './supervisor/node-process';
import { secretIn } from './supervisor/secrets';
import { type Servers, startServers } from './supervisor/servers';
import { keepRunning, type Service, type Watching } from './supervisor/service';
import { listenForStop } from './supervisor/stop-request';
import { assertFree, untilReady } from './supervisor/urls';
import { runToEnd, watchSources } from './supervisor/watch';

const READY_WITHIN_MS = 120_000;
const API_GRACE_MS = 20_000;
const WORKER_GRACE_MS = 30_000;
/** Accepting goes before processing where both share a machine: messages of one conversation then meet in one task (performance.md section 4). */
const WORKER_NICENESS = 19;

/** npm start: the servers that nobody brought, api and worker, until told to stop. */
async function main(): Promise<void> {
  const startedAt = Date.now();
  const config = loadSupervisorConfig();
  await takeDataDir(config.dataDir);
  const stop = listenForStop(say, () => void killAll(config.dataDir));
  const started: Service[] = [];
  const phase = async <T>(work: Promise<T>): Promise<T> => {
    const result = await work;
    stop.signal.throwIfAborted();
    return result;
  };
  let ready = false;
  const watching: Watching = {
    say,
    // Once it has run, a part that fails is tried for ever; before, a start that cannot succeed is given up.
    onHopeless: (name, reason) => ready || stop.request(`${name} does not start (${reason})`, 1),
  };
  try {
    const live = process.argv.includes('--watch');
    if (live) await phase(buildForDevelopment());
    const env = await phase(environment(config));
    await phase(assertFree(config.host, config.port, 'PORT'));
    await phase(assertFree('127.0.0.1', config.metricsPort, 'METRICS_PORT'));
    const servers = await startServers(config, watching, started);
    stop.signal.throwIfAborted();
    await startServices(config, { ...env, ...environmentOf(servers) }, watching, started);
    if (live) restartOnChange(started.filter(({ name }) => name === 'api' || name === 'worker'));
    const problem = await phase(untilReady(localUrl(config), READY_WITHIN_MS, stop.signal));
    ready = problem === undefined;
    announce(config, servers, problem, Date.now() - startedAt);
    await aborted(stop.signal);
  } catch (error) {
    if (!stop.signal.aborted)
      stop.request(error instanceof Error ? error.message : String(error), 1);
  } finally {
    await stopAll(started);
    await forgetProcess(config.dataDir, 'supervisor');
    say('stopped');
    process.disconnect?.();
  }
}

/** The last first: api, worker, then the servers that they need, these two at once. */
async function stopAll(started: readonly Service[]): Promise<void> {
  const stop = async (service: Service) => {
    say(`stopping ${service.name} …`);
    await service.stop();
  };
  const isServer = ({ name }: Service) => name === 'temporal' || name === 'mongod';
  for (const service of started.filter((one) => !isServer(one)).reverse()) await stop(service);
  await Promise.all(started.filter(isServer).map(stop));
}

/** Somebody does not want to wait. The stopping that is under way sees them gone. */
async function killAll(dataDir: string): Promise<void> {
  say('killing');
  await Promise.all(
    ['api', 'worker', 'temporal', 'mongod'].map((name) => endRecorded(dataDir, name, 0)),
  );
}

/** Ends left-overs of a start that was killed; refuses while another start runs. */
async function takeDataDir(dataDir: string): Promise<void> {
  const other = await findRecorded(dataDir, 'supervisor');
  if (other) {
    throw new Error(
      `Another Parley (process ${other.pid}) runs on ${dataDir}. Stop it, or set PARLEY_DATA_DIR to another directory.`,
    );
  }
  await recordProcess(dataDir, 'supervisor', process.pid);
  await Promise.all([endRecorded(dataDir, 'api', 5_000), endRecorded(dataDir, 'worker', 5_000)]);
}

/** Secrets are made up only where a server is ours: a shared one has seen others. */
async function environment(config: SupervisorConfig): Promise<Record<string, string | undefined>> {
  const { dataDir, adminToken, secrets } = config;
  const external = config.temporal.address !== undefined && config.mongodbUri !== undefined;
  const missing = [
    ...(adminToken ? [] : ['PARLEY_ADMIN_TOKEN: is required because both servers are given']),
    ...(secrets ? [] : ['PARLEY_SECRET: is required because both servers are given']),
  ];
  if (external && missing.length > 0) throw new ConfigError(missing);
  return {
    ...process.env,
    PARLEY_DATA_DIR: dataDir,
    PARLEY_CONFIG: config.configFile,
    PARLEY_ADMIN_TOKEN: adminToken ?? (await secretIn(dataDir, 'admin-token')),
    PARLEY_SECRET: secrets?.join(',') ?? (await secretIn(dataDir, 'secret')),
    PARLEY_EMBEDDED: config.temporal.address ? 'off' : 'on',
    // One port of this machine, for `npm run demo`, unless somebody has said what may be reached.
    PARLEY_ALLOWED_PRIVATE_HOSTS:
      process.env['PARLEY_ALLOWED_PRIVATE_HOSTS'] ?? (external ? '' : PRETENDED_TWILIO.host),
  };
}

function environmentOf({
  temporalAddress,
  temporalUiUrl,
  mongodbUri,
}: Servers): Record<string, string> {
  return {
    TEMPORAL_ADDRESS: temporalAddress,
    MONGODB_URI: mongodbUri,
    ...(temporalUiUrl ? { EMBEDDED_TEMPORAL_UI_PORT: new URL(temporalUiUrl).port } : {}),
  };
}

async function startServices(
  { dataDir }: SupervisorConfig,
  env: Record<string, string | undefined>,
  watching: Watching,
  started: Service[],
): Promise<void> {
  const service = async (
    name: string,
    entry: string,
    options: { niceness?: number; graceMs: number },
  ) => {
    const start = () => startNodeProcess({ name, args: nodeArgs(entry), env, dataDir, ...options });
    started.push(await keepRunning({ name, start, ...watching }));
  };
  await service('worker', 'workers/main', { niceness: WORKER_NICENESS, graceMs: WORKER_GRACE_MS });
  await service('api', 'api/server', { graceMs: API_GRACE_MS });
}

/** Compiled when this file is, else from the sources. */
function nodeArgs(entry: string): string[] {
  const compiled = __filename.endsWith('.js');
  const root = repositoryRoot();
  return compiled
    ? [path.join(root, 'dist', `${entry}.js`)]
    : ['--import', 'tsx', path.join(root, `${entry}.ts`)];
}

async function buildForDevelopment(): Promise<void> {
  const built = (await buildBundle()) && (await buildWeb());
  if (!built) throw new Error('The build failed.');
}
const buildBundle = () =>
  runToEnd(process.execPath, nodeArgs('workers/build-bundle'), repositoryRoot());
const buildWeb = () => runToEnd('npm', ['run', '--silent', 'build:web'], repositoryRoot());

function restartOnChange(services: readonly Service[]): void {
  const server = [
    'domain',
    'workflows',
    'bots',
    'activities',
    'connectors',
    'api',
    'workers',
    'infra',
  ];
  watchSources(repositoryRoot(), [...server, 'web'], async (changed) => {
    if (changed.has('web')) await buildWeb();
    if (!server.some((folder) => changed.has(folder))) return;
    say(`${[...changed].join(', ')} changed`);
    if (await buildBundle()) await Promise.all(services.map((service) => service.restart()));
  });
}

function announce(
  config: SupervisorConfig,
  servers: Servers,
  problem: string | undefined,
  tookMs: number,
): void {
  const { publicUrl, dataDir } = config;
  const took = `${(tookMs / 1000).toFixed(1)} s`;
  say(
    problem === undefined
      ? `ready after ${took}`
      : `not ready after ${took}, still trying: ${problem}`,
  );
  const lines = [
    ['Webchat demo', `${publicUrl}/webchat/web/demo`],
    ['Desk, board', `${publicUrl}/desk, ${publicUrl}/board`],
    ['API docs', `${publicUrl}/docs`],
    ...(servers.temporalUiUrl ? [['Temporal UI', servers.temporalUiUrl]] : []),
    ['Admin token', config.adminToken ? 'PARLEY_ADMIN_TOKEN' : path.join(dataDir, 'admin-token')],
    ['Stop', 'Ctrl-C'],
  ];
  console.log(`\n${lines.map(([name, value]) => `  ${name?.padEnd(14)} ${value}`).join('\n')}\n`);
}

function localUrl({ host, port }: SupervisorConfig): string {
  const name = host === '0.0.0.0' || host === '::' ? '127.0.0.1' : host;
  return `http://${name.includes(':') ? `[${name}]` : name}:${port}`;
}

function say(text: string): void {
  console.log(`parley: ${text}`);
}

main().catch((error: unknown) => {
  say(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
  process.disconnect?.();
});
