import type { ChannelSettings } from '../channel/settings';
import type { MessageBody } from '../message/schema';
import type {
  Actor,
  AgentSla,
  AgentTask,
  ChannelSession,
  ConversationData,
  DataValue,
  Direction,
  Json,
  LeaveReason,
  Participant,
  ParticipantRole,
  SessionEndReason,
  TaskCloseReason,
  TimelineActivity,
} from './model';

/** Where a channel's event comes from. `eventKey`: 26 characters of SHA-256 (domain/message/event-key.ts), unique within the channel. */
interface FromChannel {
  readonly channelId: string;
  readonly customerIdentifier: string;
  readonly eventKey: string;
}

/** The customer wrote, on any channel. Needs no conversation id: it is for whichever is open. */
export interface CustomerMessage extends FromChannel {
  readonly messageId: string;
  readonly providerMessageId: string | null;
  readonly body: MessageBody;
  readonly customerName: string | null;
  readonly sentAt: string | null;
  readonly replyTo: string | null;
  readonly channelData?: Readonly<Record<string, Json>>;
  /** Ids of customers that may be the same person (domain.md 10.2 rule 2). */
  readonly customerSuggestions?: readonly string[];
  /** A machine wrote it: noted on an open session, and nobody answers (connectors.md 9). */
  readonly automatic?: true;
  /** It belongs to a call of ours: what it starts is outbound. @default INBOUND */
  readonly direction?: Direction;
}

/** The connector says that the customer is there (domain.md 3.2 rule 1). */
export interface SessionStarted extends FromChannel {
  readonly customerName: string | null;
  readonly intent: 'START_CHAT' | 'START_CONVERSATION' | 'FIND_AGENT';
  readonly channelData?: Readonly<Record<string, Json>>;
  readonly customerSuggestions?: readonly string[];
}
export interface SessionEnded extends FromChannel {
  readonly reason: SessionEndReason;
  /** The call that is over: the session stays while another one is open on it. */
  readonly callId?: string;
}
export interface ChannelDataUpdated extends FromChannel {
  readonly channelData: Readonly<Record<string, Json>>;
}
/** A reaction, edit or delete by the customer of an earlier message, named by our id or the provider's. */
export interface CustomerFollowUp extends FromChannel {
  readonly kind: 'REACTION' | 'EDIT' | 'DELETE';
  readonly target: string;
  readonly emoji?: string;
  readonly body?: MessageBody;
}

/** Somebody of our side wrote to the customer in the provider's own inbox, past us (connectors.md 6). */
export interface SentElsewhere extends FromChannel {
  readonly messageId: string;
  readonly providerMessageId: string;
  readonly body: MessageBody;
  readonly sentAt: string;
}

/** Every message about one conversation names it: a late one must not touch the customer's next (architecture.md decision 1). */
export interface AboutConversation {
  readonly conversationId: string;
}
/** A request by a person, bot or operator. */
interface By extends AboutConversation {
  readonly actor: Actor;
}
/** What an agent who joins needs to be known by. */
export interface JoiningAgent {
  readonly agentId: string;
  readonly name: string | null;
  readonly supervisor: boolean;
}

