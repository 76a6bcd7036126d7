import fc from 'fast-check';
import { createSseParser, type SseEvent } from '../../web/shared/sse';
import { type Inline, parseMarkdown, parseText, safeHref } from '../../web/shared/text';
import type { Entry } from '../../web/widget/protocol';
import { contrast, parse, themeOf } from '../../web/widget/theme';
import {
  append,
  arrived,
  EMPTY_TIMELINE,
  items,
  readUpTo,
  unread,
} from '../../web/widget/timeline';
import { XSS_PAYLOADS } from '../support/xss-payloads';

describe('createSseParser', () => {
  const STREAM =
    '\uFEFF: connected\n\nid: 1\ndata: {"a":1}\n\nevent: typing\r\ndata: x\r\ndata:y\r\n\r\n: beat\r\rid: 2\rdata\r\rdata: ü€🌊\n\ndata: cut off';
  const EVENTS: readonly SseEvent[] = [
    { id: '1', event: 'message', data: '{"a":1}' },
    { id: null, event: 'typing', data: 'x\ny' },
    { id: '2', event: 'message', data: '' },
    { id: null, event: 'message', data: 'ü€🌊' },
  ];
  it('reads the same events however the text is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(STREAM.length), { maxLength: 12 }), (cuts) => {
        const events: SseEvent[] = [];
        const feed = createSseParser((event) => events.push(event));
        const ends = [...cuts].sort((a, b) => a - b);
        for (const [index, end] of [...ends, STREAM.length].entries())
          feed(STREAM.slice(ends[index - 1] ?? 0, end));
        expect(events).toEqual(EVENTS);
      }),
    );
  });
});

describe('parseText, parseMarkdown', () => {
  it.each(XSS_PAYLOADS)('make nothing but harmless links of %s', (payload) => {
    for (const { href } of [...linksIn(parseText(payload)), ...linksIn(parseMarkdown(payload))])
      expect(href).toMatch(/^(https?|mailto|tel):/);
  });
  it('lose no character of plain text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 300 }), (text) => {
        const shown = parseText(text).map(({ rows }) => rows.map(textOf).join('\n'));
        expect(shown.join('')).toBe(text);
      }),
    );
  });
  it('leaves the full stop to the sentence', () => {
    expect(linksIn(parseText('See https://shop.example/a?b=c. Or (mailto:a@b.example).'))).toEqual([
      { type: 'link', href: 'https://shop.example/a?b=c', text: 'https://shop.example/a?b=c' },
      { type: 'link', href: 'mailto:a@b.example', text: 'mailto:a@b.example' },
    ]);
  });
  it('reads bold, italic, code, links and lists', () => {
    expect(parseMarkdown('**a** _b_ `c` [d](https://e.example)\n- f\n* g\n2 * 3 * 4')).toEqual([
      {
        type: 'lines',
        rows: [
          [
            { type: 'strong', content: [{ type: 'text', text: 'a' }] },
            { type: 'text', text: ' ' },
            { type: 'em', content: [{ type: 'text', text: 'b' }] },
            { type: 'text', text: ' ' },
            { type: 'code', text: 'c' },
            { type: 'text', text: ' ' },
            { type: 'link', href: 'https://e.example/', text: 'd' },
          ],
        ],
      },
      { type: 'list', rows: [[{ type: 'text', text: 'f' }], [{ type: 'text', text: 'g' }]] },
      { type: 'lines', rows: [[{ type: 'text', text: '2 * 3 * 4' }]] },
    ]);
  });
  it('needs no patience for hostile text', () => {
    for (const text of ['*'.repeat(32_000), '[('.repeat(16_000), '`_*['.repeat(8_000)])
      expect(parseMarkdown(text)).toHaveLength(1);
  });
});

describe('safeHref', () => {
  it.each([
    'javascript:ran()',
    'JAVASCRIPT:ran()',
    'data:text/html,x',
    'vbscript:x',
    'file:///x',
    'blob:x',
    '/x',
    '',
  ])('refuses %s', (url) => expect(safeHref(url)).toBeNull());
});

describe('themeOf', () => {
  const hex = fc
    .integer({ min: 0, max: 0xffffff })
    .map((value) => `#${value.toString(16).padStart(6, '0')}`);
  it('keeps every accent colour readable', () => {
    fc.assert(
      fc.property(hex, (accent) => {
        for (const [theme, surfaces] of [
          [themeOf(accent).light, ['#ffffff', '#f2f4f6']],
          [themeOf(accent).dark, ['#1e2228', '#2a2f37']],
        ] as const) {
          const on = theme['--on-accent'] === '#fff' ? '#ffffff' : '#000000';
          expect(contrast(rgb(on), rgb(accent))).toBeGreaterThanOrEqual(4.5);
          for (const surface of surfaces)
            expect(
              contrast(fromCss(theme['--accent-ink'] ?? ''), rgb(surface)),
            ).toBeGreaterThanOrEqual(4.5);
        }
      }),
    );
  });
  it('falls back where the colour is none', () => {
    expect(themeOf('red; background: url(//evil.example)')).toEqual(themeOf(undefined));
  });
});

