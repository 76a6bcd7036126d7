/** One line of the table. `value` is a ratio to the floor unless the line says otherwise. */
export interface Measured {
  readonly id: string;
  readonly what: string;
  readonly ours: string;
  readonly floor: string;
  readonly value: number;
  /** 95 % interval, null where there is none. */
  readonly interval: readonly [number, number] | null;
  /** Null: told, not judged. `stretch` is what we would like. */
  readonly gate: Gate | null;
  /** What every pair of blocks came to, for who wants to compute again. */
  readonly ratios?: readonly number[];
}

export interface Gate {
  readonly at: number;
  readonly better: 'less' | 'more';
  readonly stretch?: number;
}

export type Verdict = 'ok' | 'FAILED' | 'not measured' | '-';

/** An interval wider than this share of the gate says nothing about it (docs: bench/README.md). */
const WIDEST = 1 / 3;

/** A gate fails only when the whole interval lies beyond it. */
export function verdictOf({ value, interval, gate }: Measured): Verdict {
  if (!gate) return '-';
  if (Number.isNaN(value)) return 'not measured';
  const [low, high] = interval ?? [value, value];
  const beyond = gate.better === 'less' ? low > gate.at : high < gate.at;
  if (beyond) return 'FAILED';
  const within = gate.better === 'less' ? high <= gate.at : low >= gate.at;
  return within || high - low <= gate.at * WIDEST ? 'ok' : 'not measured';
}

/** What was seen, and nothing to judge it by. */
export function told(id: string, what: string, ours: string, value: number): Measured {
  return { id, what, ours, floor: '-', value, interval: null, gate: null };
}
