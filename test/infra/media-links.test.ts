import { createMediaLinks } from '../../infra/media-links';

const at = (iso: string, secrets: readonly [string, ...string[]] = ['a-secret-of-enough-length']) =>
  createMediaLinks({ publicUrl: 'https://parley.example', secrets, now: () => new Date(iso) });

describe('createMediaLinks', () => {
  const link = new URL(at('2026-11-22T10:00:00.000Z').linkOf('med_1'));
  const expires = link.searchParams.get('expires') ?? '';
  const signature = link.searchParams.get('signature') ?? '';

  it('makes links below the public URL', () => {
    expect(link.origin + link.pathname).toBe('https://parley.example/media/med_1');
  });

  it.each([
    ['as made', at('2026-11-25T10:00:00.000Z').isValid('med_1', expires, signature), true],
    [
      'by a secret that was first before',
      at('2026-11-25T10:00:00.000Z', ['another-secret-there', 'a-secret-of-enough-length']).isValid(
        'med_1',
        expires,
        signature,
      ),
      true,
    ],
    ['too late', at('2026-11-29T10:00:01.000Z').isValid('med_1', expires, signature), false],
    [
      'for another medium',
      at('2026-11-25T10:00:00.000Z').isValid('med_2', expires, signature),
      false,
    ],
    [
      'with a later end',
      at('2026-11-25T10:00:00.000Z').isValid('med_1', `${Number(expires) + 1}`, signature),
      false,
    ],
    ['with no signature', at('2026-11-25T10:00:00.000Z').isValid('med_1', expires, ''), false],
    [
      'by another secret',
      at('2026-11-25T10:00:00.000Z', ['another-secret-there']).isValid('med_1', expires, signature),
      false,
    ],
    [
      'with an end that is no number',
      at('2026-11-25T10:00:00.000Z').isValid('med_1', 'never', signature),
      false,
    ],
  ])('%s', (_case, valid, expected) => {
    expect(valid).toBe(expected);
  });
});
