/** A piece of a line. Whatever is not understood stays text. */
export type Inline =
  | { readonly type: 'text' | 'code'; readonly text: string }
  | { readonly type: 'link'; readonly href: string; readonly text: string }
  | { readonly type: 'strong' | 'em'; readonly content: readonly Inline[] };
/** `list`: each row is an item; `lines`: each row is a line of one paragraph. */
export interface Block {
  readonly type: 'lines' | 'list';
  readonly rows: readonly (readonly Inline[])[];
}

const LINK = /(?:https?:\/\/|mailto:|tel:)[^\s<>"'`]{1,2000}/;
const MARK = new RegExp(
  [
    /`(?<code>[^`\n]{1,1000})`/,
    /\*\*(?<strong>[^*\s](?:[^*\n]{0,998}[^*\s])?)\*\*/,
    /(?<![\w*])[*_](?<em>[^*_\s](?:[^*_\n]{0,998}[^*_\s])?)[*_](?![\w*])/,
    /\[(?<label>[^\]\n]{1,500})\]\((?<target>[^()\s]{1,2000})\)/,
    new RegExp(`(?<link>${LINK.source})`),
  ]
    .map(({ source }) => source)
    .join('|'),
);

/** Only what cannot run code: http, https, mailto, tel; null otherwise. Never throws. */
export function safeHref(url: string): string | null {
  if (!URL.canParse(url)) return null;
  const { protocol, href } = new URL(url);
  return ['http:', 'https:', 'mailto:', 'tel:'].includes(protocol) ? href : null;
}

/** Text with its addresses as links, nothing else read into it. */
export function parseText(text: string): readonly Block[] {
  return [{ type: 'lines', rows: text.split('\n').map((line) => inline(line, LINK)) }];
}

/** The small part of Markdown that belongs into a chat: bold, italic, code, links, bullet lists. Its output is data, never markup. */
export function parseMarkdown(text: string): readonly Block[] {
  const blocks: { type: Block['type']; rows: (readonly Inline[])[] }[] = [];
  for (const line of text.split('\n')) {
    const bullet = /^\s{0,3}[-*]\s+(.*)$/.exec(line)?.[1];
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
    const type = bullet === undefined ? 'lines' : 'list';
    if (blocks.at(-1)?.type !== type) blocks.push({ type, rows: [] });
    blocks.at(-1)?.rows.push(inline(bullet ?? (heading ? `**${heading}**` : line), MARK));
  }
  return blocks;
}

function inline(line: string, pattern: RegExp): readonly Inline[] {
  const pieces: Inline[] = [];
  let rest = line;
  for (;;) {
    const match = pattern.exec(rest);
    if (!match) break;
    const piece = pieceOf(match);
    const length = piece?.length ?? match[0].length;
    pieces.push(
      { type: 'text', text: rest.slice(0, match.index) },
      piece?.inline ?? { type: 'text', text: match[0] },
    );
    rest = rest.slice(match.index + length);
  }
  return [...pieces, { type: 'text' as const, text: rest }].filter(
    (piece) => piece.type !== 'text' || piece.text !== '',
  );
}

function pieceOf(match: RegExpExecArray): { inline: Inline; length: number } | null {
  const { code, strong, em, label, target } = match.groups ?? {};
  const length = match[0].length;
  if (code) return { inline: { type: 'code', text: code }, length };
  if (strong) return { inline: { type: 'strong', content: inline(strong, LINK) }, length };
  if (em) return { inline: { type: 'em', content: inline(em, LINK) }, length };
  if (label && target) {
    const href = safeHref(target);
    return href ? { inline: { type: 'link', href, text: label }, length } : null;
  }
  const url = match[0].replace(/[.,;:!?)\]}]+$/, ''); // the sentence's own stops are not the address's
  const href = safeHref(url);
  return href ? { inline: { type: 'link', href, text: url }, length: url.length } : null;
}