describe('timeline', () => {
  it('shows each entry once, whatever is read twice', () => {
    fc.assert(
      fc.property(fc.array(fc.nat(9), { maxLength: 40 }), (order) => {
        const inOrder = [...new Set(order)];
        const twice = order.reduce(
          (before, n) => append(before, [entryOf(n), entryOf(n)]),
          EMPTY_TIMELINE,
        );
        expect(twice.entries.map(({ id }) => id)).toEqual(inOrder.map((n) => `msg_${n}`));
      }),
    );
  });
  it('puts a sent message in the place of the waiting one', () => {
    const waiting = {
      clientMessageId: 'c1',
      body: { type: 'PLAIN', text: 'x' },
      at: AT,
      state: 'sending',
    } as const;
    const before = items(EMPTY_TIMELINE, [waiting]);
    const after = items(append(EMPTY_TIMELINE, [{ ...entryOf(1), providerMessageId: 'c1' }]), [
      waiting,
    ]);
    expect([before, after].map((list) => list.map(({ key }) => key))).toEqual([['c1'], ['c1']]);
    expect(after[0]).toMatchObject({ delivery: 'sent' });
  });
  it('shows as seen what agents have read, in whatever order the news come', () => {
    const own = (n: number, conversationId = 'cnv_1'): Entry => ({ ...entryOf(n), conversationId });
    const states = (timeline: typeof EMPTY_TIMELINE) =>
      items(timeline, []).map((item) => item.kind === 'message' && item.delivery);
    const before = readUpTo(EMPTY_TIMELINE, { conversationId: 'cnv_1', seq: 1 });
    const shown = append(before, [own(1), own(2), own(3), own(4, 'cnv_2')]);
    expect(states(shown)).toEqual(['seen', 'sent', 'sent', 'sent']);
    const read = readUpTo(shown, { conversationId: 'cnv_1', seq: 2 });
    expect(states(read)).toEqual(['seen', 'seen', 'sent', 'sent']);
    expect(readUpTo(read, { conversationId: 'cnv_1', seq: 1 })).toBe(read);
    // After a reload the entry itself tells.
    expect(states(append(EMPTY_TIMELINE, [{ ...own(1), delivery: { state: 'READ' } }]))).toEqual([
      'seen',
    ]);
  });
  it('shows edits, deletions and the last reaction of each', () => {
    const change = (id: number, type: string, data: object, body: unknown = null): Entry =>
      ({ ...entryOf(id), type, data, body }) as Entry;
    const timeline = append(EMPTY_TIMELINE, [
      entryOf(1),
      entryOf(2),
      change(3, 'MESSAGE_EDITED', { messageId: 'msg_1' }, { type: 'PLAIN', text: 'better' }),
      change(4, 'MESSAGE_REACTED', { messageId: 'msg_1', emoji: '👍' }),
      change(5, 'MESSAGE_REACTED', { messageId: 'msg_1', emoji: '🎉' }),
      change(6, 'MESSAGE_DELETED', { messageId: 'msg_2' }),
    ]);
    expect(items(timeline, [])).toMatchObject([
      { body: { text: 'better' }, edited: true, reactions: ['🎉'] },
      { deleted: true },
    ]);
  });
  it('knows of a file that it is on its way, until it came or never will', () => {
    const withFile = (n: number): Entry => ({
      ...entryOf(n),
      body: { type: 'FILE', mediaId: `med_${n}` },
      media: [{ mediaId: `med_${n}`, state: 'PENDING' }],
    });
    const media = (timeline: typeof EMPTY_TIMELINE) =>
      items(timeline, []).map((item) => item.kind === 'message' && item.media);
    const shown = append(EMPTY_TIMELINE, [entryOf(1), withFile(2), withFile(3)]);
    expect(media(shown)).toEqual([null, 'PENDING', 'PENDING']);
    const came = arrived(shown, { mediaId: 'med_2', state: 'READY' });
    expect(media(arrived(came, { mediaId: 'med_3', state: 'FAILED' }))).toEqual([
      null,
      'READY',
      'FAILED',
    ]);
  });
  it('counts what others said after the last one seen', () => {
    const list = items(
      append(EMPTY_TIMELINE, [
        entryOf(1),
        { ...entryOf(2), type: 'BOT_MESSAGE' },
        { ...entryOf(3), type: 'AGENT_MESSAGE' },
      ]),
      [],
    );
    expect([unread(list, null), unread(list, 'msg_2'), unread(list, 'msg_3')]).toEqual([2, 1, 0]);
  });
  it('is over when the session ended, and goes on with the next', () => {
    const ended = append(EMPTY_TIMELINE, [
      entryOf(1),
      { ...entryOf(2), type: 'CHANNEL_SESSION_ENDED' },
    ]);
    expect(ended.ended).toBe(true);
    expect(append(ended, [{ ...entryOf(3), type: 'CHANNEL_SESSION_STARTED' }]).ended).toBe(false);
  });
});

const AT = '2026-11-22T10:00:00.000Z';
function entryOf(n: number): Entry {
  return {
    conversationId: 'cnv_1',
    seq: n,
    id: `msg_${n}`,
    type: 'CUSTOMER_MESSAGE',
    at: AT,
    actor: { type: 'CUSTOMER', id: 'cus_1', name: null },
    body: { type: 'PLAIN', text: 'x' },
  };
}

function linksIn(blocks: ReturnType<typeof parseText>) {
  const links = (pieces: readonly Inline[]): readonly (Inline & { type: 'link' })[] =>
    pieces.flatMap((piece) =>
      'content' in piece ? links(piece.content) : 'href' in piece ? [piece] : [],
    );
  return blocks.flatMap(({ rows }) => rows.flatMap(links));
}
function textOf(pieces: readonly Inline[]): string {
  return pieces.map((piece) => ('content' in piece ? textOf(piece.content) : piece.text)).join('');
}
function rgb(hex: string) {
  const colour = parse(hex);
  if (!colour) throw new Error(`${hex} is no colour`);
  return colour;
}
function fromCss(text: string) {
  const [r = 0, g = 0, b = 0] = (text.match(/\d+/g) ?? []).map(Number);
  return [r, g, b] as const;
}
