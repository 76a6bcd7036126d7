import type { BotAnswer, BotRequest } from '../domain/bot/answer';
import type { ChannelSettings } from '../domain/channel/settings';
import type { OutOfHours, QueueFacts } from '../domain/conversation/acts';
import type { Opening } from '../domain/conversation/events';
import type { MediaFailure } from '../domain/message/media-state';
import type { MessageBody } from '../domain/message/schema';
import type { RoutingConfig } from '../domain/routing/model';
import type { Judged, PresenceVerdict } from '../domain/routing/presence';
import type { WaitEstimate } from '../domain/routing/wait';
import type { AppendBatch, ArchiveVerdict, MergedCustomers } from '../infra/stores';
import type { DuePosition } from '../infra/stores/privacy';
import type { RoutingNews } from '../infra/stores/routing';
import type { MediaInput, PendingMedium } from '../workflows/media/messages';
import type { PrivacyInput } from '../workflows/privacy/messages';
import type { PlaceTaken, TakePlace } from '../workflows/routing/messages';

/** What a run's first step learns (architecture.md decision 1). */
export interface OpeningFacts {
  readonly customer: Opening['customer'];
  /** The survivor, when this customer was merged away. */
  readonly mergedInto: string | null;
  /** Id of the customer under whose workflow this one's conversation lives for now (domain.md 10.3). */
  readonly liveIn: string | null;
  readonly previous: Opening['previous'];
}

/** What a channel session needs to know when it starts (domain.md 3.1, 6.10). */
export interface ChannelFacts {
  readonly settings: ChannelSettings;
  /** The channel's calendar is closed; null: open, or no calendar. */
  readonly outOfHours: OutOfHours | null;
}
/** What a request for a human needs to know before it is placed (domain.md 6.2, 6.10). */
export interface RequestFacts {
  /** Null: it goes to no queue, or nobody knows the queue. */
  readonly queue: QueueFacts | null;
  /** The calendar that decides, the queue's, else the channel's, is closed; null: open, or no calendar. */
  readonly outOfHours: OutOfHours | null;
}

export type SealArchive = Pick<AppendBatch, 'conversationId' | 'head' | 'fence'>;

/** Short reads and writes on MongoDB, run as local activities of a conversation. All idempotent. */
export interface ConversationActivities {
  /** Reads through the worker's cache while MongoDB is down; throws when neither knows. */
  loadOpening(input: { readonly customerId: string }): Promise<OpeningFacts>;
  /** `at`: the session's start, ISO UTC. Throws non-retryable `NOT_FOUND` when there is no such channel. */
  loadChannel(input: { readonly channelId: string; readonly at: string }): Promise<ChannelFacts>;
  /** `at`: when the request is placed, ISO UTC. What nobody knows, or cannot be read just now, is left out: a request never waits for it. */
  loadRequestFacts(input: {
    readonly channelId: string;
    readonly queueId: string | null;
    readonly at: string;
  }): Promise<RequestFacts>;
  /** Which of the keys are archived already, in any conversation but `except`: the caller's own, of which nothing is confirmed. */
  findArchived(input: {
    readonly keys: readonly { readonly channelId: string; readonly eventKey: string }[];
    readonly except?: string;
  }): Promise<readonly string[]>;
  /** Ordered, exactly once. Answers the new chain head. Throws non-retryable `ArchiveConflict` when content differs at or below the head. */
  appendTimeline(input: AppendBatch): Promise<string>;
  /** Hands news of tasks to routing, in order; the routing workflow is started where it does not run. */
  tellRouting(input: {
    readonly signals: readonly { readonly name: string; readonly payload: unknown }[];
  }): Promise<void>;
  /** Asks routing for a place. Throws non-retryable with the code of the refusal as `type`. */
  takePlace(input: TakePlace): Promise<PlaceTaken>;
  /** Position and estimated wait of a task that waits, else of one more request in the queue; null where there is neither. */
  estimateWait(input: {
    readonly taskId: string | null;
    readonly queueId: string | null;
  }): Promise<WaitEstimate | null>;
  /** Verifies that the archive holds exactly 1..head.seq and that the chain ends in head.hash; removes unconfirmed leftovers above it. */
  verifyArchive(input: SealArchive): Promise<ArchiveVerdict>;
}

/** The routing workflow's local activities. All idempotent. */
export interface RoutingActivities {
  /** What the administrator has configured; while MongoDB is down what this process knew last. */
  loadRouting(): Promise<RoutingConfig>;
  /**
   * Signals conversations, each one's in order, and stores what streams, reads and reports are made of. `gone`: conversations that
   * run no longer. `stored` false: MongoDB did not take it; it is to be given again.
   */
  publishRouting(input: {
    readonly signals: readonly {
      readonly workflowId: string;
      readonly conversationId: string;
      readonly signal: { readonly name: string; readonly payload: unknown };
    }[];
    readonly news: RoutingNews;
  }): Promise<{ readonly gone: readonly string[]; readonly stored: boolean }>;
  /** Whose lease has lapsed at `now` (ms), who of the UNKNOWN is back, and when the next lease may lapse (ms). */
  checkPresence(judged: Judged): Promise<PresenceVerdict>;
}