export interface SendMessage extends By {
  readonly messageId: string;
  readonly channelSessionId: string | null;
  readonly body: MessageBody;
  readonly replyTo: string | null;
  /** Bots: refused when not the current epoch. */
  readonly controlEpoch: number | null;
  /** ISO UTC; a scheduled message. */
  readonly sendAt: string | null;
}
export interface Hold extends By {
  readonly seconds: number;
}
export interface Resume extends By {}
export interface RequestAgent extends By {
  readonly queueId: string | null;
  readonly agentId: string | null;
  readonly priority: number | null;
  readonly attributes: Readonly<Record<string, number | boolean>>;
  readonly ttlSeconds: number | null;
  readonly note: string | null;
  /** The customer is to be shown position and estimated wait. */
  readonly tellWait?: true;
  /** Of the queue named, resolved by the caller; looked up anew, also of the channel's queue, before it is placed. */
  readonly queue?: QueueFacts | null;
  /** Id of the task to be made, fixed when the request was accepted: what its caller was told. */
  readonly taskId?: string;
  /** Looked up before it is placed: the calendar that decides is closed (domain.md 6.10), no task. */
  readonly outOfHours?: OutOfHours | null;
}
/** What a request needs to know about the queue it names. */
export interface QueueFacts {
  readonly agentSlaSeconds: number | null;
  readonly reservationSeconds: number;
  readonly mrdId: string;
  readonly agentSlaThresholds?: AgentSla['thresholds'];
}
/** The calendar that is closed, and when it opens next. */
export interface OutOfHours {
  readonly calendarId: string;
  readonly opensAt: string | null;
}
export interface CancelRequest extends By {}
/** Transfer, consult or conference towards a queue or a named agent. */
export interface HandOver extends By {
  readonly to: { readonly queueId: string } | { readonly agentId: string };
  readonly kind: 'COLD' | 'WARM' | null;
  readonly note: string | null;
  /** Of the queue named, resolved by the caller. */
  readonly queue?: QueueFacts | null;
  /** To a named agent: routing has made the offer already (domain.md 6.13). */
  readonly offer?: { readonly taskId: string; readonly offerExpiresAt: string | null };
}
export interface CancelTransfer extends By {
  readonly taskId: string;
}
export interface JoinAs extends By {
  readonly agent: JoiningAgent;
  readonly role: 'PRIMARY' | 'ASSISTANT' | 'OBSERVER';
  /**
   * The id under which routing has given the agent a place (`takePlace`): the task that the join makes bears it, and its end frees
   * the place. A join that makes no task gives the place back.
   */
  readonly taskId?: string;
}
export interface Leave extends By {
  readonly agentId: string;
  readonly reason: LeaveReason;
}
export interface ChangeRole extends By {
  readonly agentId: string;
  readonly role: 'PRIMARY' | 'ASSISTANT' | 'OBSERVER';
  /** Of a barge-in, as in {@link JoinAs}. */
  readonly taskId?: string;
}
export interface WrapUp extends By {
  readonly labels: readonly { readonly category: string; readonly value: string }[];
  readonly note: string | null;
  readonly skip: boolean;
}
export interface ControlAction extends By {
  readonly action: 'PASS' | 'OFFER' | 'ACCEPT' | 'RELEASE';
  readonly to: string | null;
}
export interface UpdateData extends By {
  readonly set: Readonly<Record<string, DataValue | null>>;
}
export interface EndSession extends By {
  readonly sessionId: string;
  readonly reason: SessionEndReason;
}
/** A supervisor closes the entry of a pull list: the sessions end with AGENT (domain.md 6.12). */
export interface CloseListRequest extends By {}
export interface AddNote extends By {
  readonly kind: 'NOTE' | 'WHISPER';
  readonly text: string;
}
/** Reaction, edit or delete by staff. */
export interface FollowUp extends By {
  readonly kind: 'REACTION' | 'EDIT' | 'DELETE';
  readonly messageId: string;
  readonly emoji?: string;
  readonly body?: MessageBody;
  /** The entry's author as the archive knows it: the workflow keeps recent entries only. */
  readonly author?: { readonly type: string; readonly id: string } | null;
}
export interface RaiseHand extends By {
  readonly raised: boolean;
}
export interface AnswerSla extends By {
  readonly answer: 'STAY' | 'LEAVE';
}
export interface Suggest extends By {
  readonly suggestionId: string;
  readonly body: MessageBody;
  readonly replyTo: string | null;
}
export interface AnswerSuggestion extends By {
  readonly suggestionId: string;
  readonly action: 'USED' | 'EDITED' | 'IGNORED';
}
export interface EndConversation extends By {
  /** `force`: T19, never refused. Otherwise T18. */
  readonly force: boolean;
  readonly reason: string | null;
}
/** Outbound start by agent or bot (domain.md 2.1 rule 3). The conversation need not exist. */
export interface StartOutbound {
  readonly actor: Actor;
  readonly channelId: string;
  readonly customerIdentifier: string;
  readonly messageId: string;
  readonly body: MessageBody;
  readonly agent: JoiningAgent | null;
  /** The agent's place as in {@link JoinAs}; routing learns here which conversation it is in. */
  readonly taskId?: string;
}
/** An agent did what leaves no entry, as reading: it shows that the agent is there. */
export interface AgentActed extends AboutConversation {
  readonly agentId: string;
}
/** Routing's news of a task. */
export interface TaskChanged extends AboutConversation {
  readonly taskId: string;
  readonly change:
    | { readonly type: 'RESERVED'; readonly agentId: string; readonly offerExpiresAt: string }
    | {
        readonly type: 'ACCEPTED';
        readonly agent: JoiningAgent;
        readonly agentSla?: AgentSla | null;
      }
    | {
        readonly type: 'CLOSED';
        readonly reason: TaskCloseReason;
        readonly detail: string | null;
        /** The next task of the chain, which waits in the same queue. */
        readonly requeuedAs?: string;
        /** What the customer is told of a flush in place of the channel's notice. */
        readonly text?: string;
      }
    /** The agent is needed in another MRD that may not be interrupted; `reaction` is the MRD's own (domain.md 6.8). */
    | {
        readonly type: 'INTERRUPTED';
        readonly agentId: string;
        readonly mrdId: string;
        readonly reaction: 'REQUEUE' | 'HOLD';
      }
    /** The agent who was interrupted is back. */
    | { readonly type: 'FREE'; readonly agentId: string };
}
/** News of a delivery that reaches the workflow: FAILED, or any where a hook defines `onDelivery` (architecture.md decision 11). */
export interface DeliveryReceipt extends AboutConversation {
  readonly messageId: string;
  readonly state: 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
  readonly reasonCode: string | null;
}
/** What a merged conversation hands to the survivor's (domain.md 10.3). */
export interface SessionsMovedIn {
  readonly fromConversationId: string;
  readonly fromCustomerId: string;
  /** The customer under whose workflow the merged conversation ran. @default fromCustomerId */
  readonly fromHome?: string;
  readonly sessions: readonly ChannelSession[];
  readonly participants: readonly Participant[];
  readonly tasks: readonly AgentTask[];
  readonly data: ConversationData;
  /** Due times of what moves along: `wrapUp:<taskId>`, `agentRequestTtl:<taskId>`. */
  readonly deadlines?: Readonly<Record<string, string>>;
}

