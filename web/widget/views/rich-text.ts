import { type ComponentChildren, h, type JSX } from 'preact';
import { useState } from 'preact/hooks';
import { type Block, type Inline, parseMarkdown, parseText } from '../../shared/text';
import { useWidget } from './context';

/** Characters shown at once; the rest waits behind a button, so that one message cannot fill the page. */
const SHOWN_MAX = 2000;

/** A message's text: addresses become links, Markdown (where its sender says so) becomes emphasis and lists. Text stays text. */
export function RichText({
  text,
  format,
}: {
  text: string;
  format?: string | undefined;
}): JSX.Element {
  const { labels } = useWidget();
  const [all, setAll] = useState(false);
  const shown = all || text.length <= SHOWN_MAX ? text : `${text.slice(0, SHOWN_MAX)}…`;
  const blocks = format === 'MARKDOWN' ? parseMarkdown(shown) : parseText(shown);
  return h('div', { class: 'text', dir: 'auto' }, [
    ...blocks.map(toBlock),
    shown === text
      ? null
      : h('button', { class: 'link', type: 'button', onClick: () => setAll(true) }, labels.more),
  ]);
}

function toBlock(block: Block): JSX.Element {
  if (block.type === 'list')
    return h(
      'ul',
      null,
      block.rows.map((row) => h('li', null, row.map(toNode))),
    );
  return h(
    'p',
    null,
    block.rows.flatMap((row, index) => [index > 0 ? h('br', null) : null, ...row.map(toNode)]),
  );
}

function toNode(piece: Inline): ComponentChildren {
  if ('content' in piece) return h(piece.type, null, piece.content.map(toNode));
  if ('href' in piece) return h(Link, { href: piece.href, text: piece.text });
  return piece.type === 'code' ? h('code', null, piece.text) : piece.text;
}

/** A link to an address that `safeHref` let pass. */
export function Link({ href, text }: { href: string; text: string }): JSX.Element {
  return h('a', { href, target: '_blank', rel: 'noopener noreferrer', dir: 'auto' }, text);
}
