import { readFile } from 'node:fs/promises';
import { collectDefaultMetrics, Registry } from 'prom-client';
import { connectorOf, PROVIDERS } from '../connectors';
import { readActivity } from '../connectors/bots/bot-framework';
import type { AnyConnector } from '../connectors/connector';
import { directLineSecretFits, identifierFits } from '../connectors/webchat';
import { createBotCredentials } from '../infra/bot-credentials';
import { type Config, configurationVariables } from '../infra/config';
import {
  applyConfiguration,
  ConfigurationFileError,
  readConfigurationFile,
} from '../infra/configuration-file';
import { createCustomerRuns } from '../infra/customer-runs';
import { createErasureList } from '../infra/erasure-list';
import { withLogFields } from '../infra/log-fields';
import type { Logger } from '../infra/logger';
import { createMediaLinks } from '../infra/media-links';
import { createStores } from '../infra/mongo/stores';
import { createOutgoing } from '../infra/outgoing';
import { createPayloadCodec, dataConverterOf } from '../infra/payload-codec';
import { aborted, runService, stopRequested } from '../infra/process';
import { repeatErasures } from '../infra/repeat-erasures';
import type { Stores } from '../infra/stores';
import { connectTemporal } from '../infra/temporal-client';
import { tracingOf } from '../infra/tracing/start';
import { tracedClient } from '../infra/tracing/temporal-client';
import { authenticatorOf, createApp } from './app';
import { createCodecApp, originsOf } from './codec/codec-app';
import { type CheckerDeps, createConfigurationChecker } from './configuration/checker';
import { fileRules } from './configuration/file-rules';
import { listen } from './listen';
import { createMetricsApp } from './metrics/app';
import { registerLiveFigures } from './metrics/live-figures';
import { createStartJob } from './privacy/start-job';
import { createConfigurationNews } from './routing/configuration-news';
import { createRoutingDesk } from './routing/desk';

/** Requests that are being answered when the process is told to stop have this long; the supervisor waits twice as long. */
const DRAIN_MS = 10_000;

/** The api process: until it is asked to end. What it opened it closes, the last first, also when it cannot start. */
async function main(config: Config, logger: Logger): Promise<void> {
  const stop = stopRequested();
  const closing: (() => Promise<void>)[] = [];
  try {
    await serve(config, logger, stop, closing);
    await aborted(stop); // open streams hear it as well, and end
  } finally {
    for (const close of closing.reverse()) await close();
    logger.info('closed');
  }
}

/** Opens what the API needs and listens; each thing opened is added to `closing`. */
async function serve(
  config: Config,
  logger: Logger,
  stopping: AbortSignal,
  closing: (() => Promise<void>)[],
): Promise<void> {
  const metrics = new Registry();
  collectDefaultMetrics({ register: metrics });
  const outgoing = createOutgoing(config);
  const connectors = new Map(PROVIDERS.flatMap(({ id }) => named(id)));
  const stores = await createStores({ ...config, connectorFacts: connectorOf, logger });
  closing.push(() => stores.close());
  const dataConverter = dataConverterOf(config, stores.dataKeys);
  const tracing = tracingOf(config, 'api');
  if (tracing) closing.push(() => tracing.close());
  const { client: temporal, connection } = await connectTemporal(config.temporal, {
    dataConverter,
    interceptors: tracedClient(tracing),
  });
  closing.push(() => connection.close());
  const startJob = createStartJob({ temporal, stores });
  await repeatErasures({
    ...stores,
    list: createErasureList(config.erasureList),
    runs: createCustomerRuns(temporal, stores.dataKeys),
    startErasure: (customerId) => startJob('ERASE', customerId),
    logger,
  });
  await configure(config, stores, { connectors, outgoing }, logger);
  const desk = createRoutingDesk(temporal);
  await createConfigurationNews(desk, logger).tell();

  const now = () => new Date();
  registerLiveFigures(metrics, { stores, temporal, desk, now });
  const inside = createMetricsApp(metrics);
  if (config.payloadEncryption)
    inside.route(
      '/codec',
      createCodecApp({
        codec: createPayloadCodec(stores.dataKeys),
        authenticator: authenticatorOf({ stores, config, outgoing, now }),
        uiOrigins: originsOf(config.temporalUiUrl),
        logger,
      }),
    );
  const metricsServer = await listen(inside, {
    host: config.metricsHost,
    port: config.metricsPort,
  });
  closing.push(() => metricsServer.close(0));
  const mediaLinks = createMediaLinks(config);
  const app = createApp({
    stores,
    temporal,
    connectors,
    providers: PROVIDERS,
    identifierFits,
    directLineSecretFits,
    mediaLinkOf: mediaLinks.linkOf,
    isMediaLink: mediaLinks.isValid,
    botReplies: { grantOf: createBotCredentials(config).read, read: readActivity },
    outgoing,
    config,
    logger,
    withLogFields,
    tracing,
    metrics,
    now,
    stopping,
  });
  const server = await listen(app, config);
  closing.push(() => server.close(DRAIN_MS));
  logger.info({ port: server.port }, 'listening');
}

function named(providerId: string): [string, AnyConnector][] {
  const connector = connectorOf(providerId);
  return connector ? [[providerId, connector]] : [];
}

/** Makes the stored configuration hold what parley.yaml names. Without the file there is nothing to make. */
async function configure(
  { configFile }: Config,
  stores: Stores,
  deps: CheckerDeps,
  logger: Logger,
): Promise<void> {
  const text = await readFile(configFile, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code !== 'ENOENT') throw error;
    logger.warn('there is no configuration file (PARLEY_CONFIG)');
    return null;
  });
  if (text === null) return;
  const rules = fileRules({
    ...deps,
    checker: createConfigurationChecker(deps),
    audit: stores.audit,
  });
  const sections = readConfigurationFile(configFile, text, configurationVariables());
  const { created, replaced, unchanged } = await applyConfiguration(
    configFile,
    sections,
    stores.config,
    rules,
  );
  logger.info(
    { count: created + replaced },
    `configuration applied: ${created} created, ${replaced} replaced, ${unchanged} as they were`,
  );
}

if (require.main === module) {
  runService('api', (config, logger) =>
    main(config, logger).catch((error: unknown) => {
      // Every fault on a line of its own, for whoever wrote the file.
      if (error instanceof ConfigurationFileError) process.stderr.write(`${error.message}\n`);
      throw error;
    }),
  );
}
