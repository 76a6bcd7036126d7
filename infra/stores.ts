import type { Channel } from '../domain/channel/schema';
import type { ChannelSettings } from '../domain/channel/settings';
import { RESOURCE_NAMES, type ResourceName } from '../domain/configuration/resource-names';
import type {
  Actor,
  ConversationData,
  Json,
  PendingEntry,
  TimelineActivity,
} from '../domain/conversation/model';
import type { Projection } from '../domain/conversation/projection';
import type { Conversation } from '../domain/conversation/view';
import type { MediaFailure, MediaView } from '../domain/message/media-state';
import type { ReportedState } from '../domain/message/reported-state';
import type { HookRegistrationStore } from './hook-registrations';
import type { Page, PageRequest } from './page';
import type { JobStore } from './privacy-stores';
import type { ReportStore, TaskStore } from './report-store';
import type { PresenceStore, RoutingStore } from './routing-stores';
import type { WebhookDeliveryStore } from './webhook-stores';

export type { Page, PageRequest };

/**
 * What the rest of the product needs of MongoDB, as interfaces: `infra/mongo/` implements them, entry points hand them down.
 * Every method may throw `ProblemError('UNAVAILABLE')` while MongoDB is down. Lists cost the same whatever the collection's size:
 * by range on an index, newest first unless said otherwise; `cursor` is opaque, a bad one throws `VALIDATION_FAILED`.
 */

/** Delivery state of one message as views show it (domain.md 8.4). */
export interface DeliveryView {
  readonly state: 'PENDING' | 'ACCEPTED' | 'SENT' | 'DELIVERED' | 'READ' | 'FAILED' | 'UNKNOWN';
  readonly times: Readonly<Record<string, string>>;
  readonly reasonCode: string | null;
  readonly providerMessageIds: readonly string[];
}
/** An archived entry with its hash and what changes later about it. */
export interface ArchivedEntry extends TimelineActivity {
  readonly hash: string;
  readonly delivery: DeliveryView | null;
  readonly reactions: readonly { readonly emoji: string; readonly actor: Actor }[];
  readonly edit: { readonly body: TimelineActivity['body']; readonly at: string } | null;
  readonly deletedAt: string | null;
  /** Of each medium that the body names, in its order. */
  readonly media: readonly MediaView[];
  readonly erasedAt: string | null;
}

export interface TimelineStore {
  /** By ascending `seq`, after `after` (exclusive, 0 = from the start), with derived members joined. */
  read(conversationId: string, after: number, limit: number): Promise<readonly ArchivedEntry[]>;
  /** All conversations of one customer, in order of conversation start then seq: what a webchat visitor's history is made of. */
  readOfSessions(
    customerId: string,
    channelId: string,
    after: { readonly conversationId: string; readonly seq: number } | null,
    limit: number,
  ): Promise<readonly ArchivedEntry[]>;
  find(conversationId: string, messageId: string): Promise<ArchivedEntry | null>;
  /** The newest messages of customer, bots and agents before `seq`, oldest first. */
  messagesBefore(
    conversationId: string,
    seq: number,
    limit: number,
  ): Promise<readonly ArchivedEntry[]>;
  /** Whether an event of a channel is archived already, by event key or, for messages, by the provider's message id. */
  isArchived(
    channelId: string,
    eventKey: string,
    providerMessageId: string | null,
  ): Promise<boolean>;
}

/** A place in a conversation's hash chain (domain.md 11.2). The head of an empty archive is `{ seq: 0, hash: conversationId }`. */
export interface ArchiveHead {
  readonly seq: number;
  readonly hash: string;
}
/** One write to the archive; the members are those of `AppendTimeline` in activities/types.ts. */
export interface AppendBatch {
  readonly conversationId: string;
  readonly customerId: string;
  readonly head: ArchiveHead;
  readonly fence: number;
  readonly entries: readonly PendingEntry[];
  readonly projection: Projection;
}
export interface ArchiveVerdict {
  readonly ok: boolean;
  readonly missing: readonly number[];
  readonly wrong: readonly number[];
}
/** The writing side of the timeline, used by the worker alone. */
export interface ArchiveStore {
  /**
   * Exactly once and in order, in two commands when nothing is in the way, and one for rows of reports when there are any. Answers
   * the new head's hash. Throws `ArchiveError`.
   */
  append(batch: AppendBatch): Promise<string>;
  /** Whether the archive holds exactly 1..head.seq and the chain ends in the head; what lies above it and was never confirmed is removed. */
  verify(input: {
    readonly conversationId: string;
    readonly head: ArchiveHead;
    readonly fence: number;
  }): Promise<ArchiveVerdict>;
  /**
   * Event keys among these that are archived, in any conversation but `except`; while MongoDB is down those that this process
   * remembers.
   */
  findArchived(
    keys: readonly { readonly channelId: string; readonly eventKey: string }[],
    except?: string,
  ): Promise<readonly string[]>;
}

