import type { Duration } from '@temporalio/common';
import type { RequestAgent } from '../../domain/conversation/acts';
import type { ControllerEvent } from '../../domain/conversation/controller-events';
import type {
  ConversationData,
  DataValue,
  SessionEndReason,
} from '../../domain/conversation/model';
import type { Json } from '../../domain/json/json';
import type { MessageBody } from '../../domain/message/schema';

/** What a bot says: a text, or any outbound body of domain.md 8.2. */
export type Sayable = string | MessageBody;
/** A choice offered by `ask`: its title alone, or with an id of its own. */
export type ChoiceOption =
  | string
  | { readonly id: string; readonly title: string; readonly description?: string };
/** `'default'`: let the controller decide as if the hook were not there. */
// biome-ignore lint/suspicious/noConfusingVoidType: a hook that returns nothing has decided by itself
export type HookResult = 'default' | void;

export interface AskOptions {
  /** A choice matches by id, by title in any letter case, or by its number. */
  readonly choices?: readonly ChoiceOption[];
  /** True: the answer is taken. A text: it is sent as a correction and the customer may try again. */
  readonly validate?: (text: string) => true | string | Promise<true | string>;
  /** 1 second to 30 days. @default the channel's inactivity time-out */
  readonly timeout?: Duration;
  /** Tries before the answer counts as `invalid`. @default 3 */
  readonly attempts?: number;
  /** Key of the conversation data that a valid answer is written to. */
  readonly saveAs?: string;
  /** Id of the session to ask on. @default that of the latest customer message */
  readonly session?: string;
}
export interface Answer {
  /** The choice's id, or the text as it was written. Empty when `timedOut` or `invalid`. */
  readonly value: string;
  /** What the customer wrote last. */
  readonly text: string;
  readonly timedOut: boolean;
  readonly invalid: boolean;
  readonly attempts: number;
}
export interface AgentWanted {
  readonly queueId?: string;
  readonly agentId?: string;
  /** 1 to 10. */
  readonly priority?: number;
  readonly attributes?: Readonly<Record<string, number | boolean>>;
  /** How long the request may look for somebody. @default the channel's `agentRequestTtlSeconds` */
  readonly timeout?: Duration;
  /** `'completed'`: sleep through the agents' stay and go on when the bot has control again. @default 'accepted' */
  readonly until?: 'accepted' | 'completed';
  readonly note?: string;
  /** Shows the customer position and estimated wait, and how they change, where the channel can: webchat's widget. @default false */
  readonly tellWait?: boolean;
}
export interface AgentOutcome {
  readonly outcome: 'accepted' | 'timedOut' | 'cancelled' | 'completed';
  readonly agentId?: string;
  readonly reason?: string;
}

/** What routing makes of a wait (domain.md 6.11). An estimate: the customer is told what the bot says, or shows by `tellWait`. */
export interface WaitEstimate {
  /** 1-based rank in the queue. */
  readonly position: number;
  /** Seconds. */
  readonly ewtSeconds: number;
}

/** What every hook may read and do. Acts throw when they are refused; `error.type` is the code of http-api.md section 1. */
export interface HookContext {
  readonly conversationId: string;
  readonly customer: {
    readonly id: string;
    readonly name: string | null;
    readonly anonymous: boolean;
  };
  /** Conversation data as it stands now. */
  readonly data: ConversationData;
  /** The bot's private memory in this conversation. */
  readonly slots: Readonly<Record<string, Json>>;
  /** Session of the latest customer message, else the latest started one. */
  readonly session: {
    readonly id: string;
    readonly channelId: string;
    readonly channelType: string;
    readonly channelData: Readonly<Record<string, Json>>;
  } | null;
  /** Sends a message; resolves when it is accepted for sending. Throws `SESSION_WINDOW_CLOSED` when the reply window is shut. */
  say(body: Sayable, options?: { readonly session?: string }): Promise<void>;
  setData(values: Readonly<Record<string, DataValue | null>>): Promise<void>;
  setSlot(values: Readonly<Record<string, Json>>): Promise<void>;
  cancelRequest(): Promise<void>;
  /** `onReminder` is called after `delay`; the same name replaces. */
  remind(name: string, delay: Duration, data?: Json): Promise<void>;
  cancelReminder(name: string): Promise<void>;
  /** `selector`: a session id, `event`, `latest`, `all` or a channel type. */
  endSession(selector: string, reason?: SessionEndReason): Promise<void>;
  /** Ends the conversation. */
  end(reason?: SessionEndReason): Promise<void>;
  /** Runs a function of `bots/activities.ts`: 30 s and 3 attempts unless told. Throws when they are used up. */
  call<T = unknown>(
    name: string,
    input?: unknown,
    options?: { readonly timeout?: Duration; readonly attempts?: number },
  ): Promise<T>;
  /** Suggests an answer to the agents instead of sending it. */
  suggest(body: Sayable, options: { readonly replyTo: string | null }): Promise<void>;
  /**
   * Of the request that is open, else of one more in the queue: the one named, else the channel's. Null when nobody can say: there is
   * no such queue, the request rings at a named agent, or routing does not answer.
   */
  estimatedWait(queueId?: string): Promise<WaitEstimate | null>;
  pass(to: string): Promise<void>;
  offer(to: string): Promise<void>;
  release(): Promise<void>;
}
/** A hook that may also talk and wait. Its waits survive crashes, deploys and weekends; losing control ends it with `ControlLost`. */
export interface DialogueContext extends HookContext {
  ask(question: Sayable, options?: AskOptions): Promise<Answer>;
  sleep(duration: Duration): Promise<void>;
  requestAgent(wanted?: AgentWanted): Promise<AgentOutcome>;
}

