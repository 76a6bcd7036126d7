import { readFileSync } from 'node:fs';
import path from 'node:path';
import { Command } from 'commander';
import { ConfigError, loadSupervisorConfig, type SupervisorConfig } from '../infra/config';
import { findRecorded } from '../infra/embedded/process-record';
import { scrub } from '../infra/logger';
import { createOutgoing } from '../infra/outgoing';
import { bundleFile, readBundle, repositoryRoot } from '../workers/bundle';
import { keptBundles } from '../workers/kept-bundles';
import { checkConnectors, readConnectors } from './doctor/connectors';
import { asTable, type Finding, fail, ok, reasonOf, skipped } from './doctor/finding';
import { checkMachine } from './doctor/machine';
import { checkMongodb } from './doctor/mongodb';
import { checkPublicUrl } from './doctor/reach';
import { checkDefaults, checkSecrets } from './doctor/secrets';
import { checkTemporal } from './doctor/temporal';

const ABOUT = [
  'Looks at what Parley needs and says what is amiss: Node, binaries, ports, disk, secrets, Temporal (namespace, search attributes,',
  'versions), MongoDB (replica set, indexes, clock), the outside address, and whether providers know their credentials. It reads the',
  'same environment as Parley, changes nothing, and ends with 1 when something must be mended.',
].join(' ');

interface Options {
  readonly json?: boolean;
  readonly offline?: boolean;
}

async function main(): Promise<void> {
  const { json, offline } = new Command('npm run doctor --')
    .description(ABOUT)
    .option('--json', 'print the findings as JSON')
    .option('--offline', 'ask no provider and not the outside address')
    .parse()
    .opts<Options>();
  const findings = (await examine(offline ?? false)).map((finding) => ({
    ...finding,
    detail: finding.check.startsWith('connector') ? scrub(finding.detail) : finding.detail,
  }));
  console.log(json ? JSON.stringify(findings, null, 2) : asTable(findings));
  process.exitCode = findings.some(({ state }) => state === 'fail') ? 1 : 0;
}

async function examine(offline: boolean): Promise<Finding[]> {
  let config: SupervisorConfig;
  try {
    config = loadSupervisorConfig();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems.map((problem) => fail('environment', problem));
  }
  const { engines } = JSON.parse(readFileSync(path.join(repositoryRoot(), 'package.json'), 'utf8'));
  return [
    ok('environment', 'it validates'),
    ...(await checkMachine(config, engines.node)),
    ...checkSecrets(config.adminToken, config.secrets),
    ...configurationFile(config),
    ...(await temporalFindings(config)),
    ...(await mongodbFindings(config, offline)),
    ...(offline ? [] : await checkPublicUrl(config.publicUrl, fetch)),
  ];
}

function configurationFile({ configFile, publicUrl }: SupervisorConfig): Finding[] {
  try {
    return checkDefaults(readFileSync(configFile, 'utf8'), process.env, publicUrl);
  } catch {
    return [skipped('parley.yaml', `${configFile} is not there`)];
  }
}

/** Embedded servers are there while Parley runs. */
async function isAway({ dataDir }: SupervisorConfig, name: string): Promise<boolean> {
  return (await findRecorded(dataDir, name)) === undefined;
}

async function temporalFindings(config: SupervisorConfig): Promise<Finding[]> {
  const { temporal, embeddedServers, dataDir } = config;
  if (!temporal.address && (await isAway(config, 'temporal')))
    return [skipped('temporal', 'embedded; it runs while Parley does')];
  const address = temporal.address ?? `127.0.0.1:${embeddedServers.temporalPort}`;
  const bundle = await readBundle(bundleFile()).catch(() => null);
  const kept = keptBundles(path.join(dataDir, 'bundles'));
  const buildId = bundle?.buildId ?? null;
  return checkTemporal({ config: { ...temporal, address }, kept, buildId });
}

async function mongodbFindings(config: SupervisorConfig, offline: boolean): Promise<Finding[]> {
  const { mongodbUri, embeddedServers, allowedPrivateHosts } = config;
  if (!mongodbUri && (await isAway(config, 'mongod')))
    return [skipped('mongodb', 'embedded; it runs while Parley does')];
  const local = `mongodb://127.0.0.1:${embeddedServers.mongodbPort}/parley?directConnection=true`;
  const uri = mongodbUri ?? local;
  const database = /^[^/]+\/\/[^/]+\/([^?]+)/.exec(uri)?.[1] ?? 'parley';
  const findings = await checkMongodb(uri, database, mongodbUri === undefined);
  if (offline || findings.some(({ state }) => state === 'fail')) return findings;
  const secrets = config.secrets ?? secretOf(config);
  if (!secrets?.[0])
    return [...findings, skipped('connectors', 'no PARLEY_SECRET to read them with')];
  try {
    const connectors = await readConnectors(uri, database, [secrets[0], ...secrets.slice(1)]);
    const get = createOutgoing({ allowedPrivateHosts }).fetch({
      timeoutMs: 5_000,
      maxRedirects: 0,
    });
    return [...findings, ...(await checkConnectors(connectors, get))];
  } catch (error) {
    return [
      ...findings,
      fail('connectors', `cannot be read with this PARLEY_SECRET: ${reasonOf(error)}`),
    ];
  }
}

/** Made at the first start. */
function secretOf({ dataDir }: SupervisorConfig): string[] | null {
  try {
    return [readFileSync(path.join(dataDir, 'secret'), 'utf8').trim()];
  } catch {
    return null;
  }
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
