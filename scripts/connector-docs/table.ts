import type { Provider } from '../../connectors';
import type { Capabilities } from '../../domain/channel/capabilities';

const BEGIN = '<!-- capabilities: written by `npm run docs:connectors` -->';
const END = '<!-- /capabilities -->';

/** The document with its table of capabilities as the connectors declare them. Throws when it has no place for one. */
export function withCapabilities(document: string, providers: readonly Provider[]): string {
  const begin = document.indexOf(BEGIN);
  const end = document.indexOf(END);
  if (begin < 0 || end < begin)
    throw new Error(`the document has no place for the table: ${BEGIN}`);
  const table = capabilityTable(providers);
  return `${document.slice(0, begin + BEGIN.length)}\n\n${table}\n\n${document.slice(end)}`;
}

const COLUMNS: readonly (readonly [
  title: string,
  cell: (able: Capabilities, provider: Provider) => string,
])[] = [
  ['Typing', ({ typing }) => yesNo(typing)],
  ['Read out', ({ readReceipts }) => yesNo(readReceipts.send)],
  ['Replies', ({ replies }) => yesNo(replies)],
  ['Templates', ({ templates }) => yesNo(templates)],
  ['Text', ({ text }) => (isForCalls({ text }) ? 'none: calls' : String(text.max))],
  ['Caption', ({ media }) => captions(media)],
  [
    'Media',
    ({ media }) =>
      media.kinds.map((kind) => kindOf(kind, media.maxBytes[kind])).join(', ') || 'none',
  ],
  ['Choices', ({ buttons, text }) => (isForCalls({ text }) ? 'none' : choices(buttons))],
  ['States', ({ deliveryStates }) => words(deliveryStates) || 'none'],
  ['Window', ({ window }) => (window ? `${window.hours} h, then ${window.outside}` : 'none')],
  ['Pace', ({ rate }) => pace(rate)],
  ['Unknown outcome', ({ ambiguousSend }) => ambiguousSend],
];

function capabilityTable(providers: readonly Provider[]): string {
  const rows = providers.flatMap((provider) =>
    Object.entries(provider.capabilities).map(([channelType, able]) => [
      `\`${provider.id}\``,
      channelType,
      ...COLUMNS.map(([, cell]) => cell(able, provider)),
    ]),
  );
  const titles = ['Provider', 'Channel type', ...COLUMNS.map(([title]) => title)];
  return aligned([titles, ...rows]);
}

/** As the formatter leaves a table: every column as wide as its widest cell. */
function aligned(rows: readonly (readonly string[])[]): string {
  const widths = (rows[0] ?? []).map((_title, column) =>
    Math.max(3, ...rows.map((row) => (row[column] ?? '').length)),
  );
  const line = (cells: readonly string[]) =>
    `| ${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`;
  const [head = [], ...body] = rows;
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [line(head), rule, ...body.map(line)].join('\n');
}

/** Nothing is ever sent there. */
function isForCalls({ text }: Pick<Capabilities, 'text'>): boolean {
  return text.max === 0;
}

function yesNo(value: boolean): string {
  return value ? 'yes' : 'no';
}

function captions({ captionMax, captionMaxOf = {} }: Capabilities['media']): string {
  const other = Object.entries(captionMaxOf).map(([kind, max]) => `${kind.toLowerCase()} ${max}`);
  return [captionMax === 0 ? 'none' : String(captionMax), ...other].join(', ');
}

function kindOf(kind: string, maxBytes: number | undefined): string {
  const size = maxBytes === undefined ? '' : ` ${+(maxBytes / 1_000_000).toFixed(1)} MB`;
  return kind.toLowerCase() + size;
}

function choices(buttons: Capabilities['buttons']): string {
  if (!buttons) return 'numbered text';
  const { max, titleMax, payloadMaxBytes, listMax } = buttons;
  const list = listMax ? `, list of ${listMax}` : '';
  return `${max} buttons${list}; title ${titleMax}, id ${payloadMaxBytes} bytes`;
}

function pace({ perSecond, perRecipientMs }: Capabilities['rate']): string {
  const paces = [
    ...(perSecond ? [`${perSecond}/s`] : []),
    ...(perRecipientMs ? [`${1000 / perRecipientMs}/s per recipient`] : []),
  ];
  return paces.join(', ') || 'free';
}

function words(states: readonly string[]): string {
  return states.map((state) => state.toLowerCase()).join(', ');
}
