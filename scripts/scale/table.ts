import type { Input } from './inputs';
import type { Need } from './model';

const SHAPES = [
  'one machine',
  'Temporal on one SQL database, 512 shards; one replica set',
  '512 to 1,024 shards, a visibility store of its own, sharded MongoDB',
  '4,096 shards on a wide-column store, or 2 to 4 cells, or Temporal Cloud',
  'about 10 cells of the line above; tiered archive',
] as const;

/** The table of docs/scale.md. */
export function scaleTable(needs: readonly Need[]): string {
  const head = [
    'messages/day',
    'average / peak per s',
    'transitions/s',
    'actions/s',
    'shards',
    'history kept',
    'archive/year',
    'open at peak',
    'shape',
  ];
  const rows = needs.map((need, n) => [
    count(need.messagesPerDay),
    `${count(need.averagePerSecond)} / ${count(need.peakPerSecond)}`,
    count(need.peakTransitions),
    count(need.peakActions),
    count(need.shards),
    bytes(need.historyBytes),
    bytes(need.archiveBytesPerYear),
    count(need.openAtPeak),
    SHAPES[n] ?? '',
  ]);
  return markdown([head, ...rows]);
}

/** What the table rests on. */
export function inputsTable(inputs: readonly Input[]): string {
  const rows = inputs.map(({ what, value, source }) => [
    what,
    value.toLocaleString('en-US'),
    source,
  ]);
  return markdown([['input', 'value', 'rests on'], ...rows]);
}

function markdown([head = [], ...rows]: readonly (readonly string[])[]): string {
  const widths = head.map((cell, n) =>
    Math.max(cell.length, ...rows.map((row) => row[n]?.length ?? 0)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, n) => cell.padEnd(widths[n] ?? 0)).join(' | ')} |`;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...rows.map(line)].join('\n');
}

/** Two significant digits. */
function count(value: number): string {
  return Number(value.toPrecision(2)).toLocaleString('en-US');
}

function bytes(value: number): string {
  const units = ['B', 'KB', 'MB', 'GB', 'TB', 'PB'] as const;
  const n = Math.min(Math.floor(Math.log10(value) / 3), units.length - 1);
  return `${count(value / 1000 ** n)} ${units[n]}`;
}
