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
  const random = seeded(seed);
  const medians = Array.from({ length: 1000 }, () =>
    median(samples.map(() => samples[Math.floor(random() * samples.length)] ?? 0)),
  );
  return [quantile(medians, 0.025), quantile(medians, 0.975)];
}

/** Numbers 0..1, the same for the same seed. */
export function seeded(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) % 4_294_967_296; // Numerical Recipes' linear congruential generator
    return state / 4_294_967_296;
  };
}

/** Slope of the least-squares line through the points. */
export function slope(points: readonly (readonly [number, number])[]): number {
  const mean = (values: readonly number[]) => values.reduce((a, b) => a + b, 0) / values.length;
  const x = mean(points.map(([at]) => at));
  const y = mean(points.map(([, value]) => value));
  const above = points.reduce((sum, [at, value]) => sum + (at - x) * (value - y), 0);
  return above / points.reduce((sum, [at]) => sum + (at - x) ** 2, 0);
}
