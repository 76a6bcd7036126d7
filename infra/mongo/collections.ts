import type { Binary, Collection, Db, ObjectId } from 'mongodb';
import type { Projection } from '../../domain/conversation/projection';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { MediaFailure } from '../../domain/message/media-state';
import type { AgentStatus } from '../../domain/routing/status';
import type { Customer, TokenRecord } from '../stores';
import type { Job } from '../stores/privacy';
import type { AgentEvent, RoutingDecision } from '../stores/routing';

/**
 * One archived entry. `_id` is `{conversationId}:{seq}`. Beside the immutable members (domain.md 8.1) it holds what indexes and the
 * exactly-once protocol need and nobody is shown.
 */
export interface TimelineDocument extends TimelineActivity {
  readonly _id: string;
  /** Under whose workflow it was written. */
  readonly customerId: string;
  readonly hash: string;
  /** Workflow time of the write, ms: see docs/adr/0004-archive-by-local-activity.md. */
  readonly fence: number;
  readonly channelId?: string;
  readonly eventKey?: string;
  readonly mediaIds?: readonly string[];
  readonly erasedAt?: string;
}

/** A conversation as lists and reads need it; `projection` is what its workflow last said. */
export interface ConversationDocument {
  readonly _id: string;
  readonly fence: number;
  readonly lastSeq: number;
  /** Up to here entries were confirmed when the last write came; those behind it may be leftovers of a lost attempt. */
  readonly confirmedSeq: number;
  readonly projection: Projection;
  readonly customerId: string;
  readonly customerName: string | null;
  readonly state: string;
  readonly open: boolean;
  /** Not CLOSED yet. */
  readonly live: boolean;
  readonly createdAt: string;
  readonly closedAt: string | null;
  readonly queueId: string | null;
  readonly botId: string | null;
  /** Agents who are in it now, ringing included in `ringingAgentIds` only. */
  readonly presentAgentIds: readonly string[];
  readonly ringingAgentIds: readonly string[];
  /** It waits on a pull list: every agent may see it. */
  readonly onList: boolean;
  /** What is open and protects configured objects from being removed: `channel:wa`, `queue:support`, `agent:agt_ana` … */
  readonly uses: readonly string[];
  /** These only grow: whoever was ever part of it. `sessionChannels` as `{sessionId} {channelId}`. */
  readonly agentIds: readonly string[];
  readonly botIds: readonly string[];
  readonly channelIds: readonly string[];
  readonly channelTypes: readonly string[];
  readonly sessionChannels: readonly string[];
  /** What was said, as search compares it; set when the conversation closes. */
  readonly words?: readonly string[];
  /** What was said is blanked, by erasure or retention. */
  readonly erasedAt?: string;
}

/** `customers` holds what the API shows and what identification needs. */
export interface CustomerDocument extends Omit<Customer, 'id' | 'erasedAt'> {
  readonly _id: string;
  /** What is left of a customer who was erased is a tombstone. */
  readonly erasedAt?: string;
  /** Under whose workflow the conversation lives for now (domain.md 10.3); null = its own. */
  readonly liveIn: string | null;
  /** Customers merged into this one, theirs included: their conversations are this one's history. */
  readonly absorbed: readonly string[];
  /** Numbers and addresses that identification may match: of identities, and those that staff vouched for. */
  readonly phones: readonly string[];
  readonly emails: readonly string[];
  readonly vouched: { readonly phone: string | null; readonly email: string | null };
  /** Lower-case words of name, identifiers, numbers and addresses: what a search finds the beginning of. */
  readonly words: readonly string[];
  /** The merge into this customer whose conversations are not joined yet: the next one that is about them waits for it. */
  readonly merging?: { readonly mergedId: string; readonly since: string } | null;
  /** Of the merge that took this customer away; `homes`: where the two conversations lived before it. */
  readonly merge?: {
    readonly requestId: string;
    readonly homes: { readonly merged: string; readonly survivor: string };
  };
}

/** `_id` makes the identity unique in the installation. */
export interface IdentityDocument {
  readonly _id: { readonly namespace: string; readonly externalId: string };
  readonly customerId: string;
  readonly channelId: string | null;
  readonly linkedAt: string;
  /** Customers who may be the same person, found at first contact (domain.md 10.2 rule 2). */
  readonly suggestions: readonly string[];
}

export interface TokenDocument extends Omit<TokenRecord, 'id'> {
  readonly _id: string;
  readonly hash: string;
  readonly createdAt: string;
}

