import type { ChannelSettings } from '../channel/settings';
import type { ChannelType } from '../channel/types';
import type { Json } from '../json/json';
import type { MessageBody } from '../message/schema';
import type { Actor } from './actor';
import type { AgentSla, AgentTask } from './agent-task';
import type { RecentEntry, TimelineActivity } from './timeline-activity';

/** domain.md 2.2. */
export const CONVERSATION_STATES = [
  'CREATED',
  'ACTIVE',
  'ON_HOLD',
  'INACTIVE',
  'CUSTOMER_LEFT',
  'WRAP_UP',
  'CLOSING',
  'CLOSED',
] as const;
export type ConversationStateName = (typeof CONVERSATION_STATES)[number];

export type Direction = 'INBOUND' | 'OUTBOUND';
export type CloseReason = 'ALL_LEFT' | 'END_CONVERSATION' | 'MAX_LIFE' | 'FORCE_CLOSED' | 'MERGED';
export type SessionEndReason =
  | 'CUSTOMER'
  | 'AGENT'
  | 'INACTIVITY'
  | 'NETWORK'
  | 'FORCE_CLOSED'
  | 'MERGED';
export type Disposition =
  | 'BOT_HANDLED'
  | 'UNKNOWN'
  | 'AGENT_HANDLED'
  | 'ABANDONED'
  | 'RONA'
  | 'AGENT_SLA_EXPIRED'
  | 'MERGED';

/** Conversation data (domain.md 2.6): key 1..64 of `A-Za-z0-9_.-`. */
export type DataValue = string | number | boolean | readonly string[];
export type ConversationData = Readonly<Record<string, DataValue>>;

/** The customer's live presence on one channel (domain.md 3.1). Times are ISO 8601 UTC. */
export interface ChannelSession {
  readonly id: string;
  readonly channelId: string;
  readonly channelType: ChannelType;
  readonly customerIdentifier: string;
  readonly state: 'STARTED' | 'ENDED';
  readonly endReason: SessionEndReason | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
  readonly direction: Direction;
  readonly channelData: Readonly<Record<string, Json>>;
  readonly customerSuggestions: readonly string[];
  readonly lastInboundAt: string | null;
  readonly movedFrom: string | null;
  /** The channel's settings as they were when the session started; dropped when it ends. */
  readonly settings: ChannelSettings | null;
  /** Open legs of calls: `callId`, or `callId/leg`. */
  readonly callIds?: readonly string[];
  /** `lastInboundAt` of the reply window after whose end the channel's template went out; unset = none did. */
  readonly reopenedAfter?: string | null;
  /** Messages on it, for reports; unset = none yet. */
  readonly messageCounts?: MessageCounts;
}

export interface MessageCounts {
  readonly customer: number;
  readonly bot: number;
  readonly agent: number;
}

export type ParticipantType = 'CUSTOMER' | 'AGENT' | 'BOT' | 'APP';
export type ParticipantRole = 'CUSTOMER' | 'PRIMARY' | 'ASSISTANT' | 'OBSERVER' | 'WRAP_UP' | 'APP';
export type LeaveReason =
  | 'SELF'
  | 'REMOVED'
  | 'TRANSFERRED'
  | 'LOGOUT'
  | 'FORCE_LOGOUT'
  | 'PRESENCE_LOST'
  | 'RESPONSE_TIMEOUT'
  | 'IDLE'
  | 'MRD_INTERRUPTED'
  | 'PRIMARY_LEFT'
  | 'CUSTOMER_LEFT'
  | 'WRAP_UP_DONE'
  | 'BOT_GONE'
  | 'CONVERSATION_ENDED'
  | 'MERGED';

/** One stay in the conversation (domain.md 4.1). `id` of a customer's record is the session id. */
export interface Participant {
  readonly id: string;
  readonly type: ParticipantType;
  readonly role: ParticipantRole;
  readonly name: string | null;
  readonly joinedAt: string;
  /** The first `seq` of the stay: with type and id it names the stay, as two may begin in one millisecond. */
  readonly joinedSeq: number;
  readonly leftAt: string | null;
  readonly leaveReason: LeaveReason | null;
  readonly invitedBy: string | null;
  /** A supervisor's permission travels with the record: barge-in and raising an observer need it. */
  readonly supervisor?: boolean;
}

/** A bot id, `AGENTS` or `CONTROLLER` (domain.md 4.3). */
export type ControlHolder = string;

export interface Control {
  readonly holder: ControlHolder;
  /** From 1; grows by exactly 1 at each change. */
  readonly epoch: number;
  readonly offeredTo: ControlHolder | null;
}

/** The newest unanswered choices that were sent on a session: a typed title or number counts as the choice (connectors.md 1.9). */
export interface OpenChoices {
  readonly sessionId: string;
  readonly choices: readonly { readonly id: string; readonly title: string }[];
}

export interface ConversationCounters {
  readonly messages: number;
  readonly customerMessages: number;
  readonly botMessages: number;
  readonly agentMessages: number;
  /** Bot messages since the last customer message: the loop guard (domain.md 4.5). */
  readonly botTurns: number;
  readonly reopened: number;
}

/**
 * Everything that rules know about one conversation: plain JSON, bounded, carried whole through continue-as-new.
 * `sessions` holds all STARTED and the 50 newest ended, `participants` all present and the 50 newest gone, `tasks` all open and
 * the 20 newest closed; older ones are in MongoDB only.
 */
