import { matches, meets, skillSum } from '../../../domain/routing/expression';
import type { Skill } from '../../../domain/routing/model';
import type { Expression } from '../../../domain/routing/schema';

type Term = Expression['terms'][number];
const term = (attributeId: string, op: Term['op'], value: Skill, join?: 'AND' | 'OR'): Term => ({
  attributeId,
  op,
  value,
  ...(join ? { join } : {}),
});
const of = (skills: Readonly<Record<string, Skill>>) => (id: string) => skills[id];

describe('expressions (domain.md 6.4)', () => {
  it.each([
    ['no expression', null, {}, true],
    ['has', [term('urdu', '==', true)], { urdu: true }, true],
    ['has not', [term('urdu', '==', true)], { urdu: false }, false],
    ['a missing one counts as false', [term('urdu', '==', false)], {}, true],
    ['a missing one is not true', [term('urdu', '!=', true)], {}, true],
    ['a missing one counts as 0', [term('billing', '<', 1)], {}, true],
    ['==', [term('billing', '==', 5)], { billing: 5 }, true],
    ['!=', [term('billing', '!=', 5)], { billing: 5 }, false],
    ['<', [term('billing', '<', 5)], { billing: 5 }, false],
    ['<=', [term('billing', '<=', 5)], { billing: 5 }, true],
    ['>', [term('billing', '>', 5)], { billing: 6 }, true],
    ['>=', [term('billing', '>=', 5)], { billing: 4 }, false],
    [
      'a OR b AND c is (a OR b) AND c',
      [term('a', '==', true), term('b', '==', true, 'OR'), term('c', '==', true, 'AND')],
      { a: true },
      false,
    ],
    [
      'a AND b OR c is (a AND b) OR c',
      [term('a', '==', true), term('b', '==', true, 'AND'), term('c', '==', true, 'OR')],
      { c: true },
      true,
    ],
  ] as const)('%s', (_name, terms, skills, expected) => {
    expect(matches(terms ? { terms: [...terms] } : null, of(skills))).toBe(expected);
  });

  it.each([
    [{}, {}, true],
    [{ billing: 5 }, { billing: 5 }, true],
    [{ billing: 5 }, { billing: 4 }, false],
    [{ urdu: true }, { urdu: true }, true],
    [{ urdu: true }, {}, false],
    [{ urdu: true, billing: 2 }, { urdu: true }, false],
  ] as const)('required %j of %j: %s', (required, skills, expected) => {
    expect(meets(required, of(skills))).toBe(expected);
  });

  it('adds up what it names, each once', () => {
    const terms = [term('a', '>', 1), term('a', '<', 9, 'AND'), term('b', '==', true, 'OR')];
    expect(skillSum({ terms }, of({ a: 7, b: true, c: 9 }))).toBe(8);
  });
});
