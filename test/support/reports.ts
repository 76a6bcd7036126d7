import type { QueuedTask } from '../../domain/reporting/queue-intervals';
import { DEFAULT_SERVICE_LEVEL } from '../../domain/reporting/service-level';

/** A task that waits in queue `support` since 10:00, as its counters see it. */
export function aQueuedTask(given: Partial<QueuedTask> = {}): QueuedTask {
  return {
    mode: 'QUEUE',
    direction: 'INBOUND',
    queueId: 'support',
    queuedAt: '2026-03-02T10:00:00.000Z',
    reservedAt: null,
    answeredAt: null,
    wrapUpStartedAt: null,
    endedAt: null,
    closeReason: null,
    closeDetail: null,
    level: DEFAULT_SERVICE_LEVEL,
    createdAt: '2026-03-02T10:00:00.000Z',
    updatedAt: '2026-03-02T10:00:00.000Z',
    ...given,
  };
}

/** All items. */
export async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}
