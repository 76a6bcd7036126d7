import type { MessageBody } from '../message/schema';
import type { Actor } from './actor';
import type { AgentSla } from './agent-task';
import type { DataValue, LeaveReason, SessionEndReason } from './model';

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
