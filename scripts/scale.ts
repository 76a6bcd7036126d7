import { readdir, readFile, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { repositoryRoot } from '../workers/bundle';
import { type BenchResults, inputsFrom } from './scale/inputs';
import { needOf } from './scale/model';
import { inputsTable, scaleTable } from './scale/table';

const MESSAGES_A_DAY = [1e5, 1e6, 1e7, 1e8, 1e9] as const;

/** npm run docs:scale: recomputes the tables of docs/scale.md from the newest results in bench/results/. */
async function main(): Promise<void> {
  const { file, results } = await newestResults(path.join(repositoryRoot(), 'bench', 'results'));
  const inputs = inputsFrom(results);
  const values = Object.fromEntries(inputs.map(({ key, value }) => [key, value])) as never;
  const page = path.join(repositoryRoot(), 'docs', 'scale.md');
  const parts = {
    inputs: inputsTable(inputs),
    table: scaleTable(MESSAGES_A_DAY.map((messages) => needOf(messages, values))),
  };
  let text = await readFile(page, 'utf8');
  for (const [name, part] of Object.entries(parts)) {
    const place = new RegExp(`(<!-- ${name} -->\n)[^]*?(<!-- /${name} -->)`);
    if (!place.test(text)) throw new Error(`${page} has no place <!-- ${name} -->.`);
    text = text.replace(place, (_whole, before, after) => `${before}\n${part}\n\n${after}`);
  }
  await writeFile(page, text);
  console.log(
    `docs/scale.md: from ${file ?? 'starting values alone: bench/results holds nothing'}`,
  );
}

/** The one that was written last; those from before that was noted, by their date. */
async function newestResults(
  folder: string,
): Promise<{ readonly file: string | null; readonly results: BenchResults | null }> {
  const names = await readdir(folder).catch(() => [] as string[]);
  const all = await Promise.all(
    names
      .filter((name) => name.endsWith('.json'))
      .map(async (file) => ({
        file,
        results: JSON.parse(await readFile(path.join(folder, file), 'utf8')) as BenchResults,
      })),
  );
  const written = ({ results: { at, date } }: (typeof all)[number]) => at ?? date;
  return (
    all.sort((a, b) => written(a).localeCompare(written(b))).at(-1) ?? { file: null, results: null }
  );
}

main().catch((error: unknown) => {
  console.error(error);
  process.exitCode = 1;
});
