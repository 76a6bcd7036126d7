import type { Gate, Measured } from './measured';
import { median, medianInterval } from './statistics';

/** Two neighbouring blocks: what each came to. */
export interface Pair<T = number> {
  readonly ours: T;
  readonly floor: T;
}

/** How a block of either side is taken. */
export interface Sides<T> {
  readonly ours: () => Promise<T>;
  readonly floor: () => Promise<T>;
}

/** Blocks of ours and of the floor in turn (A B, B A, …), so that what else the machine does meets both. */
export async function inTurn<T>(pairs: number, sides: Sides<T>): Promise<readonly Pair<T>[]> {
  const taken: Pair<T>[] = [];
  for (let n = 0; n < pairs; n += 1) {
    if (n % 2 === 0) {
      const ours = await sides.ours();
      taken.push({ ours, floor: await sides.floor() });
    } else {
      const floor = await sides.floor();
      taken.push({ ours: await sides.ours(), floor });
    }
  }
  return taken;
}

/** One figure of each block, in the same unit. */
export function figures<T>(pairs: readonly Pair<T>[], of: (block: T) => number): Pair[] {
  return pairs.map(({ ours, floor }) => ({ ours: of(ours), floor: of(floor) }));
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
