/** In `ms` milliseconds, by the database's clock: for what several processes have to agree on, whatever their own clocks say. */
export function fromNow(ms: number) {
  return { $dateAdd: { startDate: '$$NOW', unit: 'millisecond', amount: ms } } as const;
}
