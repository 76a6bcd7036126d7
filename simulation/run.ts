import path from 'node:path';
import { DefaultLogger, makeTelemetryFilterString, Runtime } from '@temporalio/worker';
import { Command, InvalidArgumentError } from 'commander';
import { repositoryRoot } from '../workers/bundle';
import { Centre } from './centre';
import { Day, staffOf } from './day';
import { type Figures, figuresOf, occupancyOf } from './figures';
import { readScenario, type Scenario } from './scenario';

const DEFAULT = path.join(repositoryRoot(), 'simulation', 'scenarios', 'weekday.yaml');

/** The closest that two acts of the plan rely on. */
const TOO_SLOW_SECONDS = 2;

interface Arguments {
  readonly seed: number;
  readonly staff?: readonly number[];
  readonly json: boolean;
}

/** What one run of a scenario came to. */
interface Outcome {
  readonly scenario: string;
  readonly seed: number;
  readonly agents: number;
  readonly figures: readonly Figures[];
  readonly occupancy: number | null;
  /** Seconds by which virtual time was ahead of the plan at worst. */
  readonly ahead: number;
}

async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('npm run simulate --')
    .description(
      "Runs a day of a contact centre through the product's own workflows in virtual time: what would the waits be with these agents?",
    )
    .argument('[scenario]', 'a scenario file (docs/simulation.md)', DEFAULT)
    .option('--seed <n>', 'the same seed gives the same day', whole, 1)
    .option('--staff <n,…>', 'once for each number of agents in the first shift', wholes)
    .option('--json', 'print the figures as JSON', false)
    .action(async (file: string, options: Arguments) => {
      const scenario = await readScenario(file);
      Runtime.install({
        logger: new DefaultLogger('ERROR'),
        shutdownSignals: [],
        telemetryOptions: { logging: { filter: makeTelemetryFilterString({ core: 'ERROR' }) } },
      });
      const outcomes: Outcome[] = [];
      for (const count of options.staff ?? [undefined])
        outcomes.push(await simulate(withStaff(scenario, count), options.seed));
      process.stdout.write(
        options.json ? `${JSON.stringify(outcomes, null, 2)}\n` : outcomes.map(text).join('\n'),
      );
    });
  await command.parseAsync([...argv]);
}

async function simulate(scenario: Scenario, seed: number): Promise<Outcome> {
  const staff = staffOf(scenario);
  const centre = await Centre.open(scenario, staff, process.env['TEMPORAL_TEST_SERVER_PATH']);
  try {
    const begun = Date.now();
    const day = new Day(centre, scenario, staff, seed, await centre.now());
    const visits = await day.runs((at, customers) => {
      process.stderr.write(`  ${clock(at)}  ${customers} customers so far\n`);
    });
    process.stderr.write(
      `  ${scenario.name} with ${staff.length} agents: ${((Date.now() - begun) / 1000).toFixed(0)} s\n`,
    );
    return {
      ...{ scenario: scenario.name, seed, agents: staff.length },
      figures: figuresOf(scenario, visits),
      occupancy: occupancyOf(scenario, staff, visits),
      ahead: day.ahead,
    };
  } finally {
    await centre.close();
  }
}

function withStaff(scenario: Scenario, count: number | undefined): Scenario {
  if (count === undefined) return scenario;
  const shifts = scenario.shifts.map((shift, n) => (n === 0 ? { ...shift, count } : shift));
  return { ...scenario, shifts };
}

function text({ scenario, seed, agents, figures, occupancy, ahead }: Outcome): string {
  const share = (value: number | null) => (value === null ? '-' : `${(value * 100).toFixed(1)} %`);
  const seconds = (value: number | null) => (value === null ? '-' : `${value.toFixed(0)} s`);
  const head = [
    'queue',
    'offered',
    'answered',
    'abandoned',
    'in time',
    'mean',
    '90 %',
    'longest',
    'missed',
  ];
  const rows = figures.map((it) => [
    ...[it.queue, String(it.offered), String(it.answered), String(it.abandoned)],
    ...[share(it.serviceLevel), seconds(it.averageWait), seconds(it.p90Wait)],
    ...[seconds(it.longestWait), String(it.missedOffers)],
  ]);
  const widths = head.map((_, n) => Math.max(...[head, ...rows].map((row) => row[n]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row
      .map((cell, n) => (n === 0 ? cell.padEnd(widths[n] ?? 0) : cell.padStart(widths[n] ?? 0)))
      .join('  ');
  return `${scenario}, ${agents} agents, seed ${seed}, occupancy ${share(occupancy)}\n${[head, ...rows].map(line).join('\n')}\n${ahead > TOO_SLOW_SECONDS ? `This machine was too slow: virtual time was ${ahead.toFixed(0)} s ahead of the plan, so another run may differ.\n` : ''}`;
}

function clock(at: number): string {
  const two = (value: number) => String(Math.floor(value)).padStart(2, '0');
  return `${two(at / 3600)}:${two((at % 3600) / 60)}`;
}

function whole(given: string): number {
  if (!/^\d{1,9}$/.test(given)) throw new InvalidArgumentError('a whole number is wanted.');
  return Number(given);
}
function wholes(given: string): readonly number[] {
  return given.split(',').map(whole);
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : String(error)}\n`);
  process.exitCode = 1;
});
