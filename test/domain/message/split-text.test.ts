import fc from 'fast-check';
import { headOf, splitText } from '../../../domain/message/split-text';

const FAMILY = '👨‍👩‍👧‍👦';
const ZALGO = `a${'\u0301'.repeat(20)}`;
const isWellFormed = (text: string) =>
  new TextDecoder().decode(new TextEncoder().encode(text)) === text;
const BREAKS = ['\n\n', '\n', '\r\n', ' ', '  ', '\t', '\n \n'];
const text = fc
  .array(
    fc.oneof(
      fc.string({ minLength: 1, maxLength: 6 }),
      fc.string({ unit: 'grapheme', minLength: 1, maxLength: 4 }),
      fc.constantFrom(...BREAKS, FAMILY, ZALGO, '🇷🇸🇧🇦', 'é', '\u00a0'),
    ),
    { minLength: 1, maxLength: 30 },
  )
  .map((pieces) => pieces.join('').replaceAll('\u0000', ' '))
  .filter((joined) => joined !== '' && isWellFormed(joined));

describe('splitText', () => {
  it.each([
    ['short', 'hello', 10, ['hello']],
    ['exactly', 'hello', 5, ['hello']],
    ['blank line first', 'one two\nthree\n\nfour five', 20, ['one two\nthree', 'four five']],
    ['the last blank line that fits', 'a\n\nb\n\nc d e f', 6, ['a\n\nb', 'c d e', 'f']],
    ['a blank line with spaces on it', 'a\n \t\nb c', 4, ['a', 'b c']],
    ['a line break else', 'one two\nthree', 9, ['one two', 'three']],
    ['Windows line breaks', 'one two\r\nthree', 9, ['one two', 'three']],
    ['a space else', 'one two', 5, ['one', 'two']],
    ['a separator right after the limit', 'hello world', 5, ['hello', 'world']],
    ['hard else', 'abcdefgh', 3, ['abc', 'def', 'gh']],
    ['hard, never inside a surrogate pair', 'ab😀cd', 3, ['ab', '😀c', 'd']],
    ['hard, never inside a grapheme', `abc${FAMILY}d`, 12, ['abc', `${FAMILY}d`]],
    [
      'a grapheme longer than the limit between code points',
      FAMILY,
      3,
      ['👨\u200d', '👩\u200d', '👧\u200d', '👦'],
    ],
    ['never inside a flag', '🇷🇸🇧🇦', 6, ['🇷🇸', '🇧🇦']],
    ['no piece of blanks', 'abc            def', 3, ['abc', 'def']],
    ['leading blanks stay', '   abc', 6, ['   abc']],
    ['indentation stays', 'a:\n  b c', 5, ['a:', '  b c']],
    ['a space with a mark on it is no separator', 'ab \u0301cd', 4, ['ab \u0301', 'cd']],
  ])('cuts %s', (_name, given, max, pieces) => {
    expect(splitText(given, max)).toEqual(pieces);
  });

  it('takes a limit of its own for the first piece', () => {
    expect(splitText('one two three four', 9, 4)).toEqual(['one', 'two three', 'four']);
  });

  it('fits, loses only separators, and never cuts a grapheme that would fit', () => {
    fc.assert(
      fc.property(text, fc.integer({ min: 2, max: 40 }), (given, max) => {
        const pieces = splitText(given, max);
        expect(splitText(given, max)).toEqual(pieces);
        const boundaries = new Set(
          [...new Intl.Segmenter().segment(given)].map(({ index }) => index).concat(given.length),
        );
        const longest = Math.max(
          ...[...new Intl.Segmenter().segment(given)].map(({ segment }) => segment.length),
        );
        let at = 0;
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(max);
          expect(piece).not.toBe('');
          expect(isWellFormed(piece)).toBe(true);
          if (/\S/.test(given)) expect(piece).toMatch(/\S/);
          const start = given.indexOf(piece, at);
          expect(given.slice(at, start)).toMatch(/^[ \t\r\n\s]*$/);
          at = start + piece.length;
          if (longest <= max) expect(boundaries.has(at)).toBe(true);
        }
        expect(given.slice(at)).toMatch(/^\s*$/);
      }),
      { numRuns: 500 },
    );
  });

  it('takes the longest texts', () => {
    const words = 'word '.repeat(6400);
    expect(splitText(words, 160).length).toBeGreaterThan(190);
    expect(splitText(' '.repeat(32_000), 160)).toHaveLength(1);
    expect(splitText('x'.repeat(32_000), 160)).toHaveLength(200);
  });
});

it('headOf keeps whole graphemes', () => {
  expect(headOf('abc', 3)).toBe('abc');
  expect(headOf('ab😀', 3)).toBe('ab');
  expect(headOf(FAMILY, 3)).toBe('');
});
