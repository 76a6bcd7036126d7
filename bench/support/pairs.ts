import type { Gate, Measured } from './measured';
import { median, medianInterval } from './statistics';

/** What two neighbouring blocks came to, in the same unit. */
export interface Pair {
  readonly ours: number;
  readonly floor: number;
}

export interface Sides {
  /** One block of ours: its figure. */
  readonly ours: () => Promise<number>;
  readonly floor: () => Promise<number>;
}

/** Blocks of ours and of the floor in turn (A B, B A, …), so that what else the machine does meets both. */
export async function inTurn(pairs: number, sides: Sides): Promise<readonly Pair[]> {
  const taken: Pair[] = [];
  for (let n = 0; n < pairs; n += 1) {
    const pair = { ours: 0, floor: 0 };
    const order = n % 2 === 0 ? (['ours', 'floor'] as const) : (['floor', 'ours'] as const);
    for (const side of order) pair[side] = await sides[side]();
    taken.push(pair);
  }
  return taken;
}

export interface Line {
  readonly id: string;
  readonly what: string;
  /** Of the two figures, for readers. */
  readonly unit: string;
  readonly gate: Gate | null;
}

/** The median of the ratios of neighbouring blocks, with a bootstrap interval. */
export function ratioOf(pairs: readonly Pair[], { id, what, unit, gate }: Line): Measured {
  const ratios = pairs.map(({ ours, floor }) => ours / floor);
  const shown = (side: keyof Pair) =>
    `${readable(median(pairs.map((pair) => pair[side])))} ${unit}`;
  return {
    ...{ id, what, gate, ratios },
    ours: shown('ours'),
    floor: shown('floor'),
    value: median(ratios),
    interval: medianInterval(ratios),
  };
}

function readable(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
