import { createSecretBox, SecretBoxError } from '../../infra/secret-box';

const [old, fresh] = ['the old secret of the tests', 'the new secret of the tests'];

describe('createSecretBox', () => {
  it('opens what it sealed, and what an earlier secret of the list sealed', () => {
    const sealed = createSecretBox([old]).seal('töken', 'connectors/a');
    expect(sealed).not.toContain('töken');
    expect(createSecretBox([old]).open(sealed, 'connectors/a')).toBe('töken');
    const rotated = createSecretBox([fresh, old]);
    expect(rotated.open(sealed, 'connectors/a')).toBe('töken');
    expect(createSecretBox([fresh]).open(rotated.seal('token', 'x'), 'x')).toBe('token');
  });

  it('seals the same text differently each time', () => {
    const box = createSecretBox([old]);
    expect(box.seal('token', 'x')).not.toBe(box.seal('token', 'x'));
  });

  it.each([
    ['another secret', (sealed: string) => createSecretBox([fresh]).open(sealed, 'x')],
    ['another context', (sealed: string) => createSecretBox([old]).open(sealed, 'y')],
    [
      'a changed byte',
      (sealed: string) => createSecretBox([old]).open(`${sealed.slice(0, -2)}AA`, 'x'),
    ],
    ['a cut text', (sealed: string) => createSecretBox([old]).open(sealed.slice(0, 30), 'x')],
    ['no text of ours', () => createSecretBox([old]).open('plain', 'x')],
  ])('refuses %s without a word about the content', (_name, open) => {
    const sealed = createSecretBox([old]).seal('the content', 'x');
    expect(() => open(sealed)).toThrow(SecretBoxError);
  });
});