/** The message that a hook is called with. */
export interface IncomingMessage {
  readonly id: string;
  readonly seq: number;
  readonly at: string;
  readonly sessionId: string | null;
  readonly body: MessageBody;
  /** The body's text where it has one, else empty. */
  readonly text: string;
}
type EventOf<T extends ControllerEvent['type']> = Extract<ControllerEvent, { readonly type: T }>;

/**
 * A bot: hooks that replace the controller's default decision for one event each (domain.md 7.1). Dialogue hooks run one at a
 * time per conversation, in event order; the others run at once beside them, 30 s at most.
 */
export interface BotDefinition {
  readonly id: string;
  // Dialogue hooks
  onConversationStarted?(c: DialogueContext): Promise<HookResult>;
  onCustomerMessage?(c: DialogueContext, message: IncomingMessage): Promise<HookResult>;
  onAgentLeft?(c: DialogueContext, event: EventOf<'AGENT_UNSUBSCRIBED'>): Promise<HookResult>;
  onNoAgentAvailable?(
    c: DialogueContext,
    event: EventOf<'NO_AGENT_AVAILABLE'>,
  ): Promise<HookResult>;
  onOutOfHours?(c: DialogueContext, event: EventOf<'OUT_OF_HOURS'>): Promise<HookResult>;
  onReminder?(c: DialogueContext, event: EventOf<'REMINDER_FIRED'>): Promise<HookResult>;
  // Immediate hooks
  onCustomerInactive?(
    c: HookContext,
    event: EventOf<'CHANNEL_SESSION_EXPIRED'>,
  ): Promise<HookResult>;
  onChannelSessionStarted?(
    c: HookContext,
    event: EventOf<'CHANNEL_SESSION_STARTED'>,
  ): Promise<HookResult>;
  onChannelSessionEnded?(
    c: HookContext,
    event: EventOf<'CHANNEL_SESSION_ENDED'>,
  ): Promise<HookResult>;
  /** May send the request elsewhere. */
  onAgentRequested?(
    c: HookContext,
    event: EventOf<'AGENT_REQUESTED'>,
  ): Promise<HookResult | Pick<Partial<RequestAgent>, 'queueId' | 'priority' | 'attributes'>>;
  onAgentJoined?(c: HookContext, event: EventOf<'AGENT_SUBSCRIBED'>): Promise<HookResult>;
  onAgentSlaExpired?(c: HookContext, event: EventOf<'AGENT_SLA_EXPIRED'>): Promise<HookResult>;
  onHold?(c: HookContext, event: EventOf<'CONVERSATION_PAUSED'>): Promise<HookResult>;
  onResume?(c: HookContext, event: EventOf<'CONVERSATION_RESUMED'>): Promise<HookResult>;
  onDelivery?(c: HookContext, event: EventOf<'DELIVERY'>): Promise<HookResult>;
  onAgentReserved?(c: HookContext, event: EventOf<'AGENT_RESERVED'>): Promise<HookResult>;
  onWrapUp?(c: HookContext, event: EventOf<'TASK_WRAP_UP'>): Promise<HookResult>;
  onParticipantRoleChanged?(
    c: HookContext,
    event: EventOf<'PARTICIPANT_ROLE_CHANGED'>,
  ): Promise<HookResult>;
  /** The conversation is closing: may `say`, not wait. */
  onClosing?(c: HookContext): Promise<HookResult>;
}

/** Thrown once in a dialogue whose bot has lost control of the conversation. There is nothing to do about it: let it pass. */
export class ControlLost extends Error {
  override readonly name = 'ControlLost';
}

/** Names and types a bot; the list in `bots/index.ts` makes it known. */
export function defineBot<T extends BotDefinition>(bot: T): T {
  return bot;
}
