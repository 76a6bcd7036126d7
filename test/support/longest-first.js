const { default: Sequencer } = require('@jest/test-sequencer');

/** What takes longest, longest first: begun last, it would end alone on one processor. Jest itself goes by size of file until it has timed them. */
const LONGEST = ['e2e/chaos', 'e2e/desk', 'e2e/product', 'connectors/conformance/conformance'];

/** The order in which suites begin. */
module.exports = class LongestFirst extends Sequencer {
  sort(tests) {
    const place = ({ path }) => {
      const at = LONGEST.findIndex((name) => path.endsWith(`/${name}.test.ts`));
      return at < 0 ? LONGEST.length : at;
    };
    return super.sort(tests).sort((a, b) => place(a) - place(b));
  }
};
