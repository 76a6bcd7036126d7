/** Seconds that a benchmark takes on two quiet cores, its servers' start included. */
export interface Estimate {
  readonly full: number;
  readonly quick: number;
}

/** Divides a time among benchmarks: as many as it has room for in full, in their order, and the rest quickly. */
export class Schedule {
  private readonly begun: number;
  private estimated = 0;

  /** `seconds`: the time, or Infinity. */
  constructor(
    private readonly seconds: number,
    private readonly now: () => number = () => performance.now() / 1000,
  ) {
    this.begun = now();
  }

  /** Whether the next one has to be quick, so that those after it are measured at all. */
  mustBeQuick(next: Estimate, after: readonly Estimate[]): boolean {
    const rest = after.reduce((sum, { quick }) => sum + quick, next.full);
    return this.elapsed + rest * this.pace > this.seconds;
  }

  /** One is done that was to take so long. */
  done(seconds: number): void {
    this.estimated += seconds;
  }

  /** How much longer this machine takes than two quiet cores. */
  private get pace(): number {
    return this.estimated === 0 ? 1 : this.elapsed / this.estimated;
  }
  private get elapsed(): number {
    return this.now() - this.begun;
  }
}