/** An action of the controller or a hook (domain.md 7.2). */
export type Action =
  | {
      readonly type: 'SEND_MESSAGE';
      readonly body: MessageBody;
      readonly sessionId?: string | null;
      readonly replyTo?: string | null;
    }
  | { readonly type: 'NOTICE'; readonly notice: string; readonly text: string }
  | {
      readonly type: 'FIND_AGENT';
      readonly queueId?: string;
      readonly agentId?: string;
      readonly priority?: number;
      readonly attributes?: Readonly<Record<string, number | boolean>>;
      readonly ttlSeconds?: number;
      readonly note?: string;
      readonly tellWait?: boolean;
    }
  | { readonly type: 'CANCEL_RESOURCE' }
  | {
      readonly type: 'UPDATE_CONVERSATION_DATA';
      readonly set: Readonly<Record<string, DataValue | null>>;
    }
  | { readonly type: 'SET_SLOT'; readonly set: Readonly<Record<string, Json>> }
  | {
      readonly type: 'SCHEDULE_REMINDER';
      readonly name: string;
      readonly delaySeconds: number;
      readonly data?: Json;
    }
  | { readonly type: 'CANCEL_REMINDER'; readonly name: string }
  | {
      readonly type: 'REMOVE_CHANNEL_SESSION';
      readonly selector: string;
      readonly reason?: SessionEndReason;
    }
  | { readonly type: 'END_CONVERSATION'; readonly reason?: SessionEndReason }
  | { readonly type: 'BOT_SUGGESTION'; readonly body: MessageBody; readonly replyTo: string | null }
  | { readonly type: 'PASS_CONTROL'; readonly to: string }
  | { readonly type: 'OFFER_CONTROL'; readonly to: string }
  | { readonly type: 'RELEASE_CONTROL' }
  | { readonly type: 'ACCEPT_CONTROL' }
  | { readonly type: 'REMOVE_ALL_AGENTS'; readonly reason: LeaveReason }
  | { readonly type: 'ASSIGN_BOT'; readonly botId: string }
  | { readonly type: 'REVOKE_BOT'; readonly botId: string }
  | {
      readonly type: 'CHANGE_PARTICIPANT_ROLE';
      readonly agentId: string;
      readonly role: 'PRIMARY' | 'ASSISTANT' | 'OBSERVER';
    };

