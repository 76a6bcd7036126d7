import type { z } from 'zod';
import type { Capabilities } from '../domain/channel/capabilities';
import type { ChannelType } from '../domain/channel/types';
import type { Json } from '../domain/json/json';
import type { ReportedState } from '../domain/message/reported-state';
import type { MessageBody } from '../domain/message/schema';

/** A request as it came in: raw bytes, and the URL as the provider was given it (public URL + path + raw query). */
export interface RawRequest {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly raw: Uint8Array;
}
export type Verdict =
  | { readonly ok: true }
  | { readonly ok: false; readonly status: 401 | 403; readonly reason: string };
/** What the provider reads as our answer. */
export interface HookReply {
  readonly status: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string;
}
/** The channel that the hook's address names. */
export interface HookChannel {
  readonly id: string;
  readonly channelType: ChannelType;
  readonly serviceIdentifier: string;
}
/** What `parse` and `reply` may know besides the request. */
export interface HookContext<Config> {
  readonly cfg: Config;
  readonly channel: HookChannel;
  readonly now: Date;
  /** What the connector's `read` answered, where it has one. */
  readonly document?: unknown;
}
/** How many events of a request were new to us and how many were copies, for providers that want to know. */
export interface HookOutcome {
  readonly accepted: number;
  readonly duplicates: number;
}

interface EventBase {
  readonly channelId: string;
  /** The provider's own key of this delivery; the ingress hashes it (domain/message/event-key.ts). */
  readonly eventKey: string;
  /** ISO UTC, the provider's clock; receipt time where it gives none. */
  readonly occurredAt: string;
}
interface FromUser extends EventBase {
  readonly externalUser: {
    readonly id: string;
    readonly displayName?: string;
    /** A number that the provider vouches for, E.164: may match a customer (domain.md 10.2). */
    readonly phone?: string;
    readonly aliases?: readonly string[];
  };
}
/**
 * A medium of an inbound message, which its body names `pending:<index>`. `ref`: an address that anybody may fetch, or whatever the
 * connector's own `fetchMedia` reads; nobody else ever sees it. `content`: the bytes came with the request itself.
 */
export type MediaSource =
  | {
      readonly ref: string;
      /** The provider's own digest of the bytes, hex: checked. */
      readonly sha256?: string;
    }
  | { readonly content: Uint8Array };

/** What one webhook request tells us (connectors.md 1.3). */
export type InboundEvent =
  | (FromUser & {
      readonly kind: 'message';
      readonly providerMessageId: string;
      readonly body: MessageBody;
      readonly replyTo?: string;
      readonly channelData?: Readonly<Record<string, Json>>;
      /** What the body refers to by `mediaId: 'pending:<index>'`. */
      readonly media?: readonly MediaSource[];
      /** The conversation that a token of ours in the message names, whoever sent it. */
      readonly conversationId?: string;
      /** A machine wrote it (auto-reply, list): it is noted where a conversation is open, and nobody answers. */
      readonly automatic?: true;
      /** It is about a call of ours: a session that it starts is outbound. @default INBOUND */
      readonly direction?: 'INBOUND' | 'OUTBOUND';
      /** A message by this id makes this one late, in whatever order they come: once it was taken, this one is passed over. */
      readonly supersededBy?: string;
    })
  | (FromUser & { readonly kind: 'reaction'; readonly target: string; readonly emoji: string })
  | (FromUser & {
      readonly kind: 'edit';
      readonly target: string;
      readonly body: MessageBody;
      readonly media?: readonly MediaSource[];
    })
  | (FromUser & { readonly kind: 'delete'; readonly target: string })
  | (FromUser & { readonly kind: 'typing'; readonly typing: boolean })
  | (FromUser & {
      readonly kind: 'started';
      readonly payload?: string;
      /** What our very answer to the request says to the user. */
      readonly welcome?: string;
    })
  /** The user's presence is over; with `callId` only where no other call of theirs is open. */
  | (FromUser & {
      readonly kind: 'ended';
      readonly reason: 'CUSTOMER' | 'NETWORK';
      readonly callId?: string;
    })
  | (FromUser & { readonly kind: 'optedOut' | 'optedIn' })
  | (EventBase & {
      readonly kind: 'status';
      /** Our part id where the provider echoes it, else null. */
      readonly partId: string | null;
      readonly providerMessageId: string | null;
      readonly state: ReportedState;
      /** Why it failed, by the provider's error table: see `failureReason` in domain/message/send-policy.ts. */
      readonly reasonCode?: string;
      /** The provider's own code of the failure. */
      readonly providerCode?: string;
    })
  /** All that we sent to this user up to `upTo` (ISO UTC, the provider's clock) has got so far. */
  | (FromUser & {
      readonly kind: 'watermark';
      readonly state: 'DELIVERED' | 'READ';
      readonly upTo: string;
    })
  /**
   * A message of our own side to `externalUser`. Ours where `partId` or the provider's id is known; otherwise somebody wrote it in
   * the provider's own inbox.
   */
  | (FromUser & {
      readonly kind: 'echo';
      readonly partId: string | null;
      readonly providerMessageId: string;
      readonly body: MessageBody;
      readonly media?: readonly MediaSource[];
    })
  /** The user of `previousId` is `externalUser` from now on. Nobody is merged by it. */
  | (FromUser & { readonly kind: 'identityChanged'; readonly previousId: string })
  /** A failure of the whole account. */
  | (EventBase & {
      readonly kind: 'accountAlert';
      readonly code: string;
      readonly detail?: string;
    })
  | (EventBase & { readonly kind: 'unparsed'; readonly reason: string });

