import type { ReportedState } from '../../domain/message/reported-state';
import type { DeliveryView } from './timeline';

/** Reports about outbound messages (architecture.md decision 11); see infra/mongo/send-ledger.ts. */
export interface DeliveryReport {
  readonly channelId: string;
  /** Our part id or message id where it is known, else null. */
  readonly partId: string | null;
  readonly messageId?: string | null;
  readonly providerMessageId: string | null;
  readonly state: ReportedState;
  readonly reasonCode: string | null;
  /** The provider's own code of a failure. */
  readonly providerCode?: string | null;
  readonly at: string;
  /** Whether news of a message that is not known waits for it. @default true */
  readonly park?: boolean;
}
/** A conversation to tell of a delivery. */
export interface DeliverySignal {
  readonly conversationId: string;
  readonly customerId: string;
  readonly messageId: string;
  readonly state: 'SENT' | 'DELIVERED' | 'READ' | 'FAILED';
  readonly reasonCode: string | null;
}
export interface DeliveryStore {
  /**
   * Takes one report: merged into its message's row; parked for 24 h when neither id is known. Idempotent.
   * `signal`: the conversation to tell, where the state turned FAILED or a hook wants every change; null otherwise.
   */
  report(report: DeliveryReport): Promise<{
    readonly known: boolean;
    readonly signal: DeliverySignal | null;
  }>;
  /**
   * All that a recipient was sent up to `upTo` (ISO UTC, the provider's clock) has got so far; what is stored as sent later and was
   * sent by then gets it, too. Idempotent. Answers the conversations to tell.
   */
  reportUpTo(mark: {
    readonly channelId: string;
    readonly recipient: string;
    readonly state: 'DELIVERED' | 'READ';
    readonly upTo: string;
  }): Promise<readonly DeliverySignal[]>;
  /**
   * A recipient opted out of messages, or in again. The newest by `at` (ISO UTC, the provider's clock) counts, of several the one that
   * is told last; a copy by `eventKey` changes nothing.
   */
  reportConsent(consent: {
    readonly channelId: string;
    readonly recipient: string;
    readonly kind: 'optedOut' | 'optedIn';
    readonly eventKey: string;
    readonly at: string;
  }): Promise<void>;
  /** Whether something to this recipient is on its way to the provider, its id there still unknown. */
  isCalling(channelId: string, recipient: string): Promise<boolean>;
  /** Marks webchat messages up to `seq` as delivered or read. */
  reportStreamed(input: {
    readonly conversationId: string;
    readonly upToSeq: number;
    readonly state: 'DELIVERED' | 'READ';
    readonly at: string;
  }): Promise<void>;
  of(messageIds: readonly string[]): Promise<ReadonlyMap<string, DeliveryView>>;
}
