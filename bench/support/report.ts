import type { Machine } from './machine';
import { beyondGate, type Measured, verdictOf } from './measured';

const HEAD = ['id', 'what', 'ours', 'floor', 'value', '95 %', 'gate', 'stretch', 'verdict'];

/** Cells of the table, a line each. */
export function rowsOf(results: readonly Measured[]): readonly string[][] {
  return results.map((result) => [
    result.id,
    result.what,
    result.ours,
    result.floor,
    figure(result.value),
    result.interval ? result.interval.map(figure).join('-') : '-',
    result.gate ? `${result.gate.better === 'less' ? '<=' : '>='} ${figure(result.gate.at)}` : '-',
    result.gate?.stretch === undefined ? '-' : figure(result.gate.stretch),
    verdictOf(result),
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
export function markdown(results: readonly Measured[], machine: Machine, date: string): string {
  const line = (row: readonly string[]) =>
    `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
  const steal = machine.steal === null ? 'not told' : `${(machine.steal * 100).toFixed(1)} %`;
  return `# Results

Written by \`npm run bench -- --write\`. What each line is, and how it is measured: [README.md](README.md).

${date}, commit ${machine.commit}. ${machine.cores} x ${machine.cpu}, ${machine.memoryGiB} GiB, Node ${machine.node}; client, api, worker, Temporal and MongoDB share it.
Load before the first block ${machine.loadBefore}; processor time taken by other guests of the host: ${steal}.

${[line(HEAD), line(HEAD.map(() => '---')), ...rowsOf(results).map(line)].join('\n')}
${beyond(results)}${unmeasured(results)}`;
}

/** Which figures are beyond their gates, by how much, and why: whatever the verdict says of the interval. */
function beyond(results: readonly Measured[]): string {
  const notes = results.flatMap((result) => {
    const share = beyondGate(result);
    if (share === 0 || !result.gate) return [];
    const { at, better, why } = result.gate;
    const by = `${figure(result.value)} where ${figure(at)} is the ${better === 'less' ? 'most' : 'least'}, ${(share * 100).toFixed(0)} % beyond`;
    return [`- **${result.id}**: ${by}. ${why ?? 'Why is not known yet.'}`];
  });
  return notes.length === 0 ? '' : `\n## Beyond the gate\n\n${notes.join('\n')}\n`;
}

/** Which lines have no verdict, and why. */
function unmeasured(results: readonly Measured[]): string {
  const notes = results.flatMap((result) => {
    const verdict = verdictOf(result);
    if (verdict !== 'not measured' && verdict !== 'quick run') return [];
    return [`- **${result.id}**: ${result.reason ?? whyNoVerdict(result)}.`];
  });
  return notes.length === 0 ? '' : `\n## Without a verdict\n\n${notes.join('\n')}\n`;
}

function whyNoVerdict({ quick, interval, dropped = 0 }: Measured): string {
  if (quick) return 'the time had room for fewer and shorter blocks only';
  if (interval && !interval.some(Number.isNaN))
    return 'the interval spans the gate and is wider than a third of it: run longer, or on a quieter machine';
  return dropped > 0
    ? `${dropped} pairs of blocks were disturbed`
    : 'there was nothing to divide by';
}

function figure(value: number): string {
  if (Number.isNaN(value)) return '-';
  return Math.abs(value) >= 0.1 || value === 0 ? value.toFixed(2) : value.toFixed(3);
}