/** Where an entry stands, and in whose sight. */
export type EntryPlace = Pick<ArchivedEntry, 'id' | 'conversationId' | 'seq' | 'channelSessionId'>;

/** The archive's change stream, one per api process, fanned out in memory. */
export interface ChangeFeed {
  /** `listener` gets every archived entry of the conversation in commit order; call the answer to stop. */
  onEntries(conversationId: string, listener: (entry: ArchivedEntry) => void): () => void;
  /** New entries of any conversation of a customer. */
  onCustomerEntries(customerId: string, listener: (entry: ArchivedEntry) => void): () => void;
  /** Delivery state of a message changed. */
  onDelivery(
    conversationId: string,
    listener: (messageId: string, delivery: DeliveryView) => void,
  ): () => void;
  /** A medium of a message is READY or has FAILED. */
  onMedia(
    conversationId: string,
    listener: (messageId: string, medium: MediaView) => void,
  ): () => void;
  /** The same for any conversation of a customer. */
  onCustomerMedia(
    customerId: string,
    listener: (entry: EntryPlace, medium: MediaView) => void,
  ): () => void;
  /** Projection of a conversation changed: lists and boards. */
  onConversations(listener: (conversation: ConversationChange) => void): () => void;
  /** Something was added to the stream of an agent: it is read from the routing store. */
  onAgentEvents(agentId: string, listener: () => void): () => void;
  /** The state of some agent changed: boards. */
  onAgents(listener: () => void): () => void;
  /** After a gap that could not be resumed listeners read again from their cursor. */
  onReset(listener: () => void): () => void;
}

export interface ConversationSummary
  extends Pick<
    Conversation,
    | 'id'
    | 'customerId'
    | 'state'
    | 'createdAt'
    | 'closedAt'
    | 'direction'
    | 'disposition'
    | 'lastSeq'
    | 'messageCount'
  > {
  readonly customerName: string | null;
  readonly channelTypes: readonly string[];
  readonly channelIds: readonly string[];
  readonly agentIds: readonly string[];
  readonly queueId: string | null;
  readonly waitingSince: string | null;
  readonly lastCustomerMessageAt: string | null;
}
/** A conversation that has just changed, with what the streams of agents tell of it. */
export interface ConversationChange extends ConversationSummary {
  readonly tasks: Conversation['tasks'];
  readonly listEntry: Conversation['listEntry'];
}
export interface ConversationFilter {
  readonly state?: string;
  readonly customerId?: string;
  readonly agentId?: string;
  /** Only what is not closed; with `agentId`, only where the agent is now. */
  readonly open?: boolean;
  readonly channelId?: string;
  readonly channelType?: string;
  readonly queueId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly q?: string;
  /** Restricts to conversations that this agent holds, held, or that ring or wait for them, and to all of a customer whom they serve now. */
  readonly visibleToAgent?: string;
  readonly visibleToBot?: string;
  /** Restricts to what one of these agents holds (once closed: held) or nobody does: a supervisor's teams and agents of no team. */
  readonly visibleToSupervisorOf?: readonly string[];
}
export interface StoredConversation extends Conversation {
  readonly projection: Omit<Projection, 'conversation'>;
}
export interface ConversationStore {
  get(conversationId: string): Promise<StoredConversation | null>;
  list(filter: ConversationFilter, page: PageRequest): Promise<Page<ConversationSummary>>;
  /** Entries of a pull list, oldest conversation first. */
  onList(listId: string, page: PageRequest): Promise<Page<ListedConversation>>;
  /** How many are open, by state; of these agents and of nobody, or all. */
  openCounts(agentIds: readonly string[] | null): Promise<OpenCounts>;
  /** The customer's open one, null when none. */
  openOf(customerId: string): Promise<StoredConversation | null>;
  /** The customer's last one that has closed; those of customers merged into this one count. */
  previousOf(customerId: string): Promise<PreviousConversation | null>;
}
/** A conversation on a pull list. */
export interface ListedConversation {
  readonly conversation: ConversationSummary;
  readonly entry: NonNullable<Conversation['listEntry']>;
}
export interface OpenCounts {
  /** States without a conversation are left out. */
  readonly byState: Readonly<Record<string, number>>;
  /** Open and without a PRIMARY agent (domain.md section 12). */
  readonly withBot: number;
}
export interface PreviousConversation {
  readonly conversationId: string;
  readonly closedAt: string;
  readonly data: ConversationData;
  readonly lastAgentId: string | null;
}

