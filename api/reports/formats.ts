import type { ReportRow, ReportValue } from '../../domain/reporting/entities';

export const REPORT_FORMATS = ['json', 'csv', 'ndjson'] as const;
export type ReportFormat = (typeof REPORT_FORMATS)[number];
export const REPORT_TYPES: Readonly<Record<ReportFormat, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8; header=present',
  ndjson: 'application/x-ndjson',
};

/**
 * A report piece by piece, whatever its length. The first piece holds the first row: what fails before it fails before the answer
 * has begun. Every row has every column, in their order.
 */
export async function* renderReport(
  format: ReportFormat,
  columns: readonly string[],
  rows: AsyncIterable<ReportRow>,
): AsyncGenerator<string> {
  const render = RENDERERS[format];
  let waiting = render.begin(columns);
  let first = true;
  for await (const row of rows) {
    yield waiting + render.row(columns, row, first);
    waiting = '';
    first = false;
  }
  yield waiting + render.end;
}

interface Renderer {
  begin(columns: readonly string[]): string;
  row(columns: readonly string[], row: ReportRow, first: boolean): string;
  readonly end: string;
}

const RENDERERS: Readonly<Record<ReportFormat, Renderer>> = {
  json: {
    begin: () => '{"items":[',
    row: (columns, row, first) => `${first ? '' : ','}${toJson(columns, row)}`,
    end: '],"nextCursor":null}',
  },
  ndjson: {
    begin: () => '',
    row: (columns, row) => `${toJson(columns, row)}\n`,
    end: '',
  },
  csv: {
    begin: (columns) => `${columns.join(',')}\r\n`,
    row: (columns, row) => `${columns.map((column) => cell(row[column] ?? null)).join(',')}\r\n`,
    end: '',
  },
};

function toJson(columns: readonly string[], row: ReportRow): string {
  return JSON.stringify(Object.fromEntries(columns.map((column) => [column, row[column] ?? null])));
}

/**
 * RFC 4180; null is empty. A text that a spreadsheet would take for a formula gets an apostrophe before it: customers write some of
 * these texts.
 */
function cell(value: ReportValue): string {
  if (value === null) return '';
  if (typeof value === 'number' || typeof value === 'boolean') return String(value);
  const text = typeof value === 'string' ? value : JSON.stringify(value);
  const safe = /^[=+\-@\t\r]/.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
