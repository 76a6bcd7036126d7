import { mkdir, writeFile } from 'node:fs/promises';
import { cpus } from 'node:os';
import path from 'node:path';
import { Command, InvalidArgumentError } from 'commander';
import { repositoryRoot } from '../workers/bundle';
import { FAULTS } from './faults';
import type { Fault } from './faults/fault';
import { type Crew, hireCrew } from './load/crew';
import { LONG, SHORT, type Size } from './load/scene';
import { playFault, type Result, skipped, told } from './play';
import { commit, keepEvidence } from './report/evidence';
import { markdownOf, summaryOf, totalsOf } from './report/table';
import { recordVersion } from './report/version-record';
import { AGENTS_LONG, AGENTS_SHORT } from './stage/configuration';
import { type StageOptions, startStage } from './stage/stage';

interface Options {
  readonly only?: string;
  readonly seed: number;
  readonly messages?: number;
  readonly long: boolean;
  readonly record?: string;
  readonly list: boolean;
}

/** `npm run test:chaos`: breaks Parley in every way that it has to survive, and proves that it did. */
async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('npm run test:chaos --')
    .description(
      'Breaks a Parley of its own, with servers and databases of its own, and checks what is left. Exit code 1: something was lost, doubled, reordered, stuck or worse; its evidence is kept in one folder.',
    )
    .option('--only <ids>', 'comma-separated faults, such as F1,F7')
    .option('--seed <n>', 'of everything random', number, 1 + Math.floor(Math.random() * 1_000_000))
    .option('--messages <n>', 'acknowledged messages of each fault', number)
    .option('--long', 'the long form: 200 conversations, 5 channels, 20 agents', false)
    .option(
      '--record <version>',
      'with F20: record what this version leaves behind in test/fixtures/versions (once per release)',
    )
    .option('--list', 'name the faults and do nothing', false)
    .action((options: Options) => (options.list ? list() : run(options)));
  await command.parseAsync([...argv]);
}

function list(): void {
  for (const { id, what, everyTest } of FAULTS)
    say(`${id.padEnd(4)} ${what}${everyTest ? '  (in every npm test)' : ''}`);
}

async function run({ only, seed, messages, long, record }: Options): Promise<void> {
  const wanted = only?.toUpperCase().split(',');
  const unknown = wanted?.filter((id) => !FAULTS.some((fault) => fault.id === id)) ?? [];
  if (unknown.length > 0) throw new Error(`There is no fault ${unknown.join(', ')}; see --list.`);
  const faults = FAULTS.filter(({ id }) => wanted?.includes(id) ?? true);
  const form = long ? LONG : SHORT;
  const size: Size = { ...form, messages: messages ?? form.messages };
  say(`seed ${seed}; ${faults.length} faults, ${size.messages} messages each`);
  const results = await playAll(faults, { seed, size, long, record });
  await report(results);
  if (results.some(({ verdict }) => verdict === 'failed')) process.exitCode = 1;
}

interface Playing {
  readonly seed: number;
  readonly size: Size;
  readonly long: boolean;
  readonly record: string | undefined;
}

/** On one stage, one after the other; those that need another have it after that. */
async function playAll(faults: typeof FAULTS, options: Playing): Promise<readonly Result[]> {
  const results: Result[] = [];
  const possible: Fault[] = [];
  for (const fault of faults) {
    const why = (await fault.missing?.()) ?? null;
    if (why === null) possible.push(fault);
    else results.push(skipped(fault, options.seed, why));
  }
  const together = possible.filter(({ stage }) => stage === undefined);
  if (together.length > 0) results.push(...(await playOn({}, together, options)));
  for (const fault of possible)
    if (fault.stage) results.push(...(await playOn(fault.stage, [fault], options)));
  const place = ({ fault }: Result) => faults.findIndex(({ id }) => id === fault.id);
  return results.sort((a, b) => place(a) - place(b));
}

async function playOn(
  stageOptions: StageOptions,
  faults: readonly Fault[],
  options: Playing,
): Promise<readonly Result[]> {
  const stage = await startStage({ say: (text) => say(`  ${text}`), ...stageOptions });
  const forget = endOnSignal(() => stage.stop());
  let crew: Crew | undefined;
  const results: Result[] = [];
  try {
    crew = await hireCrew(stage, options.long ? AGENTS_LONG : AGENTS_SHORT);
    for (const fault of faults) {
      say(`\n${fault.id} ${fault.what} …`);
      const result = await playFault({ stage, crew }, fault, options);
      if (result.verdict === 'failed') say(`evidence: ${await keepEvidence(stage, result)}`);
      say(told(result));
      if (options.record && fault.id === 'F20' && result.verdict === 'passed')
        await recordVersion(stage, result, versionFolder(options.record));
      // What the checker saw of a good run is of no use any more, and long.
      results.push({ ...result, record: null });
    }
    return results;
  } finally {
    forget();
    await crew?.close();
    await stage.stop();
  }
}

async function report(results: readonly Result[]): Promise<void> {
  const folder = path.resolve(process.env['PARLEY_DATA_DIR'] ?? '.parley', 'chaos-results');
  await mkdir(folder, { recursive: true });
  const at = new Date().toISOString();
  const about = { commit: await commit(), machine: machine(), at };
  const file = path.join(folder, at.replaceAll(/[:.]/g, '-'));
  const markdown = markdownOf(results, about);
  await writeFile(`${file}.md`, markdown);
  await writeFile(
    `${file}.json`,
    `${JSON.stringify({ ...about, results: summaryOf(results) }, null, 2)}\n`,
  );
  say(`\n${markdown}\n${file}.md, .json\n${totalsOf(results)}`);
}

/** Servers would outlive us: they are in process groups of their own. */
function endOnSignal(end: () => Promise<void>): () => void {
  const onSignal = () => {
    say('stopping …');
    void end().finally(() => process.exit(130));
  };
  for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, onSignal);
  return () => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.off(name, onSignal);
  };
}

function versionFolder(version: string): string {
  return path.join(repositoryRoot(), 'test', 'fixtures', 'versions', version);
}

function machine(): string {
  return `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}`;
}

function number(text: string): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < 1)
    throw new InvalidArgumentError('a whole number, please');
  return value;
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

main(process.argv)
  .catch((error: unknown) => {
    process.stderr.write(
      `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  })
  // Node 20 may go round for ever while it closes sockets that were reset before they were connected.
  .finally(() => process.exit());
