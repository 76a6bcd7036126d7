import type { Client } from '@temporalio/client';
import { Gauge, type Registry } from 'prom-client';
import type { Stores } from '../../infra/stores';
import { partsUp } from '../readiness';
import type { RoutingDesk } from '../routing/desk';

export interface LiveFigureDeps {
  readonly stores: Pick<Stores, 'ping' | 'conversations' | 'routing'>;
  readonly temporal: Client;
  readonly desk: Pick<RoutingDesk, 'queues'>;
  readonly now: () => Date;
}

/** Milliseconds for which figures are believed: several scrapers cost no more than one. */
const FRESH_MS = 10_000;

/**
 * Gauges that are asked for when somebody scrapes: the parts that are up, open conversations, queues, agents. Every api process
 * shows the same, so take the maximum over them. What cannot be asked just now is left out, never shown as it was.
 */
export function registerLiveFigures(registry: Registry, deps: LiveFigureDeps): void {
  const { stores, temporal, desk, now } = deps;
  let asked: { readonly at: number; readonly done: Promise<unknown> } | null = null;

  function refreshed(): Promise<unknown> {
    const at = now().getTime();
    if (!asked || at - asked.at > FRESH_MS)
      asked = { at, done: Promise.all([parts(), open(), queues(), agents()]) };
    return asked.done;
  }
  function gauge<Label extends string>(name: string, help: string, labelNames: readonly Label[]) {
    const collect = async () => void (await refreshed());
    return new Gauge({ name, help, labelNames: [...labelNames], registers: [registry], collect });
  }

  const up = gauge('parley_part_up', 'Whether a part answers: temporal, mongodb, worker.', [
    'part',
  ]);
  const conversations = gauge('parley_conversations_open', 'Open conversations by state.', [
    'state',
  ]);
  const perQueue = ['queue'] as const;
  const waiting = gauge('parley_queue_waiting', 'Requests that wait or ring.', perQueue);
  const ringing = gauge('parley_queue_ringing', 'Requests that ring at an agent.', perQueue);
  const oldest = gauge('parley_queue_longest_wait_seconds', 'Age of the oldest request.', perQueue);
  const ready = gauge('parley_queue_agents_ready', 'Agents who may get an offer now.', perQueue);
  const agentStates = gauge('parley_agents', 'Agents who are logged in, by state.', ['state']);

  async function parts() {
    const state = await partsUp(stores, temporal);
    for (const [part, isUp] of Object.entries(state)) up.set({ part }, isUp ? 1 : 0);
  }
  async function open() {
    const counts = await stores.conversations.openCounts(null).catch(unknown);
    conversations.reset();
    for (const [state, count] of Object.entries(counts?.byState ?? {}))
      conversations.set({ state }, count);
    if (counts && Object.keys(counts.byState).length === 0)
      conversations.set({ state: 'ACTIVE' }, 0);
  }
  async function queues() {
    const all = await desk.queues().catch(unknown);
    for (const each of [waiting, ringing, oldest, ready]) each.reset();
    for (const { queueId: queue, ...status } of all ?? []) {
      waiting.set({ queue }, status.waiting);
      ringing.set({ queue }, status.ringing);
      ready.set({ queue }, status.agentsReady);
      const since = status.oldestWaitingSince;
      const seconds = since === null ? 0 : (now().getTime() - Date.parse(since)) / 1000;
      oldest.set({ queue }, Math.max(0, seconds));
    }
  }
  async function agents() {
    const all = await stores.routing.agents().catch(unknown);
    agentStates.reset();
    const present = all?.filter(({ loginAt }) => loginAt !== null);
    for (const { state } of present ?? []) agentStates.inc({ state });
  }
}

/** What could not be asked. */
function unknown(): null {
  return null;
}
