import type { SupervisorConfig } from '../../infra/config';
import { startMongod } from '../../infra/embedded/mongod';
import type { ServerProcess } from '../../infra/embedded/server-process';
import { type EmbeddedTemporal, startTemporal } from '../../infra/embedded/temporal';
import { keepRunning, type Run, type Service, type Watching } from './service';

/** Where the servers are, ours or others'. */
export interface Servers {
  readonly temporalAddress: string;
  readonly temporalUiUrl?: string;
  readonly mongodbUri: string;
}

/**
 * Start what the configuration does not name, and add it to `started` as soon as it runs. A server that dies comes back on
 * the same port. Throws when one cannot start, after the other has started or failed.
 */
export async function startServers(
  config: SupervisorConfig,
  watching: Watching,
  started: Service[],
): Promise<Servers> {
  const [temporal, mongod] = await Promise.allSettled([
    config.temporal.address ? undefined : embeddedTemporal(config, watching),
    config.mongodbUri ? undefined : embeddedMongod(config, watching),
  ]);
  for (const server of [temporal, mongod]) {
    if (server.status === 'fulfilled' && server.value) started.push(server.value.service);
  }
  if (temporal.status === 'rejected') throw temporal.reason;
  if (mongod.status === 'rejected') throw mongod.reason;
  return {
    temporalAddress: config.temporal.address ?? temporal.value?.server.address ?? '',
    temporalUiUrl: temporal.value?.server.uiUrl,
    mongodbUri: config.mongodbUri ?? mongod.value?.server.uri ?? '',
  };
}

async function embeddedTemporal(config: SupervisorConfig, watching: Watching) {
  const { temporalPath, temporalPort, temporalUiPort, durability } = config.embeddedServers;
  const start = (port: number, uiPort: number) =>
    startTemporal({
      ...{ binary: temporalPath, dataDir: config.dataDir, namespace: config.temporal.namespace },
      ...{ port, uiPort, durability },
      ...(config.payloadEncryption
        ? { uiCodecEndpoint: `http://127.0.0.1:${config.metricsPort}/codec` }
        : {}),
    });
  const server = await start(temporalPort, temporalUiPort);
  const uiPort = Number(new URL(server.uiUrl).port);
  const again = async () => samePort(await start(server.port, uiPort), server.port);
  const service = await keepRunning({
    name: 'temporal',
    start: again,
    first: asRun(server),
    ...watching,
  });
  return { server, service };
}

async function embeddedMongod(config: SupervisorConfig, watching: Watching) {
  const options = { binary: config.embeddedServers.mongodPath, dataDir: config.dataDir };
  const server = await startMongod({ ...options, port: config.embeddedServers.mongodbPort });
  const again = async () =>
    samePort(await startMongod({ ...options, port: server.port }), server.port);
  const service = await keepRunning({
    name: 'mongod',
    start: again,
    first: asRun(server),
    ...watching,
  });
  return { server, service };
}

/** The children know the first address. */
async function samePort(
  server: ServerProcess & Pick<EmbeddedTemporal, 'port'>,
  port: number,
): Promise<Run> {
  if (server.port === port) return asRun(server);
  await server.stop();
  throw new Error(`port ${port} is taken`);
}

function asRun(server: ServerProcess): Run {
  return { exited: server.exited, stop: () => server.stop() };
}
