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
  /** By which it is measured: `--only` takes it. */
  readonly benchmark?: string;
  /** Taken with fewer and shorter blocks: no verdict. */
  readonly quick?: boolean;
  /** Pairs of blocks that were left out: the host gave the processor to others meanwhile. */
  readonly dropped?: number;
  /** Why there is no figure. */
  readonly reason?: string;
}

export interface Gate {
  readonly at: number;
  readonly better: 'less' | 'more';
  readonly stretch?: number;
  /** What stands between the figure and the gate: told under the table while it is beyond. */
  readonly why?: string;
}

export type Verdict = 'ok' | 'FAILED' | 'not measured' | 'quick run' | '-';

/** An interval wider than this share of the gate says nothing about it (docs: bench/README.md). */
const WIDEST = 1 / 3;

/** A gate fails only when the whole interval lies beyond it. */
export function verdictOf({ value, interval, gate, quick, reason }: Measured): Verdict {
  if (reason !== undefined || (gate && Number.isNaN(value))) return 'not measured';
  if (!gate) return '-';
  if (quick) return 'quick run';
  const [low, high] = interval ?? [value, value];
  const beyond = gate.better === 'less' ? low > gate.at : high < gate.at;
  if (beyond) return 'FAILED';
  const within = gate.better === 'less' ? high <= gate.at : low >= gate.at;
  return within || high - low <= gate.at * WIDEST ? 'ok' : 'not measured';
}

/** By how much the figure is beyond its gate, as a share of the gate; 0 where it is within, or there is nothing to compare. */
export function beyondGate({ value, gate }: Pick<Measured, 'value' | 'gate'>): number {
  if (!gate || Number.isNaN(value) || gate.at === 0) return 0;
  return Math.max(0, (gate.better === 'less' ? value - gate.at : gate.at - value) / gate.at);
}

/** What was seen, and nothing to judge it by. */
export function told(id: string, what: string, ours: string, value: number): Measured {
  return { id, what, ours, floor: '-', value, interval: null, gate: null };
}

/** There is no figure, and why. */
export function notMeasured(id: string, reason: string): Measured {
  return { ...told(id, '-', '-', Number.NaN), reason };
}
