import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type * as Acts from '../../domain/conversation/acts';
import type * as Channel from '../../domain/conversation/channel-events';
import type { ControllerEvent } from '../../domain/conversation/controller-events';
import type {
  DeliveryReceipt,
  SessionsMovedIn,
  TaskChanged,
} from '../../domain/conversation/events';
import type { ConversationState, PendingEntry } from '../../domain/conversation/model';
import type { Conversation } from '../../domain/conversation/view';

export const CONVERSATION_TASK_QUEUE = 'conversations';
export const SEND_TASK_QUEUE = 'sends';
export const BOT_TASK_QUEUE = 'bots';
export const HOUSEKEEPING_TASK_QUEUE = 'housekeeping';

/** One outbound message on its way to a provider. Times ISO UTC. */
export interface QueuedSend {
  readonly messageId: string;
  readonly seq: number;
  readonly sessionId: string;
  readonly channelId: string;
  /** The next part to go, from 1; `parts` null until the first part was planned. */
  readonly part: number;
  readonly parts: number | null;
  readonly attempt: number;
  readonly notBefore: string | null;
  readonly expiresAt: string;
  /** How to find out about an attempt of unknown outcome; null when there is none. */
  readonly recover: 'settle' | 'lookup' | 'resend' | null;
}

/** News for routing, by the wire name of its signal. */
export interface RoutingSignal {
  readonly name: string;
  readonly payload: unknown;
}

/** What a run is started with, and what continue-as-new carries: everything that a handler may have changed. */
export interface ConversationInput {
  readonly customerId: string;
  readonly carried?: Carried;
}
export interface Carried {
  readonly state: ConversationState | null;
  readonly inbox: readonly Inboxed[];
  /** The first 16 characters of the newest event keys (architecture.md decision 3). */
  readonly keys: readonly string[];
  readonly unarchived: readonly PendingEntry[];
  /** Last confirmed archive write: sequence number and chain head. */
  readonly head: { readonly seq: number; readonly hash: string };
  readonly sends: readonly QueuedSend[];
  /** Controller events that wait for a dialogue hook. */
  readonly pendingHooks: readonly ControllerEvent[];
  /** Signals that routing has not been given yet. */
  readonly routingNews?: readonly RoutingSignal[];
}

/** A signal as it arrived, before the channel's settings are known. */
export type Inboxed =
  | { readonly type: 'customerMessage'; readonly payload: Channel.CustomerMessage }
  | { readonly type: 'channelSessionStarted'; readonly payload: Channel.SessionStarted }
  | { readonly type: 'channelSessionEnded'; readonly payload: Channel.SessionEnded }
  | { readonly type: 'channelDataUpdated'; readonly payload: Channel.ChannelDataUpdated }
  | { readonly type: 'customerFollowUp'; readonly payload: Channel.CustomerFollowUp }
  | { readonly type: 'startOutbound'; readonly payload: Acts.StartOutbound }
  | { readonly type: 'sentElsewhere'; readonly payload: Channel.SentElsewhere }
  | { readonly type: 'agentJoined'; readonly payload: Acts.JoinAs }
  | { readonly type: 'agentLeft'; readonly payload: Acts.Leave }
  | { readonly type: 'agentActed'; readonly payload: Acts.AgentActed }
  | { readonly type: 'deliveryReceipt'; readonly payload: DeliveryReceipt }
  | { readonly type: 'taskChanged'; readonly payload: TaskChanged }
  | { readonly type: 'endConversation'; readonly payload: Acts.EndConversation }
  | { readonly type: 'sessionsMovedIn'; readonly payload: SessionsMovedIn };

/** The customer wrote. A fact, so a signal: stored even while no worker runs. Repeats are dropped by `eventKey`. */
export const customerMessageSignal = defineSignal<[Channel.CustomerMessage]>('customerMessage');
/** The connector reports that the customer is there; starts the conversation if none is open. */
export const channelSessionStartedSignal =
  defineSignal<[Channel.SessionStarted]>('channelSessionStarted');
/** The customer ended the session or the connection was lost. A fact. */
export const channelSessionEndedSignal =
  defineSignal<[Channel.SessionEnded]>('channelSessionEnded');
/** New key-value facts about a session. */
export const channelDataUpdatedSignal =
  defineSignal<[Channel.ChannelDataUpdated]>('channelDataUpdated');
/** The customer reacted to, edited or deleted an earlier message. */
export const customerFollowUpSignal = defineSignal<[Channel.CustomerFollowUp]>('customerFollowUp');
/** Our side wrote to the customer in the provider's own inbox. A fact: it is out already. */
export const sentElsewhereSignal = defineSignal<[Channel.SentElsewhere]>('sentElsewhere');
/** An agent's or bot's outbound start: like a first message, it may open the conversation. */
export const startOutboundSignal = defineSignal<[Acts.StartOutbound]>('startOutbound');
/** Routing assigned an agent. A fact decided elsewhere. */
export const agentJoinedSignal = defineSignal<[Acts.JoinAs]>('agentJoined');
/** Routing or presence took an agent out. A fact decided elsewhere. */
export const agentLeftSignal = defineSignal<[Acts.Leave]>('agentLeft');
/** An agent read: it restarts the agent's idle timer and leaves no entry (domain.md 5.1). */
export const agentActedSignal = defineSignal<[Acts.AgentActed]>('agentActed');
/** News of a delivery that matters to an open conversation (architecture.md decision 11). */
export const deliveryReceiptSignal = defineSignal<[DeliveryReceipt]>('deliveryReceipt');
/** Routing's news of a task. */
export const taskChangedSignal = defineSignal<[TaskChanged]>('taskChanged');
/** End it. An order that is never refused, so a signal. */
export const endConversationSignal = defineSignal<[Acts.EndConversation]>('endConversation');
/** A merged customer's conversation hands its sessions over (domain.md 10.3). */
export const sessionsMovedInSignal = defineSignal<[SessionsMovedIn]>('sessionsMovedIn');

