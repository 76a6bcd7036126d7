import type { Json } from '../json/json';
import type { MessageBody } from '../message/schema';
import type { Direction, SessionEndReason } from './model';

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
