import { existsSync } from 'node:fs';
import path from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { Command, CommanderError } from 'commander';
import { loadSupervisorConfig } from '../infra/config';
import { type Bundle, bundleFile, readBundle } from '../workers/bundle';
import { keptBundles } from '../workers/kept-bundles';
import { historyFiles, type RecordedHistory, readableHistories } from './histories';
import { compare } from './would-change/compare';
import { recordedOf } from './would-change/recorded';
import { replay } from './would-change/replayed';
import { type Compared, reportOf } from './would-change/report';

interface Options {
  readonly candidate: string;
  readonly ran?: string;
  readonly bundles: string;
  readonly json: boolean;
}

/** Nothing differs, something does, it could not be found out. */
const EXIT = { same: 0, differs: 1, failed: 2 } as const;

/** Says of recorded histories which decisions a candidate would take otherwise than the code that ran (docs/upgrade.md). */
async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('npm run would-change --')
    .exitOverride()
    .description(
      `Lists decisions of recorded histories that the candidate would take otherwise than the code that ran.
Exits 0 when none differs, 1 when one does or a history cannot go on with the candidate, 2 when it could not be found out.`,
    )
    .argument(
      '<histories...>',
      'history files (JSON, as the Temporal Web UI or CLI exports them) or folders of them',
    )
    .option('--candidate <bundle>', 'the workflow bundle in question', bundleFile())
    .option('--ran <bundle>', 'the bundle that ran, where it is not among the kept ones')
    .option(
      '--bundles <folder>',
      'kept bundles, by the build id that a history names',
      keptFolder(),
    )
    .option('--json', 'print JSON', false)
    .action(async (given: readonly string[], options: Options) => {
      Runtime.install({
        logger: new DefaultLogger('ERROR'), // what is told of each history stands in the report
        telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
      });
      const candidate = await readBundle(options.candidate);
      const all: Compared[] = [];
      for await (const recorded of readableHistories(await historyFiles(given)))
        all.push(await lookAt(recorded, candidate, options));
      const text = options.json ? JSON.stringify(all, null, 2) : reportOf(all, candidate.buildId);
      process.stdout.write(`${text}\n`);
      process.exitCode = all.every(({ verdict }) => verdict === 'same') ? EXIT.same : EXIT.differs;
    });
  await command.parseAsync([...argv]);
}

async function lookAt(
  given: RecordedHistory,
  candidate: Bundle,
  options: Options,
): Promise<Compared> {
  const recorded = recordedOf(given.history);
  const bundle = await bundleThatRan(recorded.buildId, options);
  const ran = bundle && (await replay(bundle, given, recorded));
  if (ran && ran.broken !== null && options.ran !== undefined)
    throw new Error(`${options.ran} did not run ${given.workflowId}: ${ran.broken}`);
  const comparison = compare(recorded, await replay(candidate, given, recorded), ran);
  const against = ran && ran.broken === null ? 'the code that ran' : 'the history';
  return { name: given.workflowId, against, ...comparison };
}

async function bundleThatRan(buildId: string | null, options: Options): Promise<Bundle | null> {
  if (options.ran !== undefined) return readBundle(options.ran);
  const kept = keptBundles(options.bundles);
  if (buildId === null || !existsSync(options.bundles)) return null;
  return (await kept.list('')).includes(buildId) ? kept.read(buildId) : null;
}

function keptFolder(): string {
  return path.join(loadSupervisorConfig().dataDir, 'bundles');
}

main(process.argv).catch((error: unknown) => {
  if (error instanceof CommanderError) {
    process.exitCode = error.exitCode === 0 ? 0 : EXIT.failed; // it has said why
    return;
  }
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = EXIT.failed;
});