/** What an update answers. `repeated`: the message was taken before; `seq` may then be unknown to the workflow. */
export interface Acted {
  readonly taskId?: string;
  readonly seq?: number;
  readonly epoch?: number;
  readonly sessionId?: string;
  readonly repeated?: boolean;
}

/** Updates: each may be refused, and whoever asked must hear why. Refusals are ApplicationFailures whose `type` is a ProblemCode. */
export const sendMessageUpdate = defineUpdate<Acted, [Acts.SendMessage]>('sendMessage');
export const holdUpdate = defineUpdate<Acted, [Acts.Hold]>('hold');
export const resumeUpdate = defineUpdate<Acted, [Acts.Resume]>('resume');
export const requestAgentUpdate = defineUpdate<Acted, [Acts.RequestAgent]>('requestAgent');
export const cancelRequestUpdate = defineUpdate<Acted, [Acts.CancelRequest]>('cancelRequest');
export const transferUpdate = defineUpdate<Acted, [Acts.HandOver]>('transfer');
export const consultUpdate = defineUpdate<Acted, [Acts.HandOver]>('consult');
export const conferenceUpdate = defineUpdate<Acted, [Acts.HandOver]>('conference');
export const cancelTransferUpdate = defineUpdate<Acted, [Acts.CancelTransfer]>('cancelTransfer');
export const wrapUpUpdate = defineUpdate<Acted, [Acts.WrapUp]>('wrapUp');
export const controlUpdate = defineUpdate<Acted, [Acts.ControlAction]>('control');
export const joinAsUpdate = defineUpdate<Acted, [Acts.JoinAs]>('joinAs');
export const leaveUpdate = defineUpdate<Acted, [Acts.Leave]>('leave');
export const changeRoleUpdate = defineUpdate<Acted, [Acts.ChangeRole]>('changeRole');
export const updateDataUpdate = defineUpdate<Acted, [Acts.UpdateData]>('updateData');
export const endSessionUpdate = defineUpdate<Acted, [Acts.EndSession]>('endSession');
export const closeListRequestUpdate = defineUpdate<Acted, [Acts.CloseListRequest]>(
  'closeListRequest',
);
export const addNoteUpdate = defineUpdate<Acted, [Acts.AddNote]>('addNote');
export const followUpUpdate = defineUpdate<Acted, [Acts.FollowUp]>('followUp');
export const raiseHandUpdate = defineUpdate<Acted, [Acts.RaiseHand]>('raiseHand');
export const answerSlaUpdate = defineUpdate<Acted, [Acts.AnswerSla]>('answerSla');
export const suggestUpdate = defineUpdate<Acted, [Acts.Suggest]>('suggest');
export const answerSuggestionUpdate = defineUpdate<Acted, [Acts.AnswerSuggestion]>(
  'answerSuggestion',
);
/** Merge this customer's conversation away: `outcome` tells the merge workflow which of the four cases it met. */
export const mergeIntoUpdate = defineUpdate<MergeOutcome, [MergeInto]>('mergeInto');

export interface MergeInto {
  readonly intoCustomerId: string;
  /** The survivor's open conversation, null when it has none. */
  readonly intoConversationId: string | null;
  readonly survivor: {
    readonly id: string;
    readonly name: string | null;
    readonly anonymous: boolean;
  };
  /** False: the other one had nothing open, this conversation goes on as the survivor's. */
  readonly moveSessions: boolean;
  /** Who was merged, when this is the survivor's own conversation and nothing moves. @default the conversation's customer */
  readonly fromCustomerId?: string;
}
export interface MergeOutcome {
  readonly moved: boolean;
  readonly conversationId: string | null;
}

/** The conversation as it stands; answers after the end, too. Null before the first event was handled. */
export const getConversationQuery = defineQuery<Conversation | null>('getConversation');
/** Every pending deadline by name and due time. */
export const getTimersQuery =
  defineQuery<readonly { readonly name: string; readonly dueAt: string }[]>('getTimers');
/** Why it stands as it does: the last decisions, what waits and for what. */
export const explainQuery = defineQuery<Explanation>('explain');

export interface Explanation {
  readonly state: string;
  readonly because: string;
  readonly waitingFor: readonly string[];
  readonly decisions: readonly {
    readonly at: string;
    readonly event: string;
    readonly outcome: string;
  }[];
  readonly timers: readonly {
    readonly name: string;
    readonly dueAt: string;
    readonly why: string;
  }[];
}
