/** Customers remembered: more than one process talks to at a time. */
const LIMIT = 50_000;

/**
 * Customers whose workflow this process has lately found running. A plain signal costs the server less than `signalWithStart`, and
 * one that meets no run is refused, so that nothing is lost by believing it (performance.md section 5, lever 6).
 */
export class SeenRunning {
  private readonly customerIds = new Set<string>();

  has(customerId: string): boolean {
    return this.customerIds.has(customerId);
  }
  add(customerId: string): void {
    this.customerIds.delete(customerId);
    this.customerIds.add(customerId);
    if (this.customerIds.size <= LIMIT) return;
    const [oldest] = this.customerIds;
    if (oldest !== undefined) this.customerIds.delete(oldest);
  }
  delete(customerId: string): void {
    this.customerIds.delete(customerId);
  }
}
