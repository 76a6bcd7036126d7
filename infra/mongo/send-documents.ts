import { createHash } from 'node:crypto';
import type { Collection, Db, IndexDescription } from 'mongodb';
import type { ConnectorErrorFacts, ConnectorErrorType } from '../../domain/errors';
import { combineParts, mergeReports, type StateReport } from '../../domain/message/delivery';
import type { MessageBody } from '../../domain/message/schema';
import type { DeliveryView } from '../stores';

/**
 * One part of an outbound message. `_id` is the part id. `streamed`: webchat, where the timeline entry is the delivery and only
 * reports make a row.
 */
export interface SendDocument {
  readonly _id: string;
  readonly messageId: string;
  readonly conversationId: string;
  readonly channelId: string;
  readonly seq: number;
  /** From 1. */
  readonly n: number;
  /** How many parts the message has. */
  readonly parts: number;
  /** Whole on the first part, until the message is through. */
  readonly plan: readonly MessageBody[] | null;
  readonly status: 'intended' | 'calling' | 'settled' | 'failed' | 'streamed';
  /** Of the call that holds or held the row; 0 before the first. */
  readonly attempt: number;
  readonly callingSince: string | null;
  /** When the first call of unknown outcome began; null when every outcome is known. */
  readonly unknownSince: string | null;
  readonly error: { readonly type: ConnectorErrorType; readonly facts: ConnectorErrorFacts } | null;
  readonly providerMessageIds: readonly string[];
  /** A set by `key`. */
  readonly reports: readonly StoredReport[];
  /** A hook of the conversation's bot wants every change. */
  readonly notifyHook: boolean;
  readonly createdAt: string;
  /** Digest of channel and recipient, for news about all that a recipient was sent; no name or number is kept here. */
  readonly recipientKey?: string;
  /** Its conversation was blanked: nothing is added any more. */
  readonly erased?: true;
}
export interface StoredReport extends StateReport {
  readonly key: string;
  readonly providerCode?: string | null;
}

/** News whose message is not known yet. */
export interface ParkedDocument {
  readonly _id: string;
  readonly channelId: string;
  readonly providerMessageId: string;
  readonly report: StoredReport;
  readonly parkedAt: Date;
}

/** A channel on which nothing can go out. */
export interface ChannelStateDocument {
  readonly _id: string;
  readonly reason: string;
  readonly stoppedAt: string;
}

/** What a recipient said about being written to. `_id` is a digest of channel and recipient, so that no number is kept here. */
export interface OptOutDocument {
  readonly _id: string;
  /** When they were last found to have opted out; absent = they have not. */
  readonly at?: string;
  /** They said so themselves; otherwise the provider refused a send. */
  readonly asked?: boolean;
  /** Of the newest of their words, the provider's clock. */
  readonly heardAt?: string;
  /** Keys of the latest of them, so that a copy counts for nothing. */
  readonly keys?: readonly string[];
}

/** How far a recipient has got with all that they were sent: times of the provider's clock. `_id` is a `recipientKey`. */
export interface WatermarkDocument {
  readonly _id: string;
  readonly DELIVERED?: string;
  readonly READ?: string;
}

/** Names a recipient without saying who it is. */
export function recipientKey(channelId: string, recipient: string): string {
  return createHash('sha256').update(`${channelId}\0${recipient}`).digest('base64url');
}

export const sendsOf = (db: Db): Collection<SendDocument> => db.collection('sends');
export const parkedOf = (db: Db): Collection<ParkedDocument> => db.collection('parked_reports');
export const optOutsOf = (db: Db): Collection<OptOutDocument> => db.collection('opt_outs');
export const watermarksOf = (db: Db): Collection<WatermarkDocument> => db.collection('watermarks');
export const channelStatesOf = (db: Db): Collection<ChannelStateDocument> =>
  db.collection('channel_states');

/** Parked news is kept as long as a message may take to be sent (domain.md 8.3). */
const PARKED_SECONDS = 86_400;

/** For `ensureIndexes`, by collection. */
export const SEND_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  sends: [
    { name: 'message', key: { messageId: 1, n: 1 } },
    { name: 'conversation', key: { conversationId: 1, seq: -1 } },
    { name: 'providerMessageId', key: { providerMessageIds: 1, channelId: 1 } },
    {
      name: 'recipient',
      key: { recipientKey: 1, createdAt: -1 },
      partialFilterExpression: { recipientKey: { $exists: true } },
    },
  ],
  parked_reports: [
    { name: 'ttl', key: { parkedAt: 1 }, expireAfterSeconds: PARKED_SECONDS },
    { name: 'providerMessageId', key: { channelId: 1, providerMessageId: 1 } },
  ],
};

/** A call that has not been settled for this long was lost, ms: longer than any send may take. */
const LOST_AFTER_MS = 30_000;

/** What views show of a message, from all its rows. */
export function viewOf(rows: readonly SendDocument[], now = Date.now()): DeliveryView {
  const ordered = [...rows].sort((a, b) => a.n - b.n);
  const parts = ordered.map((row) =>
    mergeReports(row.reports, isUnknown(row, now) ? 'UNKNOWN' : 'PENDING'),
  );
  return {
    ...combineParts(parts, Math.max(1, ...ordered.map((row) => row.parts))),
    providerMessageIds: ordered.flatMap((row) => row.providerMessageIds),
  };
}

function isUnknown({ status, unknownSince, callingSince }: SendDocument, now: number): boolean {
  if (status !== 'calling') return false;
  return unknownSince !== null || now - Date.parse(callingSince ?? '') > LOST_AFTER_MS;
}
