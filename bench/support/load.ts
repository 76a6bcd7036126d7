import { inParallel } from '../../domain/in-parallel';
import { pause } from './api';

/** Calls `call` `size` times from `callers` closed loops; ms of each. */
export async function closedLoop(
  callers: number,
  size: number,
  call: (n: number) => Promise<unknown>,
): Promise<number[]> {
  const taken: number[] = [];
  await inParallel([...Array(size).keys()], callers, async (n) => {
    const begun = performance.now();
    await call(n);
    taken.push(performance.now() - begun);
  });
  return taken;
}

/**
 * Calls at seeded Poisson times, `perSecond` on average, whether or not earlier ones were answered. The ms of each count from
 * the moment in which it was due, so that a stall is not hidden.
 */
export async function openLoop(
  perSecond: number,
  seconds: number,
  call: (n: number) => Promise<unknown>,
  random: () => number,
): Promise<number[]> {
  const taken: number[] = [];
  const running: Promise<void>[] = [];
  const begun = performance.now();
  let due = begun;
  for (let n = 0; due < begun + seconds * 1000; n += 1) {
    due += (-Math.log(1 - random()) / perSecond) * 1000;
    const wait = due - performance.now();
    if (wait > 0) await pause(wait);
    const from = due;
    running.push(call(n).then(() => void taken.push(performance.now() - from)));
  }
  await Promise.all(running);
  return taken;
}
