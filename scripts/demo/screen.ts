/** An entry as the demo reads it. */
export interface Entry {
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  readonly at: string;
  readonly actor: { readonly type: string; readonly id: string; readonly name: string | null };
  readonly channelSessionId: string | null;
  readonly body: { readonly type: string; readonly [field: string]: unknown } | null;
  readonly data: Readonly<Record<string, unknown>> | null;
}

const COLOURS = {
  dim: 2,
  bold: 1,
  red: 31,
  green: 32,
  yellow: 33,
  blue: 34,
  magenta: 35,
  cyan: 36,
};
type Colour = keyof typeof COLOURS;

export interface Screen {
  /** A chapter of the story. */
  chapter(title: string, ...lines: readonly string[]): void;
  entry(entry: Entry, channel: string): void;
  /** What came on somebody's own stream: an agent's desk, the board. */
  desk(who: string, text: string): void;
  line(text: string): void;
}

/** Prints the story; in colour on a terminal only, and never where NO_COLOR is set. */
export function createScreen(out: NodeJS.WriteStream): Screen {
  const coloured = out.isTTY === true && !process.env['NO_COLOR'];
  const paint = (colour: Colour, text: string) =>
    coloured ? `\u001b[${COLOURS[colour]}m${text}\u001b[0m` : text;
  const print = (text: string) => out.write(`${text}\n`);
  return {
    chapter(title, ...lines) {
      print(`\n${paint('bold', title)}`);
      for (const line of lines) print(paint('dim', line));
    },
    entry(entry, channel) {
      const [who, colour] = speaker(entry);
      const seq = paint('dim', `#${entry.seq}`.padStart(5));
      const text = entry.body ? said(entry.body) : paint('dim', told(entry));
      print(`${seq} ${paint(colour, who.padEnd(10))} ${paint('dim', channel.padEnd(8))} ${text}`);
    },
    desk: (who, text) =>
      print(`    > ${paint('yellow', who.padEnd(10))} ${paint('dim', printable(text))}`),
    line: (text) => print(`      ${text}`),
  };
}

function speaker({ type, actor }: Entry): readonly [string, Colour] {
  if (type === 'CUSTOMER_MESSAGE') return ['customer', 'green'];
  if (type === 'BOT_MESSAGE') return ['bot', 'magenta'];
  if (type === 'AGENT_MESSAGE') return [actor.name ?? actor.id, 'cyan'];
  return ['·', 'dim'];
}

function said(body: NonNullable<Entry['body']>): string {
  const text = String(body['text'] ?? body['title'] ?? body.type);
  const choices = (body['choices'] as readonly { readonly title: string }[] | undefined) ?? [];
  return printable(`${text} ${choices.map(({ title }) => `[${title}]`).join(' ')}`);
}

/** What the entry tells besides its type. */
function told({ type, data }: Entry): string {
  const facts = [
    ...['from', 'to', 'channelType', 'agentId', 'botId', 'queueId', 'role', 'state'],
    ...['endReason', 'reason', 'archive', 'set', 'labels', 'note'],
  ].flatMap((name) => {
    const value = data?.[name];
    if (value === null || value === undefined) return [];
    return [`${name}=${typeof value === 'object' ? JSON.stringify(value) : String(value)}`];
  });
  return printable([type, ...facts].join(' '));
}

/** Control characters of what people wrote stay out of the terminal. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is taken out
  return text.trim().replace(/[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g, '');
}
