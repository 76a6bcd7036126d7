import type { MessageBody } from '../../domain/message/schema';

/*
 * What the widget and the webchat API say to each other (http-api.md section 7). All calls but the first two carry
 * `Authorization: Bearer <visitor's token>`. Answers may hold more than is written here.
 *
 *   GET    /webchat/{channelId}/settings                     -> Settings (public, by the channel's origin list)
 *   POST   /webchat/{channelId}/sessions  SessionRequest     -> 201 SessionAnswer. `Idempotency-Key`: a retry starts nothing twice.
 *                                                               With a visitor's earlier token the same visitor comes back.
 *   GET    /webchat/messages?after=&limit=                   -> EntryPage
 *   GET    /webchat/events?after=                            -> SSE: entries (`id:` is the cursor), and without an id
 *                                                               `event: typing` Typing, `event: media` MediaNews,
 *                                                               `event: read` ReadNews, `event: wait` WaitNews
 *   POST   /webchat/messages { clientMessageId, body }       -> 202 { messageId }
 *   POST   /webchat/media multipart `file`                   -> 201 UploadAnswer; GET /webchat/media/{mediaId} -> the file
 *   POST   /webchat/typing { typing }                        -> 202
 *   POST   /webchat/read { seq, conversationId }             -> 202
 *   DELETE /webchat/session                                  -> 202
 */

/** What a channel shows of itself to everybody. */
export interface Settings {
  readonly channelId: string;
  readonly title?: string;
  /** `#rrggbb`. */
  readonly accentColor?: string;
  readonly preChatFields: readonly PreChatField[];
  /** BCP 47. */
  readonly language?: string;
}
export interface PreChatField {
  readonly key: string;
  readonly label: string;
  readonly required: boolean;
}

export interface SessionRequest {
  readonly customer?: {
    readonly identifier?: string;
    readonly identifierHash?: string;
    readonly name?: string;
  };
  readonly channelData?: Readonly<Record<string, unknown>>;
}
export interface SessionAnswer {
  readonly token: string;
  readonly customerId: string;
  readonly channelSessionIdentifier: string;
  /** ISO UTC. */
  readonly expiresAt: string;
}

export interface UploadAnswer {
  readonly mediaId: string;
  readonly mimeType: string;
}

export type DeliveryState =
  | 'PENDING'
  | 'ACCEPTED'
  | 'SENT'
  | 'DELIVERED'
  | 'READ'
  | 'FAILED'
  | 'UNKNOWN';

/** A timeline entry as the visitor may see it. */
export interface Entry {
  readonly conversationId: string;
  readonly seq: number;
  readonly id: string;
  readonly type: string;
  /** ISO UTC. */
  readonly at: string;
  readonly actor: { readonly type: string; readonly id: string; readonly name: string | null };
  readonly body?: MessageBody | null;
  readonly data?: Readonly<Record<string, unknown>> | null;
  readonly replyTo?: string | null;
  /** Of a visitor's own message: its `clientMessageId`. */
  readonly providerMessageId?: string | null;
  readonly delivery?: { readonly state: DeliveryState } | null;
  readonly edit?: { readonly body: MessageBody | null } | null;
  readonly reactions?: readonly { readonly emoji: string }[];
  readonly deletedAt?: string | null;
  readonly media?: readonly Medium[];
}
/** What has become of a medium: on its way to us, here, or not to be had. */
export type MediaState = 'PENDING' | 'READY' | 'FAILED';
export interface Medium {
  readonly mediaId: string;
  readonly state: MediaState;
}
export interface EntryPage {
  readonly items: readonly Entry[];
  /** Null: there is no further page. */
  readonly nextCursor: string | null;
  /** Where the stream goes on behind this page. */
  readonly cursor: string | null;
  readonly reads?: readonly ReadNews[];
}

/** Somebody of the business is writing, or stopped. */
export interface Typing {
  readonly typing: boolean;
  readonly actor?: { readonly type: string; readonly id: string; readonly name: string | null };
}
/** How long the wait for a human may still be; position null = there is none any more. */
export interface WaitNews {
  readonly position: number | null;
  readonly ewtSeconds: number | null;
}
/** Agents have read what the visitor wrote, up to this place of a conversation. */
export interface ReadNews {
  readonly conversationId: string;
  readonly seq: number;
}
export interface MediaNews {
  readonly messageId: string;
  readonly medium: Medium;
}
