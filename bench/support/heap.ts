import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { repositoryRoot } from '../../workers/bundle';

/** A heap of some hundred MB on a busy machine. */
const PATIENCE_MS = 60_000;
const LOOK_MS = 50;

/** The environment of processes whose heap is asked for (bench/floors/heap-probe.ts). */
export function heapProbe(): Readonly<Record<string, string>> {
  const probe = path.join(repositoryRoot(), 'dist', 'bench', 'floors', 'heap-probe.js');
  return { NODE_OPTIONS: `--require ${probe}` };
}

/** Bytes of heap that a process with the probe has in use after a collection, all of its threads together. */
export async function heapBytesOf(pid: number | undefined, dir: string): Promise<number> {
  if (!pid) throw new Error('the process whose heap is asked for does not run');
  const file = path.join(dir, `heap-${pid}`);
  process.kill(pid, 'SIGUSR2');
  for (let waited = 0; waited < PATIENCE_MS; waited += LOOK_MS) {
    await sleep(LOOK_MS);
    const bytes = await readFile(file, 'utf8').catch(() => null);
    if (bytes === null) continue;
    await rm(file);
    return Number(bytes);
  }
  throw new Error(`process ${pid} did not tell its heap`);
}
