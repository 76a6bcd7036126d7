import { execFile } from 'node:child_process';
import { copyFile, mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { promisify } from 'node:util';
import { type History, historyToJSON } from '@temporalio/common/lib/proto-utils';
import { withTemporal } from '../load/collect';
import type { Result } from '../play';
import type { Stage } from '../stage/stage';

/** Histories that are kept: of what went wrong first. */
const HISTORIES = 50;

/**
 * One folder of a run that failed: seed and commit, what was acknowledged, the archive and everything else that the checker saw, the
 * histories as JSON, the logs of each process, and the command that plays it again. Answers its path.
 */
export async function keepEvidence(stage: Stage, result: Result): Promise<string> {
  const { fault, seed, record, anomalies, complaints } = result;
  const folder = path.join(
    path.dirname(stage.dataDir),
    'chaos-evidence',
    `${fault.id}-${seed}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}`,
  );
  await mkdir(path.join(folder, 'histories'), { recursive: true });
  const json = (name: string, value: unknown) =>
    writeFile(path.join(folder, name), `${JSON.stringify(value, null, 2)}\n`);
  const again = `npm run test:chaos -- --only ${fault.id} --seed ${seed}`;
  await json('run.json', { fault, seed, commit: await commit(), again, complaints });
  await writeFile(path.join(folder, 'repeat.sh'), `${again}\n`);
  await json('anomalies.json', anomalies);
  await json('archive.json', record?.conversations ?? []);
  await json('record.json', record === null ? null : { ...record, conversations: undefined });
  const acked = record?.attempts.map((attempt) => JSON.stringify(attempt)).join('\n') ?? '';
  await writeFile(path.join(folder, 'acked.ndjson'), `${acked}\n`);
  for (const file of stage.logFiles())
    await copyFile(file, path.join(folder, path.basename(file))).catch(() => undefined); // never written
  await keepHistories(stage, result, folder).catch((error: unknown) =>
    json('histories/missing.json', String(error)),
  );
  return folder;
}

async function keepHistories(stage: Stage, { record }: Result, folder: string): Promise<void> {
  await withTemporal(stage, async (client) => {
    for (const { workflowId, runId } of record?.runs.slice(0, HISTORIES) ?? []) {
      const history = await client.workflow.getHandle(workflowId, runId).fetchHistory();
      const name = `${workflowId}-${runId}`.replaceAll(/[^\w-]/g, '_');
      await writeFile(
        path.join(folder, 'histories', `${name}.json`),
        historyToJSON(history as History),
      );
    }
  });
}

/** Of the checkout; null without one. */
export async function commit(): Promise<string | null> {
  try {
    const { stdout } = await promisify(execFile)('git', ['rev-parse', 'HEAD']);
    return stdout.trim();
  } catch {
    return null; // no checkout
  }
}
