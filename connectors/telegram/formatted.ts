/** Offsets and lengths are UTF-16 units, as JavaScript counts. */
export interface Entity {
  readonly type: 'bold' | 'italic' | 'code' | 'text_link';
  readonly offset: number;
  readonly length: number;
  readonly url?: string;
}
/** A text and what stands out in it. No character of it is markup, so none needs to be escaped. */
export interface Formatted {
  readonly text: string;
  readonly entities: readonly Entity[];
}

/** More are ignored by Telegram. */
const ENTITIES_MAX = 100;
const MARK =
  /`(?<code>[^`\n]{1,1000})`|\*\*(?<bold>[^*\s](?:[^*\n]{0,998}[^*\s])?)\*\*|(?<![\w*])[*_](?<italic>[^*_\s](?:[^*_\n]{0,998}[^*_\s])?)[*_](?![\w*])|\[(?<label>[^\]\n]{1,500})\]\((?<url>(?:https?:\/\/|mailto:|tel:)[^()\s]{1,2000})\)/g;

/** The small part of Markdown that our own clients show: bold, italic, code, links, bullet lists, headings. The rest stays as it is. */
export function formatted(markdown: string): Formatted {
  const entities: Entity[] = [];
  let text = '';
  for (const [index, line] of markdown.split('\n').entries()) {
    if (index > 0) text += '\n';
    const bullet = /^\s{0,3}[-*]\s+(.*)$/.exec(line)?.[1];
    const heading = /^#{1,6}\s+(.*)$/.exec(line)?.[1];
    if (bullet !== undefined) text += '• ';
    const rest = bullet ?? (heading ? `**${heading.replaceAll('*', '')}**` : line);
    let done = 0;
    for (const match of rest.matchAll(MARK)) {
      text += rest.slice(done, match.index);
      done = match.index + match[0].length;
      const { code, bold, italic, label, url } = match.groups ?? {};
      const said = code ?? bold ?? italic ?? label ?? '';
      const type = code ? 'code' : bold ? 'bold' : italic ? 'italic' : 'text_link';
      entities.push({ type, offset: text.length, length: said.length, ...(url && { url }) });
      text += said;
    }
    text += rest.slice(done);
  }
  return { text, entities: entities.slice(0, ENTITIES_MAX) };
}
