import fc from 'fast-check';
import { bytesOf, cutAtGrapheme, fitInboundBody } from '../../../api/ingress/inbound-body';
import { INLINE_BODY_MAX_BYTES, TEXT_MAX } from '../../../domain/message/body-types';
import type { MessageBody } from '../../../domain/message/schema';

const FAMILY = '👨‍👩‍👧‍👦';
const keeping = () => {
  const kept: string[] = [];
  return { kept, keep: async (text: string) => `med_${kept.push(text)}` };
};

describe('cutAtGrapheme', () => {
  it('gives a beginning that fits, ends between graphemes and is the longest such', () => {
    const unit = fc.constantFrom('a', 'é', 'e\u0301', '語', '🙂', FAMILY, '\u0000', '"', '🇵🇰');
    const text = fc.array(unit, { maxLength: 60 }).map((units) => units.join(''));
    fc.assert(
      fc.property(
        text,
        fc.integer({ min: 0, max: 120 }),
        fc.integer({ min: 2, max: 400 }),
        (given, units, bytes) => {
          const cut = cutAtGrapheme(given, units, bytes);
          expect(given.startsWith(cut)).toBe(true);
          expect(cut.length).toBeLessThanOrEqual(units);
          expect(bytesOf(cut)).toBeLessThanOrEqual(Math.max(bytes, 2));
          const boundaries = [...new Intl.Segmenter('en').segment(given)].map(({ index }) => index);
          const first = given.slice(0, boundaries[1] ?? given.length);
          fc.pre(first.length <= units && bytesOf(first) <= bytes);
          expect([...boundaries, given.length]).toContain(cut.length);
          const next = [...boundaries, given.length].find((index) => index > cut.length);
          if (next !== undefined) {
            const longer = given.slice(0, next);
            expect(longer.length > units || bytesOf(longer) > bytes).toBe(true);
          }
        },
      ),
    );
  });

  it('measures no half of a surrogate pair', () => {
    expect(cutAtGrapheme('🇵🇰a', 5, 10)).toBe('🇵🇰');
  });

  it('cuts a grapheme that is longer than all of the limit between code points', () => {
    const zalgo = `a${'\u0301'.repeat(50_000)}`;
    expect(cutAtGrapheme(zalgo, 32_000, 65_536).length).toBeGreaterThan(30_000);
    const joined = '👩\u200d'.repeat(20_000);
    expect(/\p{Surrogate}/u.test(cutAtGrapheme(joined, 31_999, 1_000_000))).toBe(false);
  });
});

describe('fitInboundBody', () => {
  it('leaves what fits', async () => {
    const { kept, keep } = keeping();
    const body: MessageBody = { type: 'PLAIN', text: 'x'.repeat(TEXT_MAX) };
    expect(await fitInboundBody(body, keep)).toEqual(body);
    expect(kept).toEqual([]);
  });

  it.each([
    ['too many characters', 'x'.repeat(TEXT_MAX + 1)],
    ['too many bytes', '語'.repeat(TEXT_MAX)],
    ['control characters that double in JSON', '\u0000'.repeat(TEXT_MAX)],
  ])('cuts a text of %s and keeps it whole', async (_what, text) => {
    const { kept, keep } = keeping();
    const body = await fitInboundBody({ type: 'PLAIN', text }, keep);
    if (body.type !== 'PLAIN') throw new Error(body.type);
    expect(body.textMediaId).toBe('med_1');
    expect(kept).toEqual([text]);
    expect(bytesOf(body)).toBeLessThanOrEqual(INLINE_BODY_MAX_BYTES);
    expect(body.text.length).toBeGreaterThan(10_000);
  });

  it('keeps a long mail as an attachment and a long choice by its id', async () => {
    const { keep } = keeping();
    const mail = await fitInboundBody({ type: 'EMAIL', text: 'x'.repeat(100_000) }, keep);
    expect(mail).toMatchObject({
      type: 'EMAIL',
      attachments: [{ mediaId: 'med_1', fileName: 'message.txt' }],
    });
    const choice = await fitInboundBody(
      { type: 'CHOICE', choiceId: '1', text: 'x'.repeat(100_000) },
      keep,
    );
    expect(choice).toMatchObject({ type: 'CHOICE', choiceId: '1' });
  });

  it.each([
    [
      { type: 'IMAGE', mediaId: 'pending:0', caption: 'look' },
      { type: 'UNSUPPORTED', kind: 'IMAGE', detail: 'look' },
    ],
    [
      { type: 'VIDEO', mediaId: 'pending:1' },
      { type: 'UNSUPPORTED', kind: 'VIDEO' },
    ],
    [
      { type: 'LOCATION', latitude: 500, longitude: 0 },
      { type: 'UNSUPPORTED', kind: 'LOCATION' },
    ],
    [
      { type: 'PLAIN', text: 'half \ud83d' },
      { type: 'PLAIN', text: 'half \ufffd' },
    ],
  ] as [MessageBody, MessageBody][])('makes of %j %j', async (given, expected) => {
    expect(await fitInboundBody(given, keeping().keep)).toEqual(expected);
  });
});
