import { Command } from 'commander';
import { BENCHMARKS, benchmarkOf, type Entry } from './catalogue';
import { Api, pause } from './support/api';
import { startInstance } from './support/instance';
import { watchMachine } from './support/machine';
import { type Measured, notMeasured, verdictOf } from './support/measured';
import { rowsOf, textTable } from './support/report';
import { compared, keep } from './support/results-file';
import { Schedule } from './support/schedule';
import type { Options } from './support/stage';

interface Arguments extends Options {
  readonly only?: string;
  readonly json: boolean;
  readonly write: boolean;
  readonly minutes?: string;
  readonly compare?: string;
}

/** A benchmark that takes so many times as long as it should is given up: those after it are to be measured. */
const PATIENCE = 6;

async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('npm run bench --')
    .description(
      'Measures Parley against its floors on this machine, with servers and databases of its own. Exit code 1: a gate failed.',
    )
    .option('--only <ids>', `comma-separated, of: ${Object.keys(BENCHMARKS).join(', ')}`)
    .option('--quick', 'fewer and shorter blocks: a look, no verdict', false)
    .option('--long', 'also what takes long: 100,000 messages, 10,000 open conversations', false)
    .option('--minutes <n>', 'as many in full as this time has room for, the rest quickly')
    .option('--compare <file>', 'the ratio of each ratio to the one in an older results file')
    .option('--json', 'print the results as JSON as well', false)
    .option('--write', 'keep them: bench/results/<date>-<commit>.json and bench/RESULTS.md', false)
    .action(async (options: Arguments) => {
      const ids = [...new Set(options.only?.split(',').map(benchmarkOf))];
      const machine = watchMachine();
      const results = await measure(
        ids.length > 0 ? ids : Object.keys(BENCHMARKS),
        options,
        async (some) => {
          if (options.write) await keep(some, machine(), Object.keys(BENCHMARKS));
        },
      );
      process.stdout.write(textTable(rowsOf(results)));
      if (options.compare) process.stdout.write(await compared(results, options.compare));
      if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
      // A benchmark that was given up may hold a connection open.
      process.exit(results.some((result) => verdictOf(result) === 'FAILED') ? 1 : 0);
    });
  await command.parseAsync([...argv]);
}

/** Each with servers of its own: what one leaves behind must not slow the next. */
async function measure(
  ids: readonly string[],
  options: Arguments,
  after: (results: readonly Measured[]) => Promise<void>,
): Promise<readonly Measured[]> {
  const results: Measured[] = [];
  const entries = ids.map((id) => BENCHMARKS[id] as Entry); // the caller has looked them up
  const schedule = new Schedule(options.minutes ? Number(options.minutes) * 60 : Infinity);
  for (const [n, entry] of entries.entries()) {
    const id = ids[n] ?? '';
    const rest = entries.slice(n + 1).map(({ seconds }) => seconds);
    const quick = options.quick || schedule.mustBeQuick(entry.seconds, rest);
    process.stdout.write(`measuring ${id}${quick ? ' quickly' : ''} …\n`);
    const measured = await measureOne(id, entry, { ...options, quick });
    results.push(...measured.map((result) => ({ ...result, benchmark: id, quick })));
    schedule.done(quick ? entry.seconds.quick : entry.seconds.full);
    await after(results);
  }
  return results;
}

/** One that breaks is told as not measured, with the reason; servers that do not start are tried once more. */
async function measureOne(
  id: string,
  { take, seconds, pairs = [id], env }: Entry,
  options: Options,
): Promise<readonly Measured[]> {
  let reason = '';
  try {
    const start = () => startInstance(env ? { env } : {});
    const instance = await start().catch(start);
    try {
      const api = new Api(instance);
      const connector = await api.tokenFor('connector', 'bench');
      const most = PATIENCE * (options.long ? 10 : 1) * seconds.full;
      return await Promise.race([take({ instance, api, connector }, options), givenUp(most)]);
    } finally {
      await instance.stop().catch((error: unknown) => process.stderr.write(`${String(error)}\n`));
    }
  } catch (error) {
    process.stderr.write(`${id}: ${error instanceof Error ? error.stack : String(error)}\n`);
    [reason = ''] = (error instanceof Error ? error.message : String(error)).split('\n');
  }
  return pairs.map((pair) => notMeasured(pair, reason));
}

async function givenUp(seconds: number): Promise<never> {
  await pause(seconds * 1000);
  throw new Error(`given up after ${seconds} s`);
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
