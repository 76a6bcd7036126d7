import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { cpus, loadavg, totalmem } from 'node:os';
import { repositoryRoot } from '../../workers/bundle';

/** What the figures were taken on, and what else it did meanwhile. */
export interface Machine {
  readonly cpu: string;
  readonly cores: number;
  readonly memoryGiB: number;
  readonly node: string;
  readonly commit: string;
  /** Processes that wanted to run, one minute's mean, before the first block. */
  readonly loadBefore: number;
  /** Share of processor time that the host gave to others; null where the system does not tell (Linux does). */
  readonly steal: number | null;
}

/** @returns what tells of the machine from now on until it is called */
export function watchMachine(): () => Machine {
  const loadBefore = loadavg()[0] ?? Number.NaN;
  const steal = watchSteal();
  return () => ({
    cpu: cpus()[0]?.model.trim() ?? 'unknown',
    cores: cpus().length,
    memoryGiB: Math.round(totalmem() / 2 ** 30),
    node: process.version,
    commit: commit(),
    loadBefore: Math.round(loadBefore * 100) / 100,
    steal: steal() ?? null,
  });
}

/** @returns the share of processor time that the host gave to others, from now on until it is called; undefined where nobody tells */
export function watchSteal(): () => number | undefined {
  const before = processorTime();
  return () => {
    const after = processorTime();
    if (!before || !after || after.all === before.all) return undefined;
    return Math.round(((after.steal - before.steal) / (after.all - before.all)) * 1e4) / 1e4;
  };
}

/** The first line of /proc/stat: user, nice, system, idle, iowait, irq, softirq, steal, … */
function processorTime(): { readonly all: number; readonly steal: number } | null {
  try {
    const [line = ''] = readFileSync('/proc/stat', 'utf8').split('\n');
    const times = line.split(/\s+/).slice(1, 9).map(Number);
    return { all: times.reduce((a, b) => a + b, 0), steal: times[7] ?? 0 };
  } catch {
    return null;
  }
}

function commit(): string {
  try {
    const arguments_ = ['rev-parse', '--short', 'HEAD'];
    return execFileSync('git', arguments_, { cwd: repositoryRoot(), encoding: 'utf8' }).trim();
  } catch {
    return 'unknown'; // not a clone
  }
}