export interface CustomerIdentity {
  readonly namespace: string;
  readonly externalId: string;
  readonly channelId: string | null;
  readonly linkedAt: string;
}
export interface Customer {
  readonly id: string;
  readonly name: string | null;
  readonly anonymous: boolean;
  readonly attributes: Readonly<Record<string, string>>;
  readonly mergedAttributes: Readonly<Record<string, readonly string[]>>;
  readonly labels: readonly string[];
  readonly identities: readonly CustomerIdentity[];
  readonly mergedInto: string | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}
export interface IdentifiedCustomer {
  readonly customerId: string;
  readonly name: string | null;
  readonly anonymous: boolean;
  /** `customerId` under whose workflow the conversation is to be signalled: itself, or `liveIn` (domain.md 10.3). */
  readonly signalTo: string;
  readonly suggestions: readonly string[];
}
export interface CustomerStore {
  /**
   * The customer behind a channel identity (domain.md 10.2), created when new; follows merges; answers from a bounded cache where
   * it can. Concurrent first calls of one identity make one customer. `verified`: a signature vouches for the identifier.
   * `aliases`: other names that the provider has for this very user. An unknown identifier joins the customer of a known alias, and
   * unknown aliases join the customer; nobody is merged by them.
   */
  identify(input: {
    readonly channel: Channel;
    readonly identifier: string;
    readonly aliases?: readonly string[];
    readonly name: string | null;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly phone?: string | null;
    readonly verified?: boolean;
  }): Promise<IdentifiedCustomer>;
  get(id: string): Promise<Customer | null>;
  /** Follows `mergedInto`. */
  resolve(id: string): Promise<Customer | null>;
  create(input: {
    readonly name?: string | null;
    readonly attributes?: Readonly<Record<string, string>>;
    readonly labels?: readonly string[];
  }): Promise<Customer>;
  update(
    id: string,
    patch: {
      readonly name?: string | null;
      readonly attributes?: Readonly<Record<string, string | null>>;
      readonly labels?: readonly string[];
    },
  ): Promise<Customer>;
  search(
    filter: {
      readonly q?: string;
      readonly channelId?: string;
      readonly identifier?: string;
      readonly label?: string;
    },
    page: PageRequest,
  ): Promise<Page<Customer>>;
  /** domain.md 10.2 rule 4. `merge` set: the identity was the only one of an anonymous customer, who must now be merged. */
  link(
    customerId: string,
    identity: {
      readonly namespace: string;
      readonly externalId: string;
      readonly channelId: string;
    },
    actorId: string,
  ): Promise<{ readonly customer: Customer; readonly merge: string | null }>;
  unlink(
    customerId: string,
    identity: { readonly namespace: string; readonly externalId: string },
    actorId: string,
  ): Promise<Customer>;
  /** What a conversation's first step needs; `liveIn` of domain.md 10.3. Null when unknown. */
  standing(id: string): Promise<CustomerStanding | null>;
  /**
   * Step 1 of a merge (domain.md 10.3), in one transaction, audited. A repeat answers the same. Throws `CONFLICT`, and `UNAVAILABLE` while
   * another merge into one of the two is not settled.
   */
  merge(input: {
    readonly mergedId: string;
    readonly survivorId: string;
    readonly actorId: string;
    /** Tells a repeated call of one attempt from a merge that is asked for again. */
    readonly requestId: string;
  }): Promise<MergedCustomers>;
  setLiveIn(id: string, liveIn: string | null): Promise<void>;
  /** The last step of a merge: the conversations have heard of it, the next merge may begin. */
  settleMerge(merge: { readonly mergedId: string; readonly survivorId: string }): Promise<void>;
}
export interface CustomerStanding {
  readonly id: string;
  readonly name: string | null;
  readonly anonymous: boolean;
  readonly labels: readonly string[];
  readonly mergedInto: string | null;
  readonly liveIn: string | null;
}
export interface MergedCustomers {
  readonly survivor: {
    readonly id: string;
    readonly name: string | null;
    readonly anonymous: boolean;
  };
  /** Customers under whose workflows the two conversations lived before the merge: themselves, unless an earlier merge moved them. */
  readonly homes: { readonly merged: string; readonly survivor: string };
  /** An earlier request did it, and its conversations have found their place since. */
  readonly settled: boolean;
}

