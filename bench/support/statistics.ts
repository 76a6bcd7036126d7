/** Value below which the share `q` (0..1) of the samples lies. */
export function quantile(samples: readonly number[], q: number): number {
  const sorted = [...samples].sort((a, b) => a - b);
  const index = Math.min(sorted.length - 1, Math.max(0, Math.ceil(q * sorted.length) - 1));
  return sorted[index] ?? Number.NaN;
}

export function median(samples: readonly number[]): number {
  return quantile(samples, 0.5);
}

/** 95 % interval of the median by bootstrap, with a seeded generator so that a result can be recomputed. */
export function medianInterval(samples: readonly number[], seed = 1): readonly [number, number] {
  let state = seed;
  const random = () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296; // Numerical Recipes' linear congruential generator
    return state / 4_294_967_296;
  };
  const medians = Array.from({ length: 1000 }, () =>
    median(samples.map(() => samples[Math.floor(random() * samples.length)] ?? 0)),
  );
  return [quantile(medians, 0.025), quantile(medians, 0.975)];
}
