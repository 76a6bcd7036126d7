import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { NativeConnection } from '@temporalio/worker';
import { createStartJob } from '../api/privacy/start-job';
import { connectorOf } from '../connectors';
import type { Config } from '../infra/config';
import { createCustomerRuns } from '../infra/customer-runs';
import { freePort } from '../infra/embedded/free-port';
import { createErasureList } from '../infra/erasure-list';
import type { Logger } from '../infra/logger';
import { createStores } from '../infra/mongo/stores';
import { dataConverterOf } from '../infra/payload-codec';
import { aborted, runService, stopRequested } from '../infra/process';
import { repeatErasures } from '../infra/repeat-erasures';
import { scheduleRetention } from '../infra/retention-schedule';
import { ensureSearchAttributes } from '../infra/search-attributes';
import { connectTemporal, connectTo, temporalConnectionOptions } from '../infra/temporal-client';
import { tracingOf } from '../infra/tracing/start';
import { tracedClient } from '../infra/tracing/temporal-client';
import { parleyActivities } from './activities';
import { activityLogs } from './activity-logs';
import { type Bundle, bundleFile, readBundle } from './bundle';
import { countOpen, promote } from './deployment';
import { keepHealthFile } from './health-file';
import { runHookRegistrationService } from './hook-registration-service';
import { keptBundles, lookAfterKept } from './kept-bundles';
import { runMailboxService } from './mailbox-service';
import { activityFigures } from './metrics/activities';
import { serveWorkerMetrics } from './metrics/service';
import { createWorkerGroup, type WorkerGroup } from './run-worker';
import { installRuntime } from './runtime';
import { pinnedQueues, type QueueOptions, queuesOf } from './task-queues';
import { tracedActivities, tracingSinks } from './tracing';
import { runWebhookService } from './webhook-service';

const LOOK_AFTER_KEPT_EVERY_MS = 60_000;
const TEMPORAL_PATIENCE_MS = 5000;

/** The worker process: until it is asked to end. `sdkMetricsPort`: where the SDK shows its figures, on loopback. */
async function main(config: Config, logger: Logger, sdkMetricsPort: number): Promise<void> {
  const stop = stopRequested();
  const { address, namespace } = config.temporal;
  const bundle = await readBundle(bundleFile());
  const connection = await connectTo(address, async () =>
    NativeConnection.connect(await temporalConnectionOptions(config.temporal)),
  );
  const stores = await createStores({ ...config, connectorFacts: connectorOf, logger });
  const dataConverter = dataConverterOf(config, stores.dataKeys);
  const tracing = tracingOf(config, 'worker');
  const { client, connection: clientConnection } = await connectTemporal(config.temporal, {
    dataConverter,
    interceptors: tracedClient(tracing),
  });
  const providerOf = async (channelId: string) => {
    const found = await stores.config.channel(channelId).catch(() => null);
    return found?.connector.providerId ?? 'unknown';
  };
  await ensureSearchAttributes(clientConnection, namespace).catch((err: unknown) =>
    logger.warn(
      { err, namespace },
      'search attributes could not be registered; make them with the tools of your Temporal',
    ),
  );
  const startJob = createStartJob({ temporal: client, stores });
  await repeatErasures({
    ...stores,
    list: createErasureList(config.erasureList),
    runs: createCustomerRuns(client, stores.dataKeys),
    startErasure: (customerId) => startJob('ERASE', customerId),
    logger,
  });
  const metrics = await serveWorkerMetrics(config, sdkMetricsPort, logger);
  const { counters } = metrics;
  const activities = parleyActivities(config, { client, stores, logger, counters, tracing });
  const group = createWorkerGroup({
    ...{ connection, namespace, dataConverter, sinks: tracingSinks(tracing) },
    callStacks: config.workerCallStacks,
    interceptors: {
      activity: [
        activityLogs(),
        ...tracedActivities(tracing),
        activityFigures({ counters, providerOf }),
      ],
    },
  });
  void aborted(stop).then(() => group.stopAll()); // failures of the drain arrive at group.ended

  const over = new AbortController();
  const until = AbortSignal.any([stop, over.signal]);
  const webhooks = runWebhookService(config, stores, logger, until);
  const mailboxes = runMailboxService({ config, stores, temporal: client, logger }, until);
  const registrations = runHookRegistrationService(config, stores, logger, until);
  let health: Promise<void> | undefined;
  try {
    for (const queue of queuesOf(activities, config))
      await group.start(queue.taskQueue, queue, bundle);
    await promote(client, bundle.buildId, config.embedded ? 'always' : 'ifNewer', stop);
    logger.info({ buildId: bundle.buildId }, 'worker is polling');
    await scheduleRetention(client).catch((err: unknown) =>
      logger.warn(
        { err },
        'retention is not scheduled: what is older than its channel allows stays',
      ),
    );
    // Workers stay as they are while their server is lost.
    const isWell = async () => group.isPolling() && (await answers(client));
    if (config.workerHealthFile)
      health = keepHealthFile({ file: config.workerHealthFile, isWell, logger }, until);
    const queues = pinnedQueues(activities, config);
    const keeping = serveKept({ config, logger, group, client, bundle, queues, stop });
    await group.ended;
    await keeping;
    logger.info('worker has drained');
  } finally {
    await group.stopAll();
    over.abort();
    await webhooks;
    await mailboxes;
    await registrations;
    await health;
    await metrics.close();
    await tracing?.close();
    await stores.close();
    await clientConnection.close();
    await connection.close();
  }
}

