import { mkdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../../workers/bundle';
import type { Machine } from './machine';
import type { Measured } from './measured';
import { markdown } from './report';

interface Kept {
  readonly date: string;
  /** ISO UTC: when it was written last. */
  readonly at: string;
  readonly machine: Machine;
  readonly results: readonly Measured[];
}

/**
 * Keeps what was measured in `bench/results/<date>-<commit>.json` and `bench/RESULTS.md`, beside what the same commit was measured to be
 * earlier that day: a run may be made in parts, and one that is broken off keeps what it has. `order`: of
 * benchmarks in the table.
 */
export async function keep(
  measured: readonly Measured[],
  machine: Machine,
  order: readonly string[],
): Promise<void> {
  const date = new Date().toISOString().slice(0, 10);
  const folder = path.join(repositoryRoot(), 'bench', 'results');
  await mkdir(folder, { recursive: true });
  const file = path.join(folder, `${date}-${machine.commit}.json`);
  const earlier = await read(file);
  const now = new Set(measured.map(({ benchmark }) => benchmark));
  const place = ({ benchmark = '' }: Measured) => order.indexOf(benchmark);
  const results = [...earlier.filter(({ benchmark }) => !now.has(benchmark)), ...measured].sort(
    (a, b) => place(a) - place(b),
  );
  const kept: Kept = { date, at: new Date().toISOString(), machine, results };
  await writeFile(file, `${JSON.stringify(kept, null, 2)}\n`);
  await writeFile(
    path.join(repositoryRoot(), 'bench', 'RESULTS.md'),
    markdown(results, machine, date),
  );
}

/** JSON has no NaN: a figure that could not be had is null there. */
async function read(file: string): Promise<readonly Measured[]> {
  const text = await readFile(file, 'utf8').catch(() => null);
  if (text === null) return [];
  const { results } = JSON.parse(text) as Kept;
  return results.map((result) => ({
    ...result,
    value: result.value ?? Number.NaN,
    interval: result.interval?.includes(null as never) ? null : result.interval,
  }));
}

/** The ratio of each line's ratio to that of an older results file: what changed on the way, floors and machine left out. */
export async function compared(results: readonly Measured[], file: string): Promise<string> {
  const older = new Map((await read(path.resolve(file))).map(({ id, value }) => [id, value]));
  if (older.size === 0) throw new Error(`There are no results in ${file}.`);
  const lines = results.flatMap(({ id, value }) => {
    const before = older.get(id);
    if (before === undefined || Number.isNaN(before) || Number.isNaN(value)) return [];
    return [
      `${id}: ${(value / before).toFixed(2)} x (${before.toFixed(2)} -> ${value.toFixed(2)})`,
    ];
  });
  return `\nBeside ${file}:\n${lines.join('\n')}\n`;
}
