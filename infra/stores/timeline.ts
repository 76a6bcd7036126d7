import type { Actor } from '../../domain/conversation/actor';
import type { PendingEntry } from '../../domain/conversation/model';
import type { Projection } from '../../domain/conversation/projection';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { MediaView } from '../../domain/message/media-state';
import type { ConversationChange } from './conversations';
import type { ReadMark } from './read-marks';

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
/** One write to the archive. */
export interface AppendBatch {
  readonly conversationId: string;
  readonly customerId: string;
  /** Last confirmed write. Entries begin at `head.seq + 1`. The first hash is the conversation id. */
  readonly head: ArchiveHead;
  /**
   * Milliseconds of workflow time: fences the writes of workflow task attempts that were lost. Entries above `head.seq` with a
   * smaller fence were never confirmed and are replaced; a larger one means that this write is the stale one and it fails.
   */
  readonly fence: number;
  readonly entries: readonly PendingEntry[];
  /** Whole projection as of the last entry, guarded by `lastSeq`. Null: nothing but entries changed. */
  readonly projection: Projection;
}
export interface ArchiveVerdict {
  readonly ok: boolean;
  /** Sequence numbers that the archive lacks: written again by the caller when it still has them. */
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
  /** Agents have read what a customer wrote, on any channel that delivers by stream. */
  onCustomerReads(customerId: string, listener: (mark: ReadMark) => void): () => void;
  /** Projection of a conversation changed: lists and boards. */
  onConversations(listener: (conversation: ConversationChange) => void): () => void;
  /** Something was added to the stream of an agent: it is read from the routing store. */
  onAgentEvents(agentId: string, listener: () => void): () => void;
  /** The state of some agent changed: boards. */
  onAgents(listener: () => void): () => void;
  /** After a gap that could not be resumed listeners read again from their cursor. */
  onReset(listener: () => void): () => void;
}