/** One piece of an outbound message. `id` is `{messageId}-{n}`, n from 1: correlation id, and idempotency key where one exists. */
export interface OutboundPart {
  readonly id: string;
  readonly messageId: string;
  readonly conversationId: string;
  readonly to: string;
  readonly from: string;
  readonly channelType: ChannelType;
  readonly body: MessageBody;
  readonly replyTo: string | null;
  /** The free reply window is over, but an agent, a person, may still write under this tag (connectors.md 6). */
  readonly tag?: 'HUMAN_AGENT';
  /** Expiring public links by media id, for providers that fetch. */
  readonly mediaUrls: Readonly<Record<string, string>>;
  /** Public webhook address of the channel, for status callbacks. */
  readonly hookUrl: string;
  /** No person wrote it: a bot, or the controller. */
  readonly automatic?: boolean;
  /** Where the message stands among those of its session, on channels of mail. */
  readonly thread?: MailThread;
}
/** Ids as `Message-ID` has them, with their angle brackets. */
export interface MailThread {
  readonly inReplyTo: string | null;
  /** Oldest first. */
  readonly references: readonly string[];
  /** Of the newest mail of the session that had one. */
  readonly subject: string | null;
}
/** An SMTP server, and who we are there. */
export interface MailServer {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly user: string | null;
  readonly password: string | null;
  /** PEM; trusted beside the public authorities. */
  readonly ca?: string | undefined;
}
/** A mailbox on an IMAP server, and who we are there. */
export interface Mailbox {
  readonly host: string;
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it. */
  readonly secure: boolean;
  readonly user: string;
  readonly password: string;
  readonly mailbox: string;
  /** PEM; trusted beside the public authorities. */
  readonly ca?: string | undefined;
}
/** A whole mail (RFC 5322) and its envelope. */
export interface MailToSend {
  readonly from: string;
  readonly to: readonly string[];
  readonly raw: Uint8Array;
}
/**
 * Hands a mail to its server; answers the recipients that were refused. Throws `SmtpError` for the server's own no, `OutgoingError`
 * otherwise: `interrupted` once the whole mail was handed over.
 */
export type SendMail = (
  server: MailServer,
  mail: MailToSend,
) => Promise<{ readonly refused: readonly string[] }>;
/** What every call to a provider is given. `fetch` is the guarded one (reliability.md 10). */
export interface CallContext<Config> {
  readonly cfg: Config;
  readonly fetch: typeof globalThis.fetch;
  readonly baseUrl: string;
  readonly signal: AbortSignal;
  readonly now: () => Date;
}
/** Our copy of a medium, for connectors that upload it. */
export interface StoredMedium {
  readonly mimeType: string;
  /** Bytes. */
  readonly size: number;
  readonly fileName: string | null;
  open(): ReadableStream<Uint8Array>;
}
export interface SendContext<Config> extends CallContext<Config> {
  /** Null: there is no such medium, or it is not here yet. */
  readonly openMedia?: (mediaId: string) => Promise<StoredMedium | null>;
  readonly sendMail?: SendMail;
  /** Which of these provider message ids other parts of ours hold already: a lookup must not adopt them. */
  readonly claimed?: (providerMessageIds: readonly string[]) => Promise<ReadonlySet<string>>;
}
/** Somebody of ours writes to this customer, or stopped. */
export interface OutboundTyping {
  readonly to: string;
  readonly from: string;
  readonly channelType: ChannelType;
  readonly typing: boolean;
  /** The provider's id of the customer's latest message, for providers that ask for it; null = unknown. */
  readonly inboundMessageId?: string | null;
}
/** An agent reacts to a message; an empty `emoji` takes the reaction back. `target`: the provider's id of the message. */
export interface OutboundReaction {
  readonly to: string;
  readonly from: string;
  readonly channelType: ChannelType;
  readonly target: string;
  readonly emoji: string;
}
/** An agent changes what was said in a message of ours. `target`: the provider's id. */
export interface OutboundEdit {
  readonly to: string;
  readonly from: string;
  readonly channelType: ChannelType;
  readonly target: string;
  /** One part of the new body, as planned for this channel. */
  readonly body: MessageBody;
  /** What went out at first; null = not known any more. */
  readonly was: MessageBody | null;
}
/** A message of ours is taken back. `target`: the provider's id of one of its parts. */
export interface OutboundDeletion {
  readonly to: string;
  readonly from: string;
  readonly channelType: ChannelType;
  readonly target: string;
}
/** An agent has read what the customer wrote, up to this message. */
export interface ReadMark {
  readonly to: string;
  readonly from: string;
  readonly channelType: ChannelType;
  readonly inboundMessageId: string | null;
}
export interface SendResult {
  readonly providerMessageIds: readonly string[];
  readonly state: 'accepted' | 'sent' | 'delivered';
  readonly aliases?: readonly string[];
}

