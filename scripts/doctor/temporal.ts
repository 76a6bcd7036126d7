import { setTimeout as sleep } from 'node:timers/promises';
import type { Client, Connection } from '@temporalio/client';
import type { TemporalConfig } from '../../infra/config';
import { SEARCH_ATTRIBUTE_TYPES } from '../../infra/search-attributes';
import { connectTemporal } from '../../infra/temporal-client';
import { countOpen, DEPLOYMENT_NAME } from '../../workers/deployment';
import type { KeptBundles } from '../../workers/kept-bundles';
import { type Finding, fail, ok, reasonOf, skipped, warn } from './finding';

const PATIENCE_MS = 8_000;

export interface TemporalCheckDeps {
  readonly config: TemporalConfig;
  readonly kept: Pick<KeptBundles, 'list'>;
  /** Of the bundle that a worker would start with; null where nothing was built. */
  readonly buildId: string | null;
}

/** Reachable, namespace, search attributes, versions. Changes nothing. */
export async function checkTemporal({
  config,
  kept,
  buildId,
}: TemporalCheckDeps): Promise<Finding[]> {
  const patience = sleep(PATIENCE_MS, null, { ref: false });
  const connected = await Promise.race([
    connectTemporal(config).catch((error: unknown) => reasonOf(error)),
    patience,
  ]);
  if (connected === null || typeof connected === 'string')
    return [fail('temporal', connected ?? `no answer from ${config.address}`)];
  const { client, connection } = connected;
  try {
    const { serverVersion } = await connection.workflowService.getSystemInfo({});
    return [
      ok('temporal', `${config.address}, server ${serverVersion}`),
      ...(await namespaceFindings(connection, config.namespace)),
      await searchAttributeFinding(connection, config.namespace),
      ...(await versionFindings(client, kept, buildId)),
      skipped(
        'maxInFlightUpdates',
        'a server does not tell it: set history.maxInFlightUpdates to some hundreds (docs/operations.md)',
      ),
    ];
  } finally {
    await connection.close();
  }
}

async function namespaceFindings(connection: Connection, namespace: string): Promise<Finding[]> {
  try {
    const { config } = await connection.workflowService.describeNamespace({ namespace });
    const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
    return [ok('namespace', `${namespace}, histories kept for ${days} days`)];
  } catch (error) {
    return [fail('namespace', `${namespace}: ${reasonOf(error)}`)];
  }
}

async function searchAttributeFinding(connection: Connection, namespace: string): Promise<Finding> {
  try {
    const { customAttributes } = await connection.operatorService.listSearchAttributes({
      namespace,
    });
    const missing = Object.keys(SEARCH_ATTRIBUTE_TYPES).filter(
      (name) => !(name in (customAttributes ?? {})),
    );
    if (missing.length === 0) return ok('search attributes', 'all there');
    return warn('search attributes', `missing until a worker starts: ${missing.join(', ')}`);
  } catch (error) {
    return skipped('search attributes', reasonOf(error));
  }
}

/** Open conversations on versions that nobody serves wait for ever. */
async function versionFindings(
  client: Client,
  kept: Pick<KeptBundles, 'list'>,
  buildId: string | null,
): Promise<Finding[]> {
  const described = await client.workflowService
    .describeWorkerDeployment({
      namespace: client.options.namespace,
      deploymentName: DEPLOYMENT_NAME,
    })
    .catch(() => null);
  const info = described?.workerDeploymentInfo;
  if (!info) return [skipped('versions', 'no worker has ever started here')];
  const current = info.routingConfig?.currentDeploymentVersion?.buildId ?? 'none';
  const known = new Set([...(await kept.list('')), current, buildId]);
  const others = (info.versionSummaries ?? [])
    .map(({ deploymentVersion }) => deploymentVersion?.buildId ?? '')
    .filter((id) => id !== '' && !known.has(id));
  const stranded: string[] = [];
  for (const id of others) {
    const open = await countOpen(client, id);
    if (open > 0) stranded.push(`${id} (${open} open)`);
  }
  const findings = [
    buildId === null || buildId === current
      ? ok('versions', `current is ${current}`)
      : warn('versions', `current is ${current}, the build here is ${buildId}`),
  ];
  if (stranded.length > 0)
    findings.push(
      warn('old versions', `not kept here: ${stranded.join(', ')}; does a worker of theirs run?`),
    );
  return findings;
}
