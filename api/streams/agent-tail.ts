import type { ChangeFeed } from '../../infra/stores';
import type { AgentEvent, RoutingStore } from '../../infra/stores/routing';
import type { EventSink } from './sse';
import { patiently } from './timeline-tail';

/** Events read at a time. */
const PAGE = 200;

export interface AgentTail {
  readonly agentId: string;
  /** The reader has everything up to this number; null: it begins now, with the offers that ring. */
  readonly after: number | null;
  readonly routing: Pick<RoutingStore, 'events' | 'recent'>;
  readonly feed: Pick<ChangeFeed, 'onAgentEvents' | 'onReset'>;
  readonly now: () => Date;
  /** Writes one event; called in order, without a repeat. */
  readonly write: (event: AgentEvent) => void;
}

/**
 * Follows the events of one agent until the stream closes. It listens before it first reads, so nothing falls between; the store
 * alone decides what comes next, the feed only says that something did.
 */
export async function followAgent(
  { agentId, after, routing, feed, now, write }: AgentTail,
  sink: EventSink,
  signal: AbortSignal,
): Promise<void> {
  let last = after;
  let stale = true;
  let wake: (() => void) | null = null;
  const refresh = () => {
    stale = true;
    wake?.();
  };
  const stops = [feed.onReset(refresh), feed.onAgentEvents(agentId, refresh)];
  signal.addEventListener('abort', () => wake?.());

  async function begin(): Promise<void> {
    const recent = await patiently(() => routing.recent(agentId, PAGE));
    if (!recent) return;
    for (const event of ringing(recent, now())) write(event);
    last = recent.at(-1)?.n ?? 0;
  }
  async function goOn(from: number): Promise<void> {
    stale = false;
    const page = await patiently(() => routing.events(agentId, from, PAGE));
    for (const event of page ?? []) {
      write(event);
      last = event.n;
    }
    if (!page || page.length === PAGE) stale = true;
  }

  try {
    while (!signal.aborted) {
      if (last === null) await begin();
      else if (stale) await goOn(last);
      else
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
      await sink.ready();
    }
  } finally {
    for (const stop of stops) stop();
  }
}

/** Offers among these events that nobody has answered, withdrawn or let lapse. */
export function ringing(events: readonly AgentEvent[], now: Date): readonly AgentEvent[] {
  const open = new Map<unknown, AgentEvent>();
  for (const event of events) {
    const { taskId } = event.data;
    if (event.type === 'OFFER') open.set(taskId, event);
    else if (event.type === 'OFFER_REVOKED' || event.type === 'TASK_ASSIGNED') open.delete(taskId);
  }
  return [...open.values()].filter(
    ({ data }) => typeof data['expiresAt'] === 'string' && data['expiresAt'] > now.toISOString(),
  );
}