export type { Capabilities } from '../domain/channel/capabilities';

/**
 * A connector turns one provider's events into ours and our messages into its own. Stateless: configuration, clock and network
 * come with every call. `verify`, `parse` and `reply` are pure and work on the raw bytes.
 */
export interface Connector<Config> {
  readonly id: string;
  readonly channelTypes: readonly ChannelType[];
  readonly configSchema: z.ZodType<Config>;
  /** Names of attributes, dotted below the first level, that are secrets: write-only, encrypted at rest. */
  readonly secretAttributes: readonly (
    | (keyof Config & string)
    | `${keyof Config & string}.${string}`
  )[];
  /** `STREAM`: the timeline entry is the delivery (webchat). */
  readonly delivery: 'STREAM' | 'SEND';
  /** Largest webhook request. @default 1 MiB */
  readonly maxRequestBytes?: number;
  capabilities(cfg: Config, channelType: ChannelType): Capabilities;
  /** Answers a provider's set-up call (Meta's GET challenge); null when it is an ordinary request. */
  handshake?(request: RawRequest, context: HookContext<Config>): HookReply | null;
  /**
   * For providers that post what is about several accounts of the business to one address. Each channel then reads its own elements
   * alone, and a request goes to every channel that it names (api/ingress/hook-recipients.ts).
   */
  readonly accounts?: {
    /** The accounts that a request names, each once, whichever product of the provider it is about. */
    named(request: RawRequest): readonly string[];
    isOwn(account: string, cfg: Config, channel: HookChannel): boolean;
    /** The signature alone. */
    isAuthentic(request: RawRequest, cfg: Config): boolean;
  };
  /** The signature, and that the channel owns the number or page that the payload names (reliability.md 10). */
  verify(request: RawRequest, cfg: Config, now: Date, channel: HookChannel): Verdict;
  /** For formats whose reader is asynchronous (mail): what it reads of a verified request, in memory alone, is `context.document`. */
  read?(request: RawRequest): Promise<unknown>;
  parse(request: RawRequest, context: HookContext<Config>): readonly InboundEvent[];
  /** Where mails wait to be fetched; each is then read and parsed as a request with `message/rfc822`. Null: nowhere. */
  mailbox?(cfg: Config): Mailbox | null;
  /** What the provider wants to read once all events are durable; `outcome` where the ingress counted. */
  reply(
    request: RawRequest,
    events: readonly InboundEvent[],
    context: HookContext<Config>,
    outcome?: HookOutcome,
  ): HookReply;
  /** Tells the provider where to call, where it has a call for that. A repeat changes nothing there. Throws `ConnectorError`. */
  registerWebhook?(hook: { readonly url: string }, context: CallContext<Config>): Promise<void>;
  /** Throws `ConnectorError`; never retries by itself. */
  send(part: OutboundPart, context: SendContext<Config>): Promise<SendResult>;
  /** Finds a part whose outcome is unknown; null = certainly absent. Throws `ConnectorError` when it cannot tell. */
  lookup?(
    part: OutboundPart,
    since: Date,
    context: SendContext<Config>,
  ): Promise<SendResult | null>;
  /** Shows the customer that we write. A sign is dropped when it fails, never repeated. */
  typing?(sign: OutboundTyping, context: CallContext<Config>): Promise<void>;
  /** Shows the customer that we have read. As {@link typing}: never repeated. */
  markRead?(mark: ReadMark, context: CallContext<Config>): Promise<void>;
  /** Shows the customer a reaction. As {@link typing}: never repeated. */
  react?(reaction: OutboundReaction, context: CallContext<Config>): Promise<void>;
  /** Changes a message of ours where the customer sees it. As {@link typing}: never repeated. */
  edit?(edit: OutboundEdit, context: CallContext<Config>): Promise<void>;
  /** Takes a message of ours back. As {@link typing}: never repeated. */
  remove?(deletion: OutboundDeletion, context: CallContext<Config>): Promise<void>;
  /** Tells the provider what it wants to hear beyond our answer, once the events are durable and new. A failure is logged only. */
  acknowledge?(events: readonly InboundEvent[], context: CallContext<Config>): Promise<void>;
  /**
   * The provider's answer with the bytes of a medium, for providers that want credentials or a look-up first; without it `ref` is
   * fetched as it is. Credentials go to the `baseUrl` host alone. An answer other than 2xx is returned as it came.
   */
  fetchMedia?(source: { readonly ref: string }, context: CallContext<Config>): Promise<Response>;
}

/** A connector of any configuration, as the catalogue holds it: configurations were parsed by its own schema. */
// biome-ignore lint/suspicious/noExplicitAny: the catalogue pairs each connector with configurations of its own schema
export type AnyConnector = Connector<any>;
