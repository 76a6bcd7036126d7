import type { Conversation } from './view';

/** The conversation as lists and reads show it, with what reports need. */
export interface Projection {
  readonly conversation: Conversation;
  readonly closeReason: string | null;
  readonly firstChannelId: string | null;
  readonly botId: string | null;
  readonly lastAgentId: string | null;
  readonly counters: Readonly<Record<string, number>>;
  readonly firstAgentResponseSeconds: number | null;
  readonly lastCustomerMessageAt: string | null;
  readonly waitingSince: string | null;
  /** A hook of the conversation's bot defines `onDelivery`: receipts are signalled too. */
  readonly hookWantsReceipts: boolean;
}