export interface IdempotencyDocument {
  readonly _id: string;
  readonly bodyHash: string;
  readonly answer: { readonly status: number; readonly body: string } | null;
  /** Whom the answer may quote. */
  readonly customerIds?: readonly string[];
  /** When the request that is being answered began. */
  readonly begunAt: Date;
  readonly createdAt: Date;
}

export interface TicketDocument {
  readonly _id: string;
  readonly stream: string;
  readonly principal: string;
  readonly expiresAt: Date;
}

/** A medium that is there, or one that could not be had. */
export type MediaDocument =
  | {
      readonly _id: string;
      readonly sha256: string;
      readonly mimeType: string;
      readonly size: number;
      readonly fileName: string | null;
      readonly owner: Readonly<Record<string, string>>;
      readonly createdAt: string;
    }
  | { readonly _id: string; readonly failure: MediaFailure; readonly createdAt: string };

/** Bytes are kept once each, whatever the number of uploads. `_id` is their SHA-256 in hex. */
export interface BlobDocument {
  readonly _id: string;
  readonly fileId: ObjectId;
}

export interface AuditDocument {
  readonly _id: string;
  readonly at: string;
  readonly actor: { readonly type: string; readonly id: string };
  readonly action: string;
  readonly target: string;
  readonly before?: unknown;
  readonly after?: unknown;
  readonly requestId?: string;
}

export interface UnparsedDocument {
  readonly channelId: string;
  readonly reason: string;
  readonly raw: Binary;
  readonly truncated: boolean;
  readonly contentType: string | null;
  readonly at: Date;
}

/** An agent as routing last told. `_id` is the agent's; `n` orders what was told. */
export interface AgentStatusDocument extends Omit<AgentStatus, 'agentId'> {
  readonly _id: string;
  readonly n: number;
}

/** One event of an agent's stream; `_id` is its number. */
export interface AgentEventDocument extends Omit<AgentEvent, 'n'> {
  readonly _id: number;
  readonly storedAt: Date;
}

export interface RoutingDecisionDocument extends Omit<RoutingDecision, 'n'> {
  readonly _id: number;
  readonly storedAt: Date;
}

/** `_id` is the agent's. */
export interface PresenceDocument {
  readonly _id: string;
  readonly expiresAt: Date;
}

export interface JobDocument extends Omit<Job, 'id' | 'histories'> {
  readonly _id: string;
  /** Of an erasure; none where it began with an older version. */
  readonly keptRuns?: readonly string[];
  readonly deletedRuns?: readonly string[];
}

/** A payload key, sealed with `PARLEY_SECRET`. */
export interface DataKeyDocument {
  readonly _id: string;
  readonly scope: string;
  readonly sealed: string;
  readonly createdAt: string;
}

export const timelineOf = (db: Db): Collection<TimelineDocument> => db.collection('timeline');
export const conversationsOf = (db: Db): Collection<ConversationDocument> =>
  db.collection('conversations');
export const customersOf = (db: Db): Collection<CustomerDocument> => db.collection('customers');
export const identitiesOf = (db: Db): Collection<IdentityDocument> => db.collection('identities');
export const tokensOf = (db: Db): Collection<TokenDocument> => db.collection('tokens');
export const idempotencyOf = (db: Db): Collection<IdempotencyDocument> =>
  db.collection('idempotency');
export const ticketsOf = (db: Db): Collection<TicketDocument> => db.collection('tickets');
export const mediaOf = (db: Db): Collection<MediaDocument> => db.collection('media');
export const blobsOf = (db: Db): Collection<BlobDocument> => db.collection('media_blobs');
export const auditOf = (db: Db): Collection<AuditDocument> => db.collection('audit');
export const agentStatusesOf = (db: Db): Collection<AgentStatusDocument> =>
  db.collection('agent_statuses');
export const agentEventsOf = (db: Db): Collection<AgentEventDocument> =>
  db.collection('agent_events');
export const routingDecisionsOf = (db: Db): Collection<RoutingDecisionDocument> =>
  db.collection('routing_decisions');
export const presenceOf = (db: Db): Collection<PresenceDocument> => db.collection('presence');
export const jobsOf = (db: Db): Collection<JobDocument> => db.collection('jobs');
export const dataKeysOf = (db: Db): Collection<DataKeyDocument> => db.collection('data_keys');
export const unparsedOf = (db: Db): Collection<UnparsedDocument> => db.collection('unparsed');