/** What the controller is told, after the fixed effects (domain.md 7.1). `default` of each is in domain/conversation/controller.ts. */
export type ControllerEvent =
  | { readonly type: 'CONVERSATION_STARTED' }
  | { readonly type: 'CUSTOMER_MESSAGE'; readonly message: TimelineActivity }
  | { readonly type: 'CHANNEL_SESSION_EXPIRED'; readonly sessionId: string }
  | { readonly type: 'CHANNEL_SESSION_STARTED'; readonly sessionId: string }
  | {
      readonly type: 'CHANNEL_SESSION_ENDED';
      readonly sessionId: string;
      readonly reason: SessionEndReason;
    }
  /** Before it is placed the hook may change the request (domain.md 7.1); then `queue` and `outOfHours` are filled in. */
  | { readonly type: 'AGENT_REQUESTED'; readonly request: RequestAgent }
  | { readonly type: 'AGENT_SUBSCRIBED'; readonly agentId: string }
  | { readonly type: 'AGENT_UNSUBSCRIBED'; readonly agentId: string; readonly reason: LeaveReason }
  | {
      readonly type: 'NO_AGENT_AVAILABLE';
      readonly taskId: string;
      readonly queueId: string | null;
    }
  | {
      readonly type: 'OUT_OF_HOURS';
      readonly calendarId: string;
      readonly opensAt: string | null;
      /** The request that has ended; null: a session started. */
      readonly taskId: string | null;
    }
  | { readonly type: 'AGENT_SLA_EXPIRED' }
  | { readonly type: 'CONVERSATION_PAUSED'; readonly seconds: number }
  | { readonly type: 'CONVERSATION_RESUMED'; readonly cause: string }
  | {
      readonly type: 'DELIVERY';
      readonly messageId: string;
      readonly state: string;
      readonly reasonCode: string | null;
    }
  | { readonly type: 'BOT_TIMEOUT'; readonly botId: string }
  | { readonly type: 'BOT_FAILED'; readonly botId: string; readonly reason: string }
  | { readonly type: 'AGENT_RESERVED'; readonly agentId: string; readonly taskId: string }
  | { readonly type: 'TASK_WRAP_UP'; readonly agentId: string; readonly taskId: string }
  | {
      readonly type: 'PARTICIPANT_ROLE_CHANGED';
      readonly participantId: string;
      readonly from: ParticipantRole;
      readonly to: ParticipantRole;
    }
  | { readonly type: 'REMINDER_FIRED'; readonly name: string; readonly data: Json }
  | { readonly type: 'CLOSING' };

/**
 * Input of `decide`: the wire name of the signal or update that brings it, `deadlinePassed` for time, and what hooks and the
 * controller do. Events of a channel carry the channel's settings, looked up by the workflow before it decides.
 */
