import type { QueueFacts } from '../conversation/acts';
import type { Queue } from './schema';

/** domain.md 6.4. */
const RESERVATION_SECONDS = 20;

/** What a request needs to know of its queue. Takes a stored one; what it does not say has its default. */
export function queueFacts(queue: Readonly<Record<string, unknown>>): QueueFacts {
  const { agentSlaSeconds, reservationSeconds, mrdId, agentSlaThresholds } =
    queue as Partial<Queue>; // parsed by its schema when it was saved
  return {
    agentSlaSeconds: agentSlaSeconds ?? null,
    reservationSeconds: reservationSeconds ?? RESERVATION_SECONDS,
    mrdId: mrdId ?? 'chat',
    agentSlaThresholds: agentSlaThresholds ?? [],
  };
}
