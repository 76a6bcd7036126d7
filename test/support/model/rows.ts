import type { Command } from './commands';

/** A command as tables of them have it. */
export type Row = readonly [kind: Command['kind'], a: number, b: number];

export const commandsOf = (rows: readonly Row[]): readonly Command[] =>
  rows.map(([kind, a, b]) => ({ kind, a, b }));