/** Reports about outbound messages (architecture.md decision 11); see infra/mongo/send-ledger.ts. */
export interface DeliveryReport {
  readonly channelId: string;
  /** Our part id or message id where it is known, else null. */
  readonly partId: string | null;
  readonly messageId?: string | null;
  readonly providerMessageId: string | null;
  readonly state: ReportedState;
  readonly reasonCode: string | null;
  /** The provider's own code of a failure. */
  readonly providerCode?: string | null;
  readonly at: string;
  /** Whether news of a message that is not known waits for it. @default true */
  readonly park?: boolean;
}
/** A conversation to tell of a delivery. */
export interface DeliverySignal {
  readonly conversationId: string;
  readonly customerId: string;
  readonly messageId: string;
  readonly state: 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
  readonly reasonCode: string | null;
}
export interface DeliveryStore {
  /**
   * Takes one report: merged into its message's row; parked for 24 h when neither id is known. Idempotent.
   * `signal`: the conversation to tell, where the state turned FAILED or a hook wants every change; null otherwise.
   */
  report(report: DeliveryReport): Promise<{
    readonly known: boolean;
    readonly signal: DeliverySignal | null;
  }>;
  /**
   * All that a recipient was sent up to `upTo` (ISO UTC, the provider's clock) has got so far; what is stored as sent later and was
   * sent by then gets it, too. Idempotent. Answers the conversations to tell.
   */
  reportUpTo(mark: {
    readonly channelId: string;
    readonly recipient: string;
    readonly state: 'DELIVERED' | 'READ';
    readonly upTo: string;
  }): Promise<readonly DeliverySignal[]>;
  /**
   * A recipient opted out of messages, or in again. The newest by `at` (ISO UTC, the provider's clock) counts, of several the one that
   * is told last; a copy by `eventKey` changes nothing.
   */
  reportConsent(consent: {
    readonly channelId: string;
    readonly recipient: string;
    readonly kind: 'optedOut' | 'optedIn';
    readonly eventKey: string;
    readonly at: string;
  }): Promise<void>;
  /** Whether something to this recipient is on its way to the provider, its id there still unknown. */
  isCalling(channelId: string, recipient: string): Promise<boolean>;
  /** Marks webchat messages up to `seq` as delivered or read. */
  reportStreamed(input: {
    readonly conversationId: string;
    readonly upToSeq: number;
    readonly state: 'DELIVERED' | 'READ';
    readonly at: string;
  }): Promise<void>;
  of(messageIds: readonly string[]): Promise<ReadonlyMap<string, DeliveryView>>;
}

export { RESOURCE_NAMES, type ResourceName };
export interface StoredResource {
  readonly id: string;
  readonly version: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly [field: string]: unknown;
}
/** Configuration with a cache that the change stream keeps fresh: hot paths read `channel()` without a round trip, also while MongoDB is down. */
export interface ConfigStore {
  get(resource: ResourceName, id: string): Promise<StoredResource | null>;
  list(resource: ResourceName, page: PageRequest): Promise<Page<StoredResource>>;
  /** Secrets in plain inside the process; reads through the API mask them. Throws CONFLICT when the id exists. */
  create(
    resource: ResourceName,
    value: Readonly<Record<string, unknown>> & { readonly id: string },
  ): Promise<StoredResource>;
  /** Throws PRECONDITION_FAILED when `version` is not current. */
  replace(
    resource: ResourceName,
    id: string,
    version: number,
    value: Readonly<Record<string, unknown>>,
  ): Promise<StoredResource>;
  /** Throws CONFLICT naming the users of the object. */
  remove(resource: ResourceName, id: string): Promise<void>;
  channelTypeMrd(channelType: string): Promise<string>;
  setChannelTypeMrd(channelType: string, mrdId: string): Promise<void>;
  /** The channel with its connector's decrypted configuration, from the cache; null when unknown. */
  channel(channelId: string): Promise<{
    readonly channel: Channel;
    readonly connector: {
      readonly id: string;
      readonly providerId: string;
      readonly enabled: boolean;
      /** Its attributes with the provider's defaults filled in; as stored where the provider's schema does not take them. */
      readonly cfg: Readonly<Record<string, unknown>>;
      /** Whether the schema takes them: nothing can be sent otherwise. */
      readonly valid: boolean;
    };
  } | null>;
  /** What a session copies of a channel (domain/channel/settings.ts). */
  settings(channelId: string): Promise<ChannelSettings | null>;
}

