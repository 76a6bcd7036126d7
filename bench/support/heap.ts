import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../../workers/bundle';
import { until } from './api';

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
  const bytes = await until(() => readFile(file, 'utf8').catch(() => null));
  await rm(file);
  return Number(bytes);
}
