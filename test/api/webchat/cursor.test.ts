import { FROM_THE_START, formatCursor, parseCursor } from '../../../api/webchat/cursor';
import { ProblemError } from '../../../domain/errors';

describe('cursors of a visitor', () => {
  it.each([
    ['0', FROM_THE_START],
    ['12', { plain: 12 }],
    ['cnv_a:3', { positions: [{ conversationId: 'cnv_a', seq: 3 }] }],
    [
      'cnv_a:12,cnv_b:3',
      {
        positions: [
          { conversationId: 'cnv_a', seq: 12 },
          { conversationId: 'cnv_b', seq: 3 },
        ],
      },
    ],
  ])('reads %s', (text, cursor) => {
    expect(parseCursor(text, 'after')).toEqual(cursor);
  });

  it.each([
    '',
    '-1',
    '1.5',
    'x',
    'cnv_a',
    ':3',
    'cnv_a:',
    'cnv_a:3,',
    '9'.repeat(20),
    Array.from({ length: 21 }, () => 'a:1').join(','),
  ])('refuses %s', (text) => {
    expect(() => parseCursor(text, 'after')).toThrow(ProblemError);
  });

  it('is a plain seq in the first conversation alone', () => {
    expect(formatCursor([{ conversationId: 'a', seq: 7 }], 'a')).toBe('7');
    expect(formatCursor([{ conversationId: 'b', seq: 7 }], 'a')).toBe('b:7');
    expect(
      formatCursor(
        [
          { conversationId: 'a', seq: 7 },
          { conversationId: 'b', seq: 1 },
        ],
        'a',
      ),
    ).toBe('a:7,b:1');
  });
});