export interface TokenRecord {
  readonly id: string;
  readonly role: string;
  readonly subject: string;
  readonly channelIds: readonly string[] | null;
  readonly expiresAt: string | null;
  readonly revokedAt: string | null;
}
export interface TokenStore {
  insert(record: TokenRecord & { readonly hash: string }): Promise<void>;
  /** By the token's hash, through a cache of some seconds; null when unknown. Revocation reaches it at once in this process, elsewhere by the change stream. */
  find(hash: string): Promise<TokenRecord | null>;
  revoke(id: string): Promise<boolean>;
  /** Revokes every token of a subject in these roles: its owner is gone, or lost the role. */
  revokeOf(subject: string, roles: readonly string[]): Promise<void>;
}
export interface IdempotencyStore {
  /** `fresh`: go on and `complete`; `mismatch`: same key, other body; `pending`: the first is still being answered; `done`: its answer. */
  begin(
    scope: string,
    key: string,
    bodyHash: string,
  ): Promise<
    | { readonly state: 'fresh' | 'mismatch' | 'pending' }
    | { readonly state: 'done'; readonly status: number; readonly body: string }
  >;
  complete(
    scope: string,
    key: string,
    answer: { readonly status: number; readonly body: string },
  ): Promise<void>;
  /** The request failed in a way that a repeat may mend. */
  abandon(scope: string, key: string): Promise<void>;
}
export interface TicketStore {
  /** A one-use ticket for a stream, 30 s, bound to the caller. */
  issue(principal: Readonly<Record<string, Json>>, stream: string): Promise<string>;
  redeem(ticket: string, stream: string): Promise<Readonly<Record<string, Json>> | null>;
}
export interface MediaStore {
  put(input: {
    readonly stream: ReadableStream<Uint8Array>;
    readonly declaredType: string;
    readonly fileName: string | null;
    readonly maxBytes: number;
    readonly owner: Readonly<Record<string, string>>;
    /** Of a medium that has its id already; a second copy changes nothing. @default a new id of 128 random bits */
    readonly mediaId?: string;
    /** Hex; throws `MediaError('DIGEST')` and keeps nothing when the bytes have another. */
    readonly expectedSha256?: string | undefined;
  }): Promise<{
    readonly mediaId: string;
    readonly mimeType: string;
    readonly size: number;
    readonly sha256: string;
  }>;
  get(mediaId: string): Promise<{
    readonly mimeType: string;
    readonly size: number;
    readonly sha256: string;
    readonly fileName: string | null;
    readonly owner: Readonly<Record<string, string>>;
    open(): ReadableStream<Uint8Array>;
  } | null>;
  /** Deletes it, and the bytes with the last medium that has them. Nothing happens where there is none. */
  remove(mediaId: string): Promise<void>;
  /** It could not be had. A medium that is READY stays so. */
  fail(mediaId: string, reason: MediaFailure): Promise<void>;
  /** What is known of each, PENDING where nothing is. */
  views(mediaIds: readonly string[]): Promise<ReadonlyMap<string, MediaView>>;
  /** Conversations whose entries hold the media. */
  conversationsWith(mediaId: string): Promise<readonly string[]>;
}
export interface AuditLog {
  record(row: {
    readonly actor: Actor | { readonly type: string; readonly id: string };
    readonly action: string;
    readonly target: string;
    readonly before?: unknown;
    readonly after?: unknown;
    readonly requestId?: string;
  }): Promise<void>;
  list(
    filter: {
      readonly actorId?: string;
      readonly action?: string;
      readonly target?: string;
      readonly from?: string;
      readonly to?: string;
    },
    page: PageRequest,
  ): Promise<Page<Readonly<Record<string, unknown>>>>;
}
export interface UnparsedStore {
  keep(input: {
    readonly channelId: string;
    readonly reason: string;
    readonly raw: Uint8Array;
    readonly contentType: string | null;
  }): Promise<void>;
}
/** All of them, as entry points hand them down. */
export interface Stores {
  readonly timeline: TimelineStore;
  readonly archive: ArchiveStore;
  readonly feed: ChangeFeed;
  readonly conversations: ConversationStore;
  readonly tasks: TaskStore;
  readonly routing: RoutingStore;
  readonly presence: PresenceStore;
  readonly jobs: JobStore;
  readonly reports: ReportStore;
  readonly customers: CustomerStore;
  readonly deliveries: DeliveryStore;
  readonly config: ConfigStore;
  readonly tokens: TokenStore;
  readonly idempotency: IdempotencyStore;
  readonly tickets: TicketStore;
  readonly media: MediaStore;
  readonly audit: AuditLog;
  readonly unparsed: UnparsedStore;
  readonly webhooks: WebhookDeliveryStore;
  readonly hookRegistrations: HookRegistrationStore;
  /** Throws when MongoDB does not answer in a second. */
  ping(): Promise<void>;
  close(): Promise<void>;
}
