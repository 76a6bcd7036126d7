import { Command } from 'commander';
import { acceptedPerSecond } from './accepted-per-second';
import { acknowledgedPost, firstMessage } from './acknowledged-post';
import { capacity } from './capacity';
import { catchUp, webhookBudget } from './catch-up';
import { coldReplay } from './cold-replay';
import { cpuPerMessage } from './cpu-per-message';
import { longConversation, manyOpen } from './growth';
import { largeArchive } from './large-archive';
import { lateReplay } from './late-replay';
import { lateness } from './lateness';
import { openStreams } from './open-streams';
import { pages } from './pages';
import { payloadCodec } from './payload-codec';
import { plainRoute } from './plain-route';
import { routingDomain } from './routing-domain';
import { streamLatency } from './stream-latency';
import { Api } from './support/api';
import { startInstance } from './support/instance';
import { watchMachine } from './support/machine';
import { type Measured, told, verdictOf } from './support/measured';
import { rowsOf, textTable } from './support/report';
import { keep } from './support/results-file';
import type { Benchmark, Options } from './support/stage';
import { wholeConversation } from './whole-conversation';
import { workerMemory } from './worker-memory';

/** In the order in which they are taken: what leaves many conversations open or much archived comes late. */
const BENCHMARKS: Readonly<Record<string, Benchmark>> = {
  P1: acknowledgedPost,
  P3: firstMessage,
  P14: streamLatency,
  P21: plainRoute,
  P24: webhookBudget,
  'accepted/s': acceptedPerSecond,
  P5: wholeConversation,
  capacity,
  P9: cpuPerMessage,
  P11: workerMemory,
  P15: openStreams,
  P16: coldReplay,
  P17: lateReplay,
  P22: payloadCodec,
  P23: catchUp,
  routing: routingDomain,
  lateness,
  P19: longConversation,
  P18: manyOpen,
  P20: largeArchive,
  pages,
};

/** Measured together with another. */
const ALIASES: Readonly<Record<string, string>> = {
  P2: 'P1',
  P4: 'accepted/s',
  P10: 'P9',
  P12: 'P23',
};

interface Arguments extends Options {
  readonly only?: string;
  readonly json: boolean;
  readonly write: boolean;
  readonly minutes?: string;
}

/** Share of `--minutes` after which what is left is measured quickly. */
const IN_FULL = 2 / 3;

async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('npm run bench --')
    .description(
      'Measures Parley against its floors on this machine, with servers and databases of its own. Exit code 1: a gate failed.',
    )
    .option('--only <ids>', `comma-separated, of: ${Object.keys(BENCHMARKS).join(', ')}`)
    .option('--quick', 'fewer and shorter blocks: a look, no verdict', false)
    .option('--long', 'also what takes long: 100,000 messages, 1,000,000 conversations', false)
    .option('--minutes <n>', 'in full for two thirds of this time, then quickly')
    .option('--json', 'print the results as JSON as well', false)
    .option('--write', 'keep them: bench/results/<date>-<commit>.json and bench/RESULTS.md', false)
    .action(async (options: Arguments) => {
      const ids = [...new Set(options.only?.split(',').map((id) => ALIASES[id] ?? id))];
      const unknown = ids.filter((id) => !(id in BENCHMARKS));
      if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}.`);
      const machine = watchMachine();
      const results = await measure(
        ids.length > 0 ? ids : Object.keys(BENCHMARKS),
        options,
        async (some) => {
          if (options.write) await keep(some, machine(), Object.keys(BENCHMARKS));
        },
      );
      process.stdout.write(textTable(rowsOf(results)));
      if (options.json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
      if (results.some((result) => !result.quick && verdictOf(result) === 'FAILED'))
        process.exitCode = 1;
    });
  await command.parseAsync([...argv]);
}

/** Each with servers of its own: what one leaves behind must not slow the next. One that breaks is told as not measured. */
async function measure(
  ids: readonly string[],
  options: Arguments,
  after: (results: readonly Measured[]) => Promise<void>,
): Promise<readonly Measured[]> {
  const results: Measured[] = [];
  const quickFrom = options.minutes
    ? Date.now() + Number(options.minutes) * 60_000 * IN_FULL
    : Infinity;
  for (const id of ids) {
    const quick = options.quick || Date.now() > quickFrom;
    process.stdout.write(`measuring ${id}${quick ? ' quickly' : ''} …\n`);
    try {
      const measured = await measureOne(id, { ...options, quick });
      results.push(...measured.map((result) => ({ ...result, benchmark: id, quick })));
    } catch (error) {
      process.stderr.write(`${id}: ${error instanceof Error ? error.stack : String(error)}\n`);
      const reason = String(error).slice(0, 120);
      results.push({
        ...told(id, 'not measured', reason, Number.NaN),
        ...{ benchmark: id, quick, gate: { at: 0, better: 'more' } },
      });
    }
    await after(results);
  }
  return results;
}

async function measureOne(id: string, options: Options): Promise<readonly Measured[]> {
  const instance = await startInstance();
  try {
    const api = new Api(instance);
    const connector = await api.tokenFor('connector', 'bench');
    return (await BENCHMARKS[id]?.({ instance, api, connector }, options)) ?? [];
  } finally {
    await instance.stop();
  }
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
