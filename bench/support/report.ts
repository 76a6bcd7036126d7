import type { Machine } from './machine';
import { type Measured, verdictOf } from './measured';

const HEAD = ['id', 'what', 'ours', 'floor', 'value', '95 %', 'gate', 'stretch', 'verdict'];

/** Cells of the table, a line each. */
export function rowsOf(results: readonly Measured[], quick: boolean): readonly string[][] {
  return results.map((result) => [
    result.id,
    result.what,
    result.ours,
    result.floor,
    figure(result.value),
    result.interval ? result.interval.map(figure).join('-') : '-',
    result.gate ? `${result.gate.better === 'less' ? '<=' : '>='} ${figure(result.gate.at)}` : '-',
    result.gate?.stretch === undefined ? '-' : figure(result.gate.stretch),
    quick && result.gate ? 'quick run' : verdictOf(result),
  ]);
}

/** For a terminal. */
export function textTable(rows: readonly string[][]): string {
  const all = [HEAD, ...rows];
  const widths = HEAD.map((_, column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const line = (row: readonly string[]) =>
    row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ');
  return `${all.map(line).join('\n')}\n`;
}

/** bench/RESULTS.md. */
export function markdown(rows: readonly string[][], machine: Machine, date: string): string {
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const steal = machine.steal === null ? 'not told' : `${(machine.steal * 100).toFixed(1)} %`;
  return `# Results

Written by \`npm run bench -- --write\`. What each line is, and how it is measured: [README.md](README.md).

${date}, commit ${machine.commit}. ${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}; client, api, worker, Temporal and MongoDB share it.
Load before the first block ${machine.loadBefore}; processor time taken by other guests of the host: ${steal}.

${[line(HEAD), line(HEAD.map(() => '---')), ...rows.map(line)].join('\n')}
`;
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '-';
  return Math.abs(value) >= 0.1 || value === 0 ? value.toFixed(2) : value.toFixed(3);
}
