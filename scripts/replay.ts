import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { Command } from 'commander';
import { bundleFile, readBundle } from '../workers/bundle';
import { historyFiles, readableHistories, recordedFolder } from './histories';

/**
 * Replays recorded histories against the current workflow bundle: a change that would break a conversation on the way fails here.
 * Exits 1 when one does, or when there is nothing to replay.
 */
async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('npm run replay --')
    .description('Replay recorded histories against the current workflow code.')
    .argument(
      '[paths...]',
      'history files (JSON, as the Temporal Web UI or CLI exports them) or folders of them',
      [recordedFolder()],
    )
    .action(async (paths: readonly string[]) => {
      process.exitCode = (await replay(await historyFiles(paths))) ? 0 : 1;
    });
  await command.parseAsync([...argv]);
}

async function replay(files: readonly string[]): Promise<boolean> {
  Runtime.install({ logger: new DefaultLogger('WARN') }); // what is told of each history stands below
  const workflowBundle = await readBundle(bundleFile());
  let replayed = 0;
  let failed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle },
    readableHistories(files),
  )) {
    replayed += 1;
    if (error) failed += 1;
    process.stdout.write(
      error ? `FAILED  ${workflowId}: ${error.message}\n` : `ok      ${workflowId}\n`,
    );
  }
  process.stdout.write(
    `${replayed - failed} of ${replayed} histories replay on build ${workflowBundle.buildId}.\n`,
  );
  return failed === 0;
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
