import type { Json } from '../json/json';
import type { MessageBody } from '../message/schema';
import type { AgentTask } from './agent-task';
import type {
  CloseReason,
  ControlHolder,
  ConversationData,
  ConversationStateName,
  Direction,
  LeaveReason,
  ParticipantRole,
  SessionEndReason,
} from './model';
import type { EntryType } from './timeline-activity';

/**
 * What `data` of each timeline entry holds. Bots, desks and reports read it: members are only ever added. Members that do not
 * apply are null or left out; times are ISO UTC, durations seconds. Messages carry their content in `body`; so do
 * WHISPER_MESSAGE, BOT_SUGGESTION and MESSAGE_EDITED (the new body). Who did it is always `actor`.
 */
export type EntryData = {
  /** `automatic`: a machine wrote it, such as an out-of-office reply. */
  CUSTOMER_MESSAGE: { automatic: true } | None;
  BOT_MESSAGE: None;
  AGENT_MESSAGE: None;
  /** `notice`: which text of the channel's it is (domain.md 7.1 rule 5), `REMINDER` for an inactivity threshold. */
  SYSTEM_MESSAGE: { notice: string } | None;
  /** An empty `emoji` takes the reaction back. */
  MESSAGE_REACTED: { messageId: string; emoji: string };
  MESSAGE_EDITED: { messageId: string };
  MESSAGE_DELETED: { messageId: string };

  WHISPER_MESSAGE: None;
  NOTE_ADDED: { text: string };
  /** First the suggestion itself, with a body; `answer` is set on the entry that tells what the agent made of it. */
  BOT_SUGGESTION: { suggestionId: string; botId: string; answer?: 'USED' | 'EDITED' | 'IGNORED' };
  WRAPUP_APPLIED: {
    taskId: string | null;
    agentId: string;
    labels: readonly { category: string; value: string }[];
    note: string | null;
  };
  HAND_RAISED: { agentId: string; raised: boolean };
  THIRD_PARTY_ACTIVITY: { [key: string]: Json };
  /** A final failure; `notice` when a text of ours was dropped before it became a message. */
  MESSAGE_DELIVERY_NOTIFICATION: {
    messageId: string;
    state: 'FAILED';
    reasonCode: string | null;
    notice?: string;
  };
  STALE_BOT_REPLY: {
    botId: string;
    controlEpoch: number | null;
    currentEpoch: number;
    body: MessageBody;
  };

  CONVERSATION_STARTED: {
    direction: Direction;
    channelId: string;
    channelType: string;
    previousConversationId: string | null;
    reentry: boolean;
    /** What a re-entry copied. */
    data: ConversationData;
  };
  /** `cause`: the entry type that brought the change; the close reason on the way to CLOSING. The last three: the seal only. */
  TOPIC_STATE_CHANGED: {
    from: ConversationStateName;
    to: ConversationStateName;
    cause: string;
    count?: number;
    headHash?: string;
    archive?: 'VERIFIED' | 'INCOMPLETE';
  };
  /** `extended`: a hold that was running got a new due time. */
  CONVERSATION_PAUSED: { agentId: string; seconds: number; dueAt: string; extended: boolean };
  CONVERSATION_RESUMED: { cause: ResumeCause; heldSince: string };
  END_CONVERSATION: { reason: string | null; closeReason: CloseReason };
  CONVERSATION_DATA_CHANGED: { set: ConversationData; deleted: readonly string[] };
  ASSOCIATED_CUSTOMER_CHANGED: { from: string; to: string };
  /** In the conversation that ends: `into…`; in the survivor's: `from…`. */
  CONVERSATION_MERGED:
    | { intoConversationId: string | null; intoCustomerId: string }
    | { fromConversationId: string; fromCustomerId: string };

  CHANNEL_SESSION_STARTED: {
    channelId: string;
    channelType: string;
    direction: Direction;
    customerIdentifier: string;
    channelData: { readonly [key: string]: Json };
    customerSuggestions: readonly string[];
    movedFrom: string | null;
  };
  CHANNEL_SESSION_DATA_UPDATED: { set: { readonly [key: string]: Json } };
  CHANNEL_SESSION_EXPIRED: { inactiveSeconds: number };
  CHANNEL_SESSION_ENDED: {
    channelId: string;
    channelType: string;
    endReason: SessionEndReason;
    movedTo?: string | null;
  };
  CALL_LEG_STARTED: CallLeg;
  CALL_HOLD: CallLeg;
  CALL_RESUME: CallLeg;
  CALL_LEG_ENDED: CallLeg;

  AGENT_SUBSCRIBED: {
    agentId: string;
    name: string | null;
    role: ParticipantRole;
    taskId: string | null;
    invitedBy: string | null;
  };
  /** `role`: the last one held. */
  AGENT_UNSUBSCRIBED: {
    agentId: string;
    name: string | null;
    role: ParticipantRole;
    reason: LeaveReason;
  };
  BOT_SUBSCRIBED: { botId: string; role: ParticipantRole };
  BOT_UNSUBSCRIBED: { botId: string; role: ParticipantRole; reason: LeaveReason };
  PARTICIPANT_ROLE_CHANGED: {
    participantId: string;
    participantType: 'AGENT' | 'BOT';
    name: string | null;
    from: ParticipantRole;
    to: ParticipantRole;
  };
  CONTROL_CHANGED: { from: ControlHolder; to: ControlHolder; epoch: number; reason: ControlReason };
  CONTROL_OFFERED: { from: ControlHolder; to: ControlHolder; dueAt: string };

  AGENT_REQUESTED: {
    taskId: string;
    queueId: string | null;
    agentId: string | null;
    priority: number | null;
    attributes: { readonly [key: string]: number | boolean };
    note: string | null;
  };
  /** PULL: `listId` is set and `taskId` is the request's id; there is no task until somebody joins. */
  TASK_ENQUEUED: {
    taskId: string;
    direction: string;
    mode: string;
    routingMode: 'PUSH' | 'PULL';
    queueId: string | null;
    listId: string | null;
    agentId: string | null;
    priority: number;
    waitingSince: string;
    previousTaskId: string | null;
    dueAt: string;
  };
  AGENT_RESERVED: { taskId: string; agentId: string; offerExpiresAt: string | null };
  TASK_STATE_CHANGED: TaskFacts;
  NO_AGENT_AVAILABLE: { taskId: string; queueId: string | null; listId: string | null };
  OUT_OF_HOURS: { calendarId: string; opensAt: string | null; taskId: string | null };
  TRANSFER_STARTED: TransferFacts;
  TRANSFER_COMPLETED: TransferFacts;
  TRANSFER_FAILED: TransferFacts;
  AGENT_SLA_EXPIRED: { seconds: number; agentIds: readonly string[] };
  RESET_AGENT_SLA: { agentId: string };
  AGENT_IDLE: { agentId: string };
  AGENT_MRD_INTERRUPTED: { agentId: string };

  BOT_TIMEOUT: { botId: string };
  BOT_FAILED: { botId: string; reason: string };
  HOOK_FAILED: { hook: string; error: string; botId: string };
  REMINDER_FIRED: { name: string; data: Json };
  SYSTEM_ERROR: { detail: string };
};

