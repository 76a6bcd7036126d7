import type { ChannelSettings } from '../channel/settings';
import type {
  AboutConversation,
  AddNote,
  AgentActed,
  AnswerSla,
  AnswerSuggestion,
  CancelRequest,
  CancelTransfer,
  ChangeRole,
  CloseListRequest,
  ControlAction,
  EndConversation,
  EndSession,
  FollowUp,
  HandOver,
  Hold,
  JoinAs,
  JoiningAgent,
  Leave,
  OutOfHours,
  RaiseHand,
  RequestAgent,
  Resume,
  SendMessage,
  StartOutbound,
  Suggest,
  UpdateData,
  WrapUp,
} from './acts';
import type { AgentSla, AgentTask, TaskCloseReason } from './agent-task';
import type {
  ChannelDataUpdated,
  CustomerFollowUp,
  CustomerMessage,
  SentElsewhere,
  SessionEnded,
  SessionStarted,
} from './channel-events';
import type { Action, ControllerEvent } from './controller-events';
import type { ChannelSession, ConversationData, Direction, Participant } from './model';

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