export interface ConversationState {
  readonly schema: 1;
  readonly conversationId: string;
  readonly customer: {
    readonly id: string;
    readonly name: string | null;
    readonly anonymous: boolean;
    /** Highest priority among the customer's labels, null when none has one. */
    readonly labelPriority: number | null;
  };
  readonly state: ConversationStateName;
  readonly direction: Direction;
  readonly createdAt: string;
  readonly closingAt: string | null;
  readonly closedAt: string | null;
  readonly closeReason: CloseReason | null;
  readonly disposition: Disposition | null;
  readonly previousConversationId: string | null;
  /** The customer's last PRIMARY agent, from the previous conversation within the re-entry window, then from this one. */
  readonly lastAgentId: string | null;
  /** A re-entry: the first agent request prefers `lastAgentId` (domain.md 2.4 rule 4). */
  readonly reentry: boolean;
  /** Conversation-wide settings: those of the first session's channel. Null until the first session starts. */
  readonly settings: ChannelSettings | null;
  readonly sessions: readonly ChannelSession[];
  readonly participants: readonly Participant[];
  readonly tasks: readonly AgentTask[];
  readonly control: Control;
  readonly held: {
    readonly by: string;
    readonly since: string;
    /** Another MRD took the agent (domain.md 6.8): it ends when they are free. Unset: held by their own act. */
    readonly interrupted?: true;
  } | null;
  /** The agents owe an answer (domain.md 5.2). */
  readonly owed: boolean;
  /** `E` of domain.md 2.2: an agent has ever been PRIMARY. */
  readonly everAgent: boolean;
  /** Bot or notice has answered since the customer's last message (default of CUSTOMER_MESSAGE). */
  readonly answeredSinceCustomer: boolean;
  /** Session of the latest customer message. */
  readonly latestCustomerSessionId: string | null;
  /** The pull-list entry, null when there is none or it is closed (domain.md 6.12). */
  readonly listEntry: {
    readonly listId: string;
    readonly state: 'UNREAD' | 'ACTIVE' | 'INACTIVE';
    readonly waitingSince: string;
    /** What the request was answered with in place of a task id: pull requests make no task until somebody joins. */
    readonly requestId: string;
    /** Whoever made that request has not been told its outcome yet. */
    readonly awaited: boolean;
    /** Seconds the entry may wait; each wait has them in full. */
    readonly ttlSeconds: number;
  } | null;
  /** A request on which the controller has not decided yet; its id becomes the task's. Counts as open. */
  readonly requesting: { readonly taskId: string } | null;
  /** `onConversationStarted` still waits for the first message (intent START_CONVERSATION, domain.md 3.2). */
  readonly startPending: boolean;
  /** Agent SLA in force: of the agent who became PRIMARY last. */
  readonly agentSla: AgentSla | null;
  /** How many thresholds of a running deadline have passed, by its name. */
  readonly thresholdsPassed: Readonly<Record<string, number>>;
  /** How the sessions that are left end once `onClosing` is through. */
  readonly closingAs: {
    readonly sessions: SessionEndReason;
    readonly tasks: 'DONE' | 'FORCE_CLOSED';
  } | null;
  /** What the opening knew of the previous conversation, until the first channel decides on re-entry (domain.md 2.4 rule 4). */
  readonly previousEnd: { readonly closedAt: string; readonly data: ConversationData } | null;
  /** When an agent first became PRIMARY; base of `firstAgentResponseSeconds`. */
  readonly firstAgentAt: string | null;
  /** Due times by name (domain.md 5.1), ISO UTC. */
  readonly deadlines: Readonly<Record<string, string>>;
  /** An `ask` of the running dialogue: it owns the waiting of its session. `questionSeq`: it takes only later messages. */
  readonly ask: { readonly sessionId: string; readonly questionSeq: number } | null;
  readonly data: ConversationData;
  readonly slots: Readonly<Record<string, Json>>;
  readonly reminders: Readonly<Record<string, Json>>;
  readonly openChoices: readonly OpenChoices[];
  readonly scheduled: Readonly<
    Record<
      string,
      {
        readonly actor: Actor;
        readonly channelSessionId: string | null;
        readonly body: MessageBody;
        readonly replyTo: string | null;
      }
    >
  >;
  readonly raisedHands: readonly string[];
  /** Legs of calls that are over, the latest ones; `at`: by the channel's clock. Unset = none yet. */
  readonly endedLegs?: readonly {
    readonly channelId: string;
    readonly key: string;
    readonly at: string | null;
  }[];
  readonly recent: readonly RecentEntry[];
  readonly lastSeq: number;
  /** Root counter of derived ids (domain/ids.ts). */
  readonly idCounter: number;
  readonly counters: ConversationCounters;
  /** First agent answer after the first hand-over, seconds; null = none yet. Kept for reports. */
  readonly firstAgentResponseSeconds: number | null;
  readonly lastCustomerMessageAt: string | null;
  readonly mergedInto: string | null;
}

/** An entry on its way to the archive, with what the archive needs beside it and never shows. */
export interface PendingEntry {
  readonly entry: TimelineActivity;
  /** Set on entries made from a channel's event: key of the unique index `(channelId, eventKey)`. */
  readonly channelId?: string;
  readonly eventKey?: string;
  /** Set on the last entry of a turn that changed what reports keep. */
  readonly changed?: ReportedChanges;
}

/** What a turn changed and reports keep, as it stands after the turn (domain.md section 12). */
export interface ReportedChanges {
  readonly tasks: readonly AgentTask[];
  readonly participants: readonly Participant[];
  readonly sessions: readonly Omit<ChannelSession, 'settings'>[];
}