export type ResumeCause =
  | 'AGENT'
  | 'EXPIRED'
  | 'AGENT_MESSAGE'
  | 'TRANSFER'
  | 'AGENT_JOINED'
  | 'AGENT_LEFT'
  | 'CUSTOMER_LEFT';
export type ControlReason =
  | 'AGENT_JOINED'
  | 'AGENT_LEFT'
  | 'CUSTOMER_RETURNED'
  | 'PASS'
  | 'ACCEPT'
  | 'RELEASE'
  | 'BOT_GONE';

type None = null;
type CallLeg = {
  callId: string;
  leg: string | null;
  durationSeconds: number | null;
  reasonCode: string | null;
};
type TransferFacts = {
  operation: 'TRANSFER' | 'CONSULT' | 'CONFERENCE';
  kind: 'COLD' | 'WARM' | null;
  to: { readonly queueId: string } | { readonly agentId: string };
  taskId: string;
  requesterId: string | null;
  reason?: string;
};
type TaskFacts = {
  taskId: string;
  direction: AgentTask['direction'];
  state: AgentTask['state'];
  mediaState: AgentTask['mediaState'];
  closeReason: AgentTask['closeReason'];
  closeDetail: string | null;
  agentId: string | null;
  queueId: string | null;
  listId: string | null;
  /** The task goes on in the survivor's conversation (domain.md 10.3). */
  movedTo?: string | null;
};

/** Every entry type has its data written down here: fails to compile when one is missing. */
type Missing = Exclude<EntryType, keyof EntryData>;
const complete: Missing extends never ? true : never = true;
void complete;
