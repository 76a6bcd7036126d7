import type { Json } from '../json/json';
import type { MessageBody } from '../message/schema';
import type { Actor, ActorType } from './actor';

/** Timeline entry types (domain.md 8.5), by group: who may see them follows from the group and the rules there. */
export const ENTRY_TYPES = [
  'CUSTOMER_MESSAGE',
  'BOT_MESSAGE',
  'AGENT_MESSAGE',
  'SYSTEM_MESSAGE',
  'MESSAGE_REACTED',
  'MESSAGE_EDITED',
  'MESSAGE_DELETED',
  'WHISPER_MESSAGE',
  'NOTE_ADDED',
  'BOT_SUGGESTION',
  'WRAPUP_APPLIED',
  'HAND_RAISED',
  'THIRD_PARTY_ACTIVITY',
  'MESSAGE_DELIVERY_NOTIFICATION',
  'STALE_BOT_REPLY',
  'CONVERSATION_STARTED',
  'TOPIC_STATE_CHANGED',
  'CONVERSATION_PAUSED',
  'CONVERSATION_RESUMED',
  'END_CONVERSATION',
  'CONVERSATION_DATA_CHANGED',
  'ASSOCIATED_CUSTOMER_CHANGED',
  'CONVERSATION_MERGED',
  'CHANNEL_SESSION_STARTED',
  'CHANNEL_SESSION_DATA_UPDATED',
  'CHANNEL_SESSION_EXPIRED',
  'CHANNEL_SESSION_ENDED',
  'CALL_LEG_STARTED',
  'CALL_HOLD',
  'CALL_RESUME',
  'CALL_LEG_ENDED',
  'AGENT_SUBSCRIBED',
  'AGENT_UNSUBSCRIBED',
  'BOT_SUBSCRIBED',
  'BOT_UNSUBSCRIBED',
  'PARTICIPANT_ROLE_CHANGED',
  'CONTROL_CHANGED',
  'CONTROL_OFFERED',
  'AGENT_REQUESTED',
  'TASK_ENQUEUED',
  'AGENT_RESERVED',
  'TASK_STATE_CHANGED',
  'NO_AGENT_AVAILABLE',
  'OUT_OF_HOURS',
  'TRANSFER_STARTED',
  'TRANSFER_COMPLETED',
  'TRANSFER_FAILED',
  'AGENT_SLA_EXPIRED',
  'RESET_AGENT_SLA',
  'AGENT_IDLE',
  'AGENT_MRD_INTERRUPTED',
  'BOT_TIMEOUT',
  'BOT_FAILED',
  'HOOK_FAILED',
  'REMINDER_FIRED',
  'SYSTEM_ERROR',
] as const;
export type EntryType = (typeof ENTRY_TYPES)[number];

/**
 * One timeline entry as the conversation makes it: the immutable members of domain.md 8.1 without `hash`, which the archive adds.
 * Top-level members that do not apply are null.
 */
export interface TimelineActivity {
  readonly conversationId: string;
  readonly seq: number;
  readonly id: string;
  readonly type: EntryType;
  readonly at: string;
  readonly sentAt: string | null;
  readonly actor: Actor;
  readonly channelSessionId: string | null;
  readonly body: MessageBody | null;
  readonly data: Readonly<Record<string, Json>> | null;
  readonly replyTo: string | null;
  readonly providerMessageId: string | null;
}

/** The last timeline entries, kept for views and for `replyTo`; the whole timeline is in the archive. */
export interface RecentEntry {
  readonly seq: number;
  readonly id: string;
  readonly type: EntryType;
  readonly at: string;
  readonly actorType: ActorType;
  readonly actorId: string;
  readonly channelSessionId: string | null;
  readonly providerMessageId: string | null;
  /** Of news that a message failed: which. */
  readonly failed?: string;
}
