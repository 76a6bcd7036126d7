import type { RoutingConfig, Waiting } from './model';

/** domain.md 6.3: queue's priority, task's priority, oldest first, task id. */
export function inOrder(config: RoutingConfig): (a: Waiting, b: Waiting) => number {
  const queuePriority = ({ queueId }: Waiting) => config.queues[queueId ?? '']?.priority ?? 1;
  return (a, b) =>
    queuePriority(b) - queuePriority(a) ||
    b.priority - a.priority ||
    a.waitingSince - b.waitingSince ||
    (a.taskId < b.taskId ? -1 : a.taskId > b.taskId ? 1 : 0);
}

/** Requests of one MRD in the order in which they are served; kept sorted, since thousands may wait. */
export class ServingOrder {
  /** Replaced, never changed in place: whoever goes through it may end requests meanwhile. */
  private sorted: readonly Waiting[];

  constructor(
    private readonly compare: (a: Waiting, b: Waiting) => number,
    requests: Iterable<Waiting> = [],
  ) {
    this.sorted = [...requests].sort(compare);
  }

  add(request: Waiting): void {
    this.sorted = this.sorted.toSpliced(this.placeOf(request), 0, request);
  }

  remove(request: Waiting): void {
    const at = this.placeOf(request);
    if (this.sorted[at]?.taskId === request.taskId) this.sorted = this.sorted.toSpliced(at, 1);
  }

  get snapshot(): readonly Waiting[] {
    return this.sorted;
  }

  /** 1-based rank in its queue. */
  positionOf(request: Waiting): number {
    let position = 1;
    for (const other of this.sorted) {
      if (other.taskId === request.taskId) break;
      if (other.queueId === request.queueId) position += 1;
    }
    return position;
  }

  private placeOf(request: Waiting): number {
    let low = 0;
    let high = this.sorted.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const other = this.sorted[middle] as Waiting; // low <= middle < length
      if (this.compare(other, request) < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
