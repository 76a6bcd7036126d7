import fc from 'fast-check';
import { COMMANDS, type Command } from './commands';
import { commandsOf } from './rows';

/** What happens often: without it, a random run is mostly of people who are not there. */
export const OFTEN: readonly Command['kind'][] = [
  ...([
    'writes',
    'writes',
    'an agent is ready',
    'an agent is ready',
    'accepts',
    'accepts',
  ] as const),
  ...(['everything arrives', 'everything arrives', 'everything arrives'] as const),
  ...(['an agent writes', 'a send succeeds', 'post arrives', 'mail arrives'] as const),
  ...(['writes elsewhere', 'an agent writes', 'a receipt', 'a receipt'] as const),
];
/** Two customers are served, one of them on a channel that sends: what random lists seldom come to. */
const AT_WORK = commandsOf([
  ['an agent is ready', 0, 0],
  ['writes elsewhere', 0, 3],
  ['writes elsewhere', 1, 1],
  ['everything arrives', 0, 0],
  ['accepts', 0, 0],
  ['accepts', 0, 0],
  ['everything arrives', 0, 0],
  ['an agent writes', 0, 0],
]);
const lists: fc.Arbitrary<readonly Command[]> = fc.array(
  fc.record({
    kind: fc.constantFrom(...OFTEN, ...(Object.keys(COMMANDS) as Command['kind'][])),
    a: fc.nat(11),
    b: fc.nat(11),
  }),
  { maxLength: 60, size: 'max' },
);
export const commands = fc.oneof(
  lists,
  lists.map((list) => [...AT_WORK, ...list]),
);