/** Throws while Temporal does not answer. */
async function answers({ connection }: Client): Promise<boolean> {
  const ask = () => connection.workflowService.getSystemInfo({});
  await connection.withDeadline(Date.now() + TEMPORAL_PATIENCE_MS, ask);
  return true;
}

interface Keeping {
  readonly config: Config;
  readonly logger: Logger;
  readonly group: WorkerGroup;
  readonly client: Client;
  readonly bundle: Bundle;
  readonly queues: readonly QueueOptions[];
  readonly stop: AbortSignal;
}

/**
 * An edited bot strands nobody: earlier versions are served from the data directory for as long as they are needed. Where that is
 * nothing lasting, workers of the old version have to stay until it has drained.
 */
async function serveKept({
  config,
  logger,
  group,
  client,
  bundle,
  queues,
  stop,
}: Keeping): Promise<void> {
  const kept = keptBundles(path.join(config.dataDir, 'bundles'));
  await kept.keep(bundle).catch((err: unknown) => {
    logger.warn({ err }, 'this version is not kept for its open conversations: no place to write');
  });
  let emptyLooks: ReadonlyMap<string, number> = new Map();
  while (!stop.aborted) {
    try {
      emptyLooks = await lookAfterKept(
        {
          kept,
          current: bundle.buildId,
          countOpen: (buildId) => countOpen(client, buildId),
          dismiss: async (buildId) => {
            for (const { taskQueue } of queues) await group.stop(keyOf(buildId, taskQueue));
          },
          async serve(buildId) {
            const waiting = queues.filter(({ taskQueue }) => !group.has(keyOf(buildId, taskQueue)));
            if (waiting.length === 0) return;
            const old = await kept.read(buildId);
            for (const queue of waiting)
              await group.start(keyOf(buildId, queue.taskQueue), queue, old);
            logger.info({ buildId }, 'an earlier version is served for its open conversations');
          },
        },
        emptyLooks,
      );
    } catch (err) {
      logger.warn({ err }, 'kept versions could not be looked after; the next look follows');
    }
    await sleep(LOOK_AFTER_KEPT_EVERY_MS, undefined, { signal: stop }).catch(() => undefined); // woken to end
  }
}

function keyOf(buildId: string, taskQueue: string): string {
  return `${buildId} ${taskQueue}`;
}

if (require.main === module) {
  runService('worker', async (config, logger) => {
    const sdkMetricsPort = await freePort(0);
    installRuntime(logger, sdkMetricsPort);
    await main(config, logger, sdkMetricsPort);
  });
}