export type ConversationEvent =
  | {
      readonly type: 'customerMessage';
      readonly message: CustomerMessage;
      readonly settings: ChannelSettings;
      readonly outOfHours?: OutOfHours | null;
    }
  | {
      readonly type: 'channelSessionStarted';
      readonly session: SessionStarted;
      readonly settings: ChannelSettings;
      readonly outOfHours?: OutOfHours | null;
    }
  | { readonly type: 'channelSessionEnded'; readonly session: SessionEnded }
  | { readonly type: 'channelDataUpdated'; readonly session: ChannelDataUpdated }
  | { readonly type: 'customerFollowUp'; readonly followUp: CustomerFollowUp }
  | { readonly type: 'sentElsewhere'; readonly message: SentElsewhere }
  | {
      readonly type: 'startOutbound';
      readonly start: StartOutbound;
      readonly settings: ChannelSettings;
    }
  | { readonly type: 'sendMessage'; readonly request: SendMessage }
  | { readonly type: 'hold'; readonly request: Hold }
  | { readonly type: 'resume'; readonly request: Resume }
  | { readonly type: 'requestAgent'; readonly request: RequestAgent }
  | { readonly type: 'cancelRequest'; readonly request: CancelRequest }
  | { readonly type: 'transfer'; readonly request: HandOver }
  | { readonly type: 'consult'; readonly request: HandOver }
  | { readonly type: 'conference'; readonly request: HandOver }
  | { readonly type: 'cancelTransfer'; readonly request: CancelTransfer }
  | { readonly type: 'joinAs'; readonly request: JoinAs }
  | { readonly type: 'leave'; readonly request: Leave }
  | { readonly type: 'changeRole'; readonly request: ChangeRole }
  | { readonly type: 'wrapUp'; readonly request: WrapUp }
  | { readonly type: 'control'; readonly request: ControlAction }
  | { readonly type: 'updateData'; readonly request: UpdateData }
  | { readonly type: 'endSession'; readonly request: EndSession }
  | { readonly type: 'closeListRequest'; readonly request: CloseListRequest }
  | { readonly type: 'addNote'; readonly request: AddNote }
  | { readonly type: 'followUp'; readonly request: FollowUp }
  | { readonly type: 'raiseHand'; readonly request: RaiseHand }
  | { readonly type: 'answerSla'; readonly request: AnswerSla }
  | { readonly type: 'suggest'; readonly request: Suggest }
  | { readonly type: 'answerSuggestion'; readonly request: AnswerSuggestion }
  | ({ readonly type: 'agentActed' } & AgentActed)
  | { readonly type: 'taskChanged'; readonly news: TaskChanged }
  | { readonly type: 'deliveryReceipt'; readonly receipt: DeliveryReceipt }
  | { readonly type: 'endConversation'; readonly request: EndConversation }
  | { readonly type: 'deadlinePassed'; readonly name: string }
  /** One action of the controller (`by` null) or of a hook. Refused or applied like any other. */
  | {
      readonly type: 'action';
      readonly action: Action;
      readonly by: { readonly botId: string; readonly epoch: number } | null;
      readonly event: ControllerEvent | null;
      readonly messageId?: string;
    }
  /** No hook took the event: the controller's default decision (domain.md 7.1). */
  | { readonly type: 'controllerDefault'; readonly event: ControllerEvent }
  /** A customer message that had to wait is given to the bot: its answer is no further turn (domain.md 4.5). */
  | { readonly type: 'messageHanded' }
  /** A turn of bot or controller ended without a message (domain.md 5.2). */
  | { readonly type: 'turnEnded' }
  | { readonly type: 'askOpened'; readonly sessionId: string; readonly questionSeq: number }
  | { readonly type: 'askSettled' }
  /** A dialogue waits: `name` is `dialogue:<n>`. `seconds` null cancels. */
  | { readonly type: 'dialogueWait'; readonly name: string; readonly seconds: number | null }
  /** An external bot is being called: `botResponse:<botId>`. `seconds` null: it answered, or the call was given up. */
  | { readonly type: 'botWait'; readonly botId: string; readonly seconds: number | null }
  | {
      readonly type: 'hookFailed';
      readonly hook: string;
      readonly error: string;
      readonly botId: string;
    }
  | {
      readonly type: 'botFailed';
      readonly botId: string;
      readonly reason: string;
      readonly timedOut: boolean;
    }
  | { readonly type: 'botGone'; readonly botId: string }
  /** A notice, message or reminder could not be sent for good. */
  | { readonly type: 'sendFailed'; readonly messageId: string; readonly reasonCode: string }
  | {
      readonly type: 'customerChanged';
      readonly from: string;
      readonly to: {
        readonly id: string;
        readonly name: string | null;
        readonly anonymous: boolean;
        readonly labelPriority?: number | null;
      };
    }
  /** This conversation's customer was merged away and the survivor has an open one: T20. */
  | {
      readonly type: 'mergedAway';
      readonly intoConversationId: string | null;
      readonly intoCustomerId: string;
    }
  | { readonly type: 'sessionsMovedIn'; readonly moved: SessionsMovedIn }
  /** `onClosing` has ended or was cut short: sessions end, tasks close, participants leave (domain.md 11.3 step 1). */
  | { readonly type: 'closingProceeds' }
  /** Housekeeping done: T21. `archive` INCOMPLETE only by an operator's force close of a stuck CLOSING. */
  | {
      readonly type: 'sealed';
      readonly count: number;
      readonly headHash: string;
      readonly archive: 'VERIFIED' | 'INCOMPLETE';
    };

/** How a conversation begins: what the run's first step found out about its customer. */
export interface Opening {
  readonly conversationId: string;
  readonly customer: {
    readonly id: string;
    readonly name: string | null;
    readonly anonymous: boolean;
    readonly labelPriority: number | null;
  };
  readonly direction: Direction;
  readonly previous: {
    readonly conversationId: string;
    readonly closedAt: string;
    readonly data: ConversationData;
    readonly lastAgentId: string | null;
  } | null;
}
