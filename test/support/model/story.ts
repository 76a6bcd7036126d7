import type { Command } from './commands';
import { commandsOf } from './rows';

/**
 * One day at the stage, in which every rule that a mutant breaks has its part: an offer lapses and the request is asked again, two
 * agents share the work, one holds, transfers in vain and hands over, providers repeat and lose answers, the archive is away, every run
 * goes on as a new one, and conversations end by themselves, by their customer and by force.
 */
export const DAY: readonly Command[] = commandsOf([
  // A request lapses at one agent and is accepted by the next; a third customer waits.
  ['an agent is ready', 0, 0],
  ['writes', 0, 0],
  ['everything arrives', 0, 0],
  ['an offer lapses', 0, 0],
  ['an agent is ready', 1, 0],
  ['everything arrives', 0, 0],
  ['accepts', 1, 0],
  ['everything arrives', 0, 0],
  ['writes', 1, 0],
  ['everything arrives', 0, 0],
  ['accepts', 1, 0],
  ['everything arrives', 0, 0],
  ['writes', 2, 0],
  ['everything arrives', 0, 0],
  // Every run goes on as a new one while somebody waits, and then the customer is served.
  ['continues as new', 0, 0],
  ['everything arrives', 0, 0],
  ['an agent is ready', 0, 0],
  ['an agent is ready', 2, 0],
  ['everything arrives', 0, 0],
  ['accepts', 0, 0],
  ['accepts', 2, 0],
  ['everything arrives', 0, 0],
  // On a channel that sends, and whose answer is lost.
  ['writes elsewhere', 0, 0],
  ['writes elsewhere', 0, 3],
  ['an agent writes', 0, 0],
  ['the answer of a send is lost', 0, 0],
  ['a minute passes', 0, 0],
  ['a send succeeds', 0, 0],
  // The next is read, says its provider, and then that it was sent; the one after it fails by news that its send waits for.
  ['an agent writes', 0, 0],
  ['a send succeeds', 0, 0],
  ['a receipt', 0, 2],
  ['a receipt', 0, 0],
  ['writes elsewhere', 0, 3],
  ['an agent writes', 0, 0],
  ['the answer of a send is lost', 0, 0],
  ['a receipt', 0, 3],
  ['a minute passes', 0, 0],
  ['a send succeeds', 0, 0],
  // A hold, in which the customer writes; it ends when its time has come.
  ...Array.from({ length: 20 }, () => ['writes', 0, 0] as const),
  ['holds', 0, 0],
  ['writes', 0, 0],
  ['a second passes', 0, 0],
  ['a minute passes', 0, 0],
  // To a queue in which nobody is free; then the agent leaves, and the customer.
  ['transfers warm', 1, 0],
  ['everything arrives', 0, 0],
  ['ten minutes pass', 0, 0],
  ['everything arrives', 0, 0],
  ['leaves', 0, 0],
  ['everything arrives', 0, 0],
  ['the customer leaves', 1, 0],
  ['everything arrives', 0, 0],
  // The archive is away: the end of a conversation waits for it, and the provider repeats the last message, the 28th.
  ['the archive is down', 0, 0],
  ['force-closes', 2, 0],
  ['everything arrives', 0, 0],
  ['writes', 2, 0],
  ['force-closes', 2, 0],
  ['the provider repeats', 2, 3],
  ['everything arrives', 0, 0],
  ['continues as new', 0, 0],
  ['the provider repeats', 2, 3],
  ['everything arrives', 0, 0],
  ['the archive is back', 0, 0],
  ['everything arrives', 0, 0],
  // A customer who waits is erased, and writes again.
  ['writes', 1, 0],
  ['everything arrives', 0, 0],
  ['erases', 1, 0],
  ['writes', 1, 0],
  ['everything arrives', 0, 0],
]);
