import { readdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { type History, historyFromJSON } from '@temporalio/common/lib/proto-utils';
import { repositoryRoot } from '../workers/bundle';
import { whyUnreadable } from './unreadable';

/** A history to replay. It names no workflow id itself: the file's name stands for it. */
export interface RecordedHistory {
  readonly workflowId: string;
  readonly history: History;
}

/** Recorded ones of every released version, every scenario and every bot example. */
export function recordedFolder(): string {
  return path.join(repositoryRoot(), 'test', 'replay', 'histories');
}

/** Files ending in `.json` as they are, folders searched to the bottom. Throws when there is none. */
export async function historyFiles(given: readonly string[]): Promise<readonly string[]> {
  const files = (await Promise.all(given.map(jsonFiles))).flat().sort();
  if (files.length === 0) throw new Error(`There are no histories in ${given.join(', ')}.`);
  return files;
}

/** JSON as the Temporal Web UI or CLI exports it. Throws naming the file when it is something else. */
export async function readHistory(file: string): Promise<RecordedHistory> {
  try {
    const history = historyFromJSON(JSON.parse(await readFile(file, 'utf8')));
    if (!history.events?.length) throw new Error('it has no events');
    return { workflowId: path.basename(file, '.json'), history };
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`${file} is no history: ${why}`, { cause });
  }
}

const WHY = {
  erased: 'its customer was erased',
  sealed: 'its payloads are sealed: export it decoded (docs/upgrade.md)',
} as const;

/** The histories that can be replayed, one after the other; of others it is said by name, on stderr. Throws when that is all of them. */
export async function* readableHistories(
  files: readonly string[],
): AsyncGenerator<RecordedHistory> {
  let read = 0;
  for (const file of files) {
    const recorded = await readHistory(file);
    const why = whyUnreadable(recorded.history);
    if (why) process.stderr.write(`skipped ${recorded.workflowId}: ${WHY[why]}\n`);
    else {
      read += 1;
      yield recorded;
    }
  }
  if (read === 0) throw new Error('None of these histories can be replayed.');
}

async function jsonFiles(given: string): Promise<readonly string[]> {
  if (given.endsWith('.json')) return [given];
  const names = await readdir(given, { recursive: true });
  return names.filter((name) => name.endsWith('.json')).map((name) => path.join(given, name));
}
