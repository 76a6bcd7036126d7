import type { MessageBody } from '../../domain/message/schema';

/** The visitor's running chat, as the next page and other tabs find it. */
export interface Visit {
  readonly token: string;
  readonly customerId: string;
  /** ISO UTC. */
  readonly expiresAt: string;
}
/** A message that this visitor wrote and the transcript does not show yet. */
export interface Unsent {
  readonly clientMessageId: string;
  readonly body: MessageBody;
  /** ISO UTC, the visitor's clock. */
  readonly at: string;
  readonly state: 'sending' | 'sent' | 'failed';
  /** Known once it was accepted. */
  readonly messageId?: string;
  /** Refused for good: trying again would not help. */
  readonly refused?: boolean;
}
export interface Stored {
  readonly visit: Visit | null;
  readonly outbox: readonly Unsent[];
  /** Id of the newest message that the visitor has seen. */
  readonly seen: string | null;
}
