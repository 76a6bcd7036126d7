import { createHash } from 'node:crypto';

/** Numbers 0..1 that depend on the seed and on what they are for alone: who comes first changes nobody else's. */
export function chance(seed: number, ...about: readonly (string | number)[]): number {
  const hash = createHash('sha256')
    .update([seed, ...about].join('\0'))
    .digest();
  return hash.readUIntBE(0, 6) / 2 ** 48;
}

/** A time with this mean; long ones are rare. */
export function exponential(mean: number, uniform: number): number {
  return -Math.log(1 - uniform) * mean;
}
