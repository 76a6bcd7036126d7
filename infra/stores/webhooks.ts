import type { EntryType } from '../../domain/conversation/timeline-activity';
import type { Page, PageRequest } from '../page';

export type WebhookDeliveryState = 'PENDING' | 'DELIVERED' | 'DEAD';

/** One archived entry on its way to one subscriber. Times are ISO UTC. */
export interface WebhookDelivery {
  /** `{conversationId}:{seq}`: the `webhook-id`, the same on every attempt. */
  readonly id: string;
  readonly subscriptionId: string;
  readonly conversationId: string;
  readonly seq: number;
  readonly type: EntryType;
  readonly state: WebhookDeliveryState;
  readonly attempts: number;
  readonly createdAt: string;
  /** Null once it is settled. */
  readonly nextAttemptAt: string | null;
  readonly lastAttemptAt: string | null;
  /** Why the last attempt did not settle it: `HTTP 500`, or what kept it from being sent. */
  readonly lastError: string | null;
}

/** Entries of one conversation for one subscriber: they go out in order. */
export interface WebhookLane {
  readonly subscriptionId: string;
  readonly conversationId: string;
}

/** What came of one attempt. `retryAt` null: it is given up. */
export type WebhookAttempt =
  | { readonly type: 'delivered' }
  | { readonly type: 'failed'; readonly error: string; readonly retryAt: Date | null };

export interface WebhookDeliveryStore {
  /** Adds what is not there yet. */
  add(
    entries: readonly (WebhookLane & { readonly seq: number; readonly type: EntryType })[],
  ): Promise<void>;
  /** Lanes with something due, the longest waiting first. */
  dueLanes(limit: number): Promise<readonly WebhookLane[]>;
  /** The first delivery of a lane that is not settled; null when none is, or it is not due: then the lane is due when it is. */
  head(lane: WebhookLane): Promise<WebhookDelivery | null>;
  settle(delivery: WebhookDelivery, attempt: WebhookAttempt): Promise<void>;
  /** Nothing is sent before `until`. */
  postpone(lane: WebhookLane, until: Date): Promise<void>;
  /** The entry or the subscription is gone. */
  drop(lane: WebhookLane, seq?: number): Promise<void>;
  /** Newest first. */
  list(
    subscriptionId: string,
    state: WebhookDeliveryState | undefined,
    page: PageRequest,
  ): Promise<Page<WebhookDelivery>>;
  /** Sends it again, with its whole time before it; null when there is no such delivery. Throws `ILLEGAL_STATE` when it has arrived. */
  retry(subscriptionId: string, deliveryId: string): Promise<WebhookDelivery | null>;
}

/** A subscription as it is configured. */
export interface WebhookSubscriber {
  readonly id: string;
  readonly url: string;
  readonly types: readonly EntryType[];
  readonly secret: string;
  readonly enabled: boolean;
}

/** The archive behind a stored cursor. One process reads it at a time. */
export interface WebhookArchiveReader {
  /**
   * Turns every entry that is archived from the cursor on into deliveries, until stopped. Nothing is missed: the cursor moves once
   * they are stored, and where the database no longer knows its place, entries of the time in question are read again.
   */
  follow(stop: AbortSignal): Promise<void>;
}

/** A lease on a piece of work that one process does at a time. */
export interface Lease {
  /** Takes or renews it; false while another process has it. */
  take(): Promise<boolean>;
  release(): Promise<void>;
}
