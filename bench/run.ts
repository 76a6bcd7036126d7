import { cpus, loadavg } from 'node:os';
import { Command } from 'commander';
import { acceptedPerSecond } from './accepted-per-second';
import { acknowledgedPost } from './acknowledged-post';
import { lateness } from './lateness';
import { routingDomain } from './routing-domain';
import { type Instance, startInstance } from './support/instance';
import type { Measured } from './support/measured';

const BENCHMARKS: Readonly<
  Record<
    string,
    (instance: Instance, token: string, options: { readonly quick: boolean }) => Promise<Measured[]>
  >
> = {
  P1: acknowledgedPost,
  'accepted/s': acceptedPerSecond,
  routing: routingDomain,
  lateness,
};

async function main(argv: readonly string[]): Promise<void> {
  const command = new Command('npm run bench --')
    .description(
      'Measures Parley against its floors on this machine, with servers and databases of its own. Exit code 1: a gate failed.',
    )
    .option('--only <ids>', `comma-separated, of: ${Object.keys(BENCHMARKS).join(', ')}`)
    .option('--quick', 'fewer blocks, no verdict', false)
    .option('--json', 'print the results as JSON as well', false)
    .action(async ({ only, quick, json }: { only?: string; quick: boolean; json: boolean }) => {
      const ids = only?.split(',') ?? Object.keys(BENCHMARKS);
      const unknown = ids.filter((id) => !(id in BENCHMARKS));
      if (unknown.length > 0) throw new Error(`There is no benchmark ${unknown.join(', ')}.`);
      const results = await measure(ids, quick);
      print(results, quick);
      if (json) process.stdout.write(`${JSON.stringify(results, null, 2)}\n`);
      if (!quick && results.some(failed)) process.exitCode = 1;
    });
  await command.parseAsync([...argv]);
}

async function measure(ids: readonly string[], quick: boolean): Promise<readonly Measured[]> {
  process.stdout.write(
    `${cpus().length} x ${cpus()[0]?.model ?? 'unknown'}, load ${loadavg()[0]?.toFixed(2)}. Starting servers …\n`,
  );
  const instance = await startInstance();
  try {
    const token = await connectorToken(instance);
    const results: Measured[] = [];
    for (const id of ids) {
      process.stdout.write(`measuring ${id} …\n`);
      results.push(...((await BENCHMARKS[id]?.(instance, token, { quick })) ?? []));
    }
    return results;
  } finally {
    await instance.stop();
  }
}

async function connectorToken({ url, adminToken }: Instance): Promise<string> {
  const answer = await fetch(`${url}/v1/tokens`, {
    method: 'POST',
    headers: { authorization: `Bearer ${adminToken}`, 'content-type': 'application/json' },
    body: JSON.stringify({ role: 'connector', subject: 'bench', channelIds: ['bench'] }),
  });
  if (!answer.ok) throw new Error(`no token: ${answer.status} ${await answer.text()}`);
  return ((await answer.json()) as { token: string }).token;
}

/** A gate fails only when the whole interval lies beyond it (performance.md section 1). */
function failed({ value, interval, gate }: Measured): boolean {
  if (!gate) return false;
  const [low, high] = interval ?? [value, value];
  return gate.better === 'less' ? low > gate.at : high < gate.at;
}

function verdictOf(result: Measured, quick: boolean): string {
  if (!result.gate) return '-';
  if (quick) return 'quick run';
  return failed(result) ? 'FAILED' : 'ok';
}

function print(results: readonly Measured[], quick: boolean): void {
  const rows = results.map((result) => [
    result.id,
    result.what,
    result.ours,
    result.floor,
    Number.isNaN(result.value) ? '-' : result.value.toFixed(2),
    result.interval ? `${result.interval[0].toFixed(2)}-${result.interval[1].toFixed(2)}` : '-',
    result.gate ? `${result.gate.better === 'less' ? '<=' : '>='} ${result.gate.at}` : '-',
    verdictOf(result, quick),
  ]);
  const table = [['id', 'what', 'ours', 'floor', 'value', '95 %', 'gate', 'verdict'], ...rows];
  const widths =
    table[0]?.map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0))) ?? [];
  for (const row of table)
    process.stdout.write(
      `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`,
    );
}

main(process.argv).catch((error: unknown) => {
  process.stderr.write(
    `${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
  );
  process.exitCode = 1;
});
