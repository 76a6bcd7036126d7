import { watchSteal } from './machine';
import type { Gate, Measured } from './measured';
import { median, medianInterval } from './statistics';

/** Two neighbouring blocks: what each came to. */
export interface Pair<T = number> {
  readonly ours: T;
  readonly floor: T;
  /** Share of processor time that the host gave to others meanwhile. */
  readonly steal?: number;
}

/** Pairs with more of it are left out; of more than a third of them left out, nothing is said. */
const STEAL_MOST = 0.05;
const DROPPED_MOST = 1 / 3;

/** How a block of either side is taken. */
export interface Sides<T> {
  readonly ours: () => Promise<T>;
  readonly floor: () => Promise<T>;
}

/** Blocks of ours and of the floor in turn (A B, B A, …), so that what else the machine does meets both. */
export async function inTurn<T>(pairs: number, sides: Sides<T>): Promise<readonly Pair<T>[]> {
  const taken: Pair<T>[] = [];
  for (let n = 0; n < pairs; n += 1) {
    const steal = watchSteal();
    const first = await (n % 2 === 0 ? sides.ours() : sides.floor());
    const second = await (n % 2 === 0 ? sides.floor() : sides.ours());
    const [ours, floor] = n % 2 === 0 ? [first, second] : [second, first];
    taken.push({ ours, floor, steal: steal() });
  }
  return taken;
}

/** One figure of each block, in the same unit. */
export function figures<T>(pairs: readonly Pair<T>[], of: (block: T) => number): Pair[] {
  return pairs.map(({ ours, floor, ...rest }) => ({ ...rest, ours: of(ours), floor: of(floor) }));
}

export interface Line {
  readonly id: string;
  readonly what: string;
  /** Of the two figures, for readers. */
  readonly unit: string;
  readonly gate: Gate | null;
}

/** The median of the ratios of neighbouring blocks, with a bootstrap interval. */
export function ratioOf(all: readonly Pair[], { id, what, unit, gate }: Line): Measured {
  const pairs = all.filter(({ steal = 0 }) => steal <= STEAL_MOST);
  const dropped = all.length - pairs.length;
  const ratios = pairs.map(({ ours, floor }) => ours / floor);
  const shown = (side: keyof Pair) =>
    `${readable(median(pairs.map((pair) => pair[side] ?? Number.NaN)))} ${unit}`;
  const measured = {
    ...{ id, what, gate, ratios, dropped },
    ours: shown('ours'),
    floor: shown('floor'),
    value: median(ratios),
    interval: medianInterval(ratios),
  };
  if (dropped <= all.length * DROPPED_MOST) return measured;
  const reason = `the host gave the processor to others during ${dropped} of ${all.length} pairs of blocks`;
  return { ...measured, reason };
}

function readable(value: number): string {
  if (value >= 100) return value.toFixed(0);
  return value.toFixed(value >= 10 ? 1 : 2);
}
