import { setTimeout as sleep } from 'node:timers/promises';
import { OutgoingError } from '../domain/outgoing-error';
import type { Outgoing } from '../infra/outgoing';
import type { ArchivedEntry, ConfigStore, TimelineStore } from '../infra/stores';
import type {
  WebhookAttempt,
  WebhookDelivery,
  WebhookDeliveryStore,
  WebhookLane,
  WebhookSubscriber,
} from '../infra/stores/webhooks';

export interface WebhookDispatcherDeps {
  readonly webhooks: WebhookDeliveryStore;
  readonly config: Pick<ConfigStore, 'get'>;
  readonly timeline: Pick<TimelineStore, 'read'>;
  readonly outgoing: Pick<Outgoing, 'fetch'>;
  /** An entry as staff see it. */
  readonly view: (entry: ArchivedEntry) => unknown;
  /** Headers of Standard Webhooks. */
  readonly signed: (id: string, body: string, at: Date, secret: string) => Record<string, string>;
  /** How often what is due is looked for, ms. @default 500 */
  readonly everyMs?: number;
  readonly now?: () => Date;
  /** 0 to 1, for pauses that do not fall together. */
  readonly random?: () => number;
}

const CALL_TIMEOUT_MS = 15_000;
/** Of the subscriber's answer: only its status counts. */
const ANSWER_MAX_BYTES = 65_536;
/** Lanes served at the same time, all in all and of one subscriber: a slow one must not take every place. */
const LANES_AT_ONCE = 32;
const LANES_PER_SUBSCRIBER = 8;
/** How long a delivery is tried (connectors.md section 10), and the pauses between tries, ms. */
const LIFE_MS = 24 * 3_600_000;
const FIRST_PAUSE_MS = 1000;
const LONGEST_PAUSE_MS = 3_600_000;
/** A subscription that is switched off is looked at again after this, ms. */
const DISABLED_MS = 30_000;

/**
 * Sends archived entries to subscribers: in order per conversation and subscription, each until a 2xx or for 24 hours. What is on its
 * way is in the store, so another process may go on at any moment; then an entry may come twice, under the same `webhook-id`.
 */
export function createWebhookDispatcher(deps: WebhookDispatcherDeps) {
  const { webhooks, config, timeline, outgoing, view, signed } = deps;
  const { everyMs = 500, now = () => new Date(), random = Math.random } = deps;
  const fetch = outgoing.fetch({
    timeoutMs: CALL_TIMEOUT_MS,
    maxBytes: ANSWER_MAX_BYTES,
    maxRedirects: 0,
  });
  const busy = new Map<string, Promise<void>>();

  /** Until stopped; what is under way ends first. Throws while the store cannot be reached. */
  async function run(stop: AbortSignal): Promise<void> {
    try {
      while (!stop.aborted) {
        for (const lane of await webhooks.dueLanes(10 * LANES_AT_ONCE)) begin(lane, stop);
        await sleep(everyMs, undefined, { signal: stop }).catch(() => undefined); // woken to end
      }
    } finally {
      await Promise.all(busy.values());
    }
  }

  function begin(lane: WebhookLane, stop: AbortSignal): void {
    const key = `${lane.subscriptionId} ${lane.conversationId}`;
    const ofSubscriber = [...busy.keys()].filter((one) =>
      one.startsWith(`${lane.subscriptionId} `),
    );
    if (busy.has(key) || busy.size >= LANES_AT_ONCE) return;
    if (ofSubscriber.length >= LANES_PER_SUBSCRIBER) return;
    const done = () => void busy.delete(key);
    busy.set(key, serve(lane, stop).then(done, done)); // the store failed: the lane stays due
  }

  /** One after the other, as long as they arrive. */
  async function serve(lane: WebhookLane, stop: AbortSignal): Promise<void> {
    while (!stop.aborted) {
      const subscriber = (await config.get('webhook-subscriptions', lane.subscriptionId)) as
        | (WebhookSubscriber & { readonly version: number })
        | null;
      if (!subscriber) return webhooks.drop(lane);
      if (!subscriber.enabled)
        return webhooks.postpone(lane, new Date(now().getTime() + DISABLED_MS));
      const delivery = await webhooks.head(lane);
      if (!delivery) return;
      const attempt = await deliver(delivery, subscriber);
      if (attempt) await webhooks.settle(delivery, attempt);
      else await webhooks.drop(lane, delivery.seq);
      if (attempt?.type === 'failed' && attempt.retryAt) return;
    }
  }

  /** Null: there is no such entry (any more). */
  async function deliver(
    delivery: WebhookDelivery,
    { url, secret }: WebhookSubscriber,
  ): Promise<WebhookAttempt | null> {
    const { conversationId, seq, type, id } = delivery;
    const [entry] = await timeline.read(conversationId, seq - 1, 1);
    if (entry?.seq !== seq || entry.type !== type) return null;
    const body = JSON.stringify({ type, timestamp: entry.at, data: view(entry) });
    const error = await post(url, body, signed(id, body, now(), secret));
    if (error === null) return { type: 'delivered' };
    return { type: 'failed', error, retryAt: retryAt(delivery) };
  }

  /** Null when it was taken, else why not. */
  async function post(
    url: string,
    body: string,
    headers: Record<string, string>,
  ): Promise<string | null> {
    try {
      const answer = await fetch(url, {
        method: 'POST',
        headers: { 'content-type': 'application/json', ...headers },
        body,
        redirect: 'manual',
      });
      await answer.body?.cancel();
      return answer.ok ? null : `HTTP ${answer.status}`;
    } catch (error) {
      return error instanceof OutgoingError ? error.message : 'no answer';
    }
  }

  /** Doubling from a second to an hour, give or take a fifth; null when its time is over. */
  function retryAt({ attempts, createdAt }: WebhookDelivery): Date | null {
    if (now().getTime() - Date.parse(createdAt) >= LIFE_MS) return null;
    const pause = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(attempts, 20), LONGEST_PAUSE_MS);
    return new Date(now().getTime() + pause * (0.8 + 0.4 * random()));
  }

  return { run };
}
