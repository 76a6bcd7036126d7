import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import type { History } from '@temporalio/common/lib/proto-utils';
import { historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { Command } from 'commander';
import { bundleFile, readBundle, repositoryRoot } from '../workers/bundle';

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
      [defaultFolder()],
    )
    .action(async (paths: readonly string[]) => {
      const files = (await Promise.all(paths.map(jsonFiles))).flat().sort();
      if (files.length === 0) throw new Error(`There are no histories in ${paths.join(', ')}.`);
      process.exitCode = (await replay(files)) ? 0 : 1;
    });
  await command.parseAsync([...argv]);
}

async function replay(files: readonly string[]): Promise<boolean> {
  Runtime.install({ logger: new DefaultLogger('WARN') }); // what is told of each history stands below
  const workflowBundle = await readBundle(bundleFile());
  let failed = 0;
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle },
    histories(files),
  )) {
    if (error) failed += 1;
    process.stdout.write(
      error ? `FAILED  ${workflowId}: ${error.message}\n` : `ok      ${workflowId}\n`,
    );
  }
  process.stdout.write(
    `${files.length - failed} of ${files.length} histories replay on build ${workflowBundle.buildId}.\n`,
  );
  return failed === 0;
}

async function* histories(
  files: readonly string[],
): AsyncGenerator<{ workflowId: string; history: History }> {
  for (const file of files)
    yield {
      workflowId: path.basename(file, '.json'),
      history: historyFromJSON(JSON.parse(await readFile(file, 'utf8'))),
    };
}

async function jsonFiles(given: string): Promise<readonly string[]> {
  if (given.endsWith('.json')) return [given];
  const names = await readdir(given, { recursive: true });
  return names.filter((name) => name.endsWith('.json')).map((name) => path.join(given, name));
}

function defaultFolder(): string {
  return path.join(repositoryRoot(), 'test', 'replay', 'histories');
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