export interface SendPart {
  readonly conversationId: string;
  readonly messageId: string;
  readonly seq: number;
  readonly part: number;
  readonly attempt: number;
  readonly channelId: string;
  readonly customerIdentifier: string;
  /** Base of the reply window; null = unknown, the provider decides. */
  readonly lastInboundAt: string | null;
  /** ISO UTC: after this the part is not sent any more. */
  readonly expiresAt: string;
  /** What to do about an earlier attempt of unknown outcome: look it up, send again, or first see whether news settled it. */
  readonly recover?: 'resend' | 'lookup' | 'settle';
}
/** `settled` false only for `recover: 'settle'` without news. */
export interface SendPartResult {
  /** How many parts the message has; planned once and stored with the first part. */
  readonly parts: number;
  readonly settled: boolean;
  readonly failed?: string;
}
/** Calls to providers, on the task queue `sends`. One attempt each; the workflow decides on retries by the failure's `type`. */
export interface SendActivities {
  sendPart(input: SendPart): Promise<SendPartResult>;
  /** Marks a message as failed for good in its ledger rows, so that views show it. */
  failMessage(input: {
    readonly conversationId: string;
    readonly messageId: string;
    readonly seq: number;
    readonly channelId: string;
    readonly reasonCode: string;
  }): Promise<void>;
}

export interface MediaActivities {
  /**
   * Takes one medium from its provider into our store, on the task queue `sends`. Idempotent. Throws with the reason as `type`,
   * non-retryable where trying again will not help.
   */
  fetchMedia(input: Omit<MediaInput, 'media'> & PendingMedium): Promise<void>;
}

/** One call of an external bot. What it needs beyond this it reads: the bot's configuration, and earlier messages from the archive. */
export interface CallBot {
  readonly botId: string;
  readonly conversationId: string;
  /** Control epoch that the call is made under: what the bot says later is good for that one alone. */
  readonly epoch: number;
  readonly timeoutSeconds: number;
  /** The message by value: it may not be archived yet. `seq`: history ends before it. */
  readonly about:
    | { readonly type: 'started' }
    | { readonly type: 'ended' }
    | {
        readonly type: 'message';
        readonly id: string;
        readonly seq: number;
        readonly at: string;
        readonly body: MessageBody;
      };
  readonly mode: BotRequest['mode'];
  readonly customer: BotRequest['customer'];
  readonly channel: BotRequest['channel'];
  readonly attributes: BotRequest['attributes'];
}
/**
 * Calls of external bots, on the task queue `bots`. One attempt each. Throws non-retryable `BotTimeout`, `BotFailed` with the kind of
 * failure as message, `BotGone` (deleted or disabled), `BotNotExternal` (its hooks are our own).
 */
export interface BotCallActivities {
  callBot(input: CallBot): Promise<BotAnswer>;
}

/** Acts on other workflows and slow reads, on the task queue `housekeeping`. Idempotent, retried without end. */
export interface HousekeepingActivities {
  /** Hands the inbox of a run whose customer lives elsewhere to where it lives (signalWithStart each; event keys absorb repeats). */
  handOn(input: {
    readonly toCustomerId: string;
    readonly inbox: readonly { readonly type: string; readonly payload: unknown }[];
  }): Promise<void>;
  /** Step 1 of a merge: the records, in one transaction. Throws non-retryable CONFLICT; waits, by its retries, for another merge about one of them. */
  mergeRecords(input: {
    readonly mergedId: string;
    readonly survivorId: string;
    readonly actorId: string;
  }): Promise<MergedCustomers>;
  /** The open conversation in the workflow of this customer, null when none runs. */
  openConversationOf(input: { readonly customerId: string }): Promise<string | null>;
  /** Tells the merged customer's workflow; null when it does not run. */
  tellMergeInto(input: {
    readonly customerId: string;
    readonly intoCustomerId: string;
    readonly intoConversationId: string | null;
    readonly survivor: {
      readonly id: string;
      readonly name: string | null;
      readonly anonymous: boolean;
    };
    readonly moveSessions: boolean;
  }): Promise<{ readonly moved: boolean; readonly conversationId: string | null } | null>;
  /** Tells the survivor's running workflow that its customer's record changed. */
  tellCustomerChanged(input: {
    readonly customerId: string;
    readonly fromCustomerId: string;
    readonly survivor: {
      readonly id: string;
      readonly name: string | null;
      readonly anonymous: boolean;
    };
  }): Promise<void>;
  /** Clears or sets where a customer's conversation lives. */
  setLiveIn(input: { readonly customerId: string; readonly liveIn: string | null }): Promise<void>;
  /** The last step of a merge: other merges about the survivor may begin. */
  settleMerge(merge: { readonly mergedId: string; readonly survivorId: string }): Promise<void>;
  /** Changes nothing about a medium that is there. */
  recordMediaFailure(input: {
    readonly mediaId: string;
    readonly reason: MediaFailure;
  }): Promise<void>;
}

/** Steps of the privacy jobs, on the task queue `housekeeping`. Idempotent, retried without end. */
export interface PrivacyActivities {
  forgetCustomer(input: { readonly customerId: string }): Promise<void>;
  /** Orders what is open to end. True when nothing is. */
  closeConversations(input: { readonly customerId: string }): Promise<boolean>;
  /** Blanks some conversations behind `after`; answers where to go on, null when that was all. */
  blankNext(input: {
    /** Which job it is; none in runs that began with an older version. */
    readonly jobId?: string;
    readonly customerId: string;
    readonly after: string | null;
  }): Promise<string | null>;
  finishErasure(input: PrivacyInput): Promise<void>;
  exportCustomer(input: PrivacyInput): Promise<void>;
  deleteExport(input: PrivacyInput): Promise<void>;
}

/** Steps of retention, on the task queue `housekeeping`. Idempotent, retried without end. */
export interface RetentionActivities {
  /** Erases some conversations whose time is over at `at` (ISO UTC) behind `after`; answers how many, and where to go on. */
  retireNext(input: {
    readonly at: string;
    readonly after: DuePosition | null;
  }): Promise<{ readonly retired: number; readonly next: DuePosition | null }>;
}
