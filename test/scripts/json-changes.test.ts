import { changesIn, short } from '../../scripts/would-change/json-changes';

describe('changesIn', () => {
  it.each([
    ['nothing', { a: [1, { b: null }] }, { a: [1, { b: null }] }, []],
    ['another order of members', { a: 1, b: 2 }, { b: 2, a: 1 }, []],
    ['a value', { a: { b: 1 } }, { a: { b: 2 } }, ['a.b 1 2']],
    ['an item more', { a: [1] }, { a: [1, 2] }, ['a[1] (none) 2']],
    ['a member less', { a: 1, b: 2 }, { a: 1 }, ['b 2 (none)']],
    ['another kind', { a: [] }, { a: {} }, ['a [] {}']],
    ['a value that is the whole', 'x', 'y', [' "x" "y"']],
  ])('%s', (_name, was, wouldBe, changes) => {
    expect(
      changesIn(was, wouldBe).map((at) => `${at.path} ${short(at.was)} ${short(at.wouldBe)}`),
    ).toEqual(changes);
  });

  it('shows long values cut', () => {
    expect(short('x'.repeat(500))).toHaveLength(80);
  });
});
