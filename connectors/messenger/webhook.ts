import type { Json } from '../../domain/json/json';
import type { HookChannel, HookContext, HookReply, InboundEvent, RawRequest } from '../connector';
import {
  digest,
  type EventBase,
  isObject,
  isoOf,
  members,
  partIdOf,
  unparsed,
} from '../meta/elements';
import { answerChallenge } from '../meta/handshake';
import { isSignedByMeta } from '../meta/signature';
import { createMetaWebhook, type Element, entriesIn, ofNobody } from '../meta/webhook';
import type { MessengerConfig } from './config';
import { choice, contentsOf } from './content';
import {
  Delivery,
  Message,
  MessageEdit,
  Messaging,
  PolicyEnforcement,
  Postback,
  Reaction,
  Read,
  Referral,
} from './payload';

type Context = HookContext<MessengerConfig>;

export function handshake(request: RawRequest, { cfg }: Context): HookReply | null {
  return answerChallenge(request, cfg.verifyToken);
}

/** Events of the channel's own page; what another app handles (`standby`) and changes of the page itself say nothing to us. */
export const { verify, parse, accounts } = createMetaWebhook<MessengerConfig>({
  isAuthentic: (request, cfg) => isSignedByMeta(request, cfg.appSecret),
  refusal: () => 'signature',
  elementsOf: entriesIn,
  isOurs,
  eventsOf: (base, entry) => {
    const { account } = entry;
    if (account === null) return ofNobody(base, entry);
    return members(entry.value, 'messaging').flatMap((element) =>
      messagingEvents(base, element, account),
    );
  },
});

export function reply(): HookReply {
  return { status: 200, headers: { 'content-type': 'text/plain' }, body: 'EVENT_RECEIVED' };
}

/** An entry names the page, or the Instagram account behind it: the channel's service identifier may be either. */
function isOurs(
  { account }: Element,
  cfg: Partial<MessengerConfig>,
  channel: HookChannel,
): boolean {
  return account === cfg.pageId || account === channel.serviceIdentifier;
}

function messagingEvents(base: EventBase, element: unknown, page: string): readonly InboundEvent[] {
  const parsed = Messaging.safeParse(element);
  if (!parsed.success) return [unparsed(base, element, 'no event')];
  const { sender, recipient, timestamp } = parsed.data;
  const at = { ...base, occurredAt: isoOf(timestamp) ?? base.occurredAt };
  for (const [field, read] of Object.entries(EVENTS)) {
    const content = parsed.data[field];
    if (!isObject(content)) continue;
    const happened = { at, page, sender: sender?.id, recipient: recipient?.id, timestamp };
    const events = read(happened, content);
    return events ?? [unparsed(base, element, field)];
  }
  return [unparsed(base, element, 'an unknown event')];
}

interface Happened {
  readonly at: EventBase;
  /** Our own side, which writes and reacts as well. */
  readonly page: string;
  readonly sender: string | undefined;
  readonly recipient: string | undefined;
  readonly timestamp: string | number | null | undefined;
}
/** Null: the content is not as it should be. */
type Reader = (
  happened: Happened,
  content: Readonly<Record<string, unknown>>,
) => readonly InboundEvent[] | null;

/** By the field that an event has (connectors.md 6). */
const EVENTS: Readonly<Record<string, Reader>> = {
  message: messageEvents,
  message_edit: fromCustomer((base, content, user) => {
    const { data } = MessageEdit.safeParse(content);
    if (!data) return null;
    const body = { type: 'PLAIN', text: data.text } as const;
    const eventKey = `edit:${data.mid}:${data.num_edit ?? base.occurredAt}`;
    return [{ ...base, kind: 'edit', eventKey, externalUser: user, target: data.mid, body }];
  }),
  postback: postbackEvents,
  reaction: fromCustomer((base, content, user) => {
    const { data } = Reaction.safeParse(content);
    const emoji = data?.action === 'unreact' ? '' : (data?.emoji ?? data?.reaction);
    if (!data || emoji == null || (emoji === '' && data.action !== 'unreact')) return null;
    const eventKey = `reaction:${user.id}:${data.mid}:${data.action}:${base.occurredAt}`;
    const target = data.mid;
    return [
      {
        ...base,
        kind: 'reaction',
        eventKey,
        externalUser: user,
        target,
        emoji: emoji.slice(0, 64),
      },
    ];
  }),
  delivery: fromCustomer((base, content, user) => {
    const { data } = Delivery.safeParse(content);
    if (!data) return null;
    const upTo = isoOf(data.watermark);
    const named = (data.mids ?? []).map((mid) => statusOf(base, mid, 'DELIVERED'));
    return upTo
      ? [...named, watermark(base, user, 'DELIVERED', upTo)]
      : named.length > 0
        ? named
        : null;
  }),
  read: fromCustomer((base, content, user) => {
    const { data } = Read.safeParse(content);
    const upTo = isoOf(data?.watermark);
    if (data?.mid) return [statusOf(base, data.mid, 'READ')];
    return upTo ? [watermark(base, user, 'READ', upTo)] : null;
  }),
  referral: fromCustomer((base, content, user) => {
    const { data } = Referral.safeParse(content);
    if (!data) return null;
    const eventKey = `referral:${user.id}:${base.occurredAt}`;
    return [
      {
        ...base,
        kind: 'started',
        eventKey,
        externalUser: user,
        ...(data.ref && { payload: data.ref }),
      },
    ];
  }),
  policy_enforcement: ({ at: base }, content) => {
    const { data } = PolicyEnforcement.safeParse(content);
    if (!data?.action) return null;
    const eventKey = `policy:${data.action}:${base.occurredAt}`;
    const detail = data.reason?.slice(0, 300);
    return [
      { ...base, kind: 'accountAlert', eventKey, code: data.action, ...(detail && { detail }) },
    ];
  },
};

interface User {
  readonly id: string;
}

function fromCustomer(
  read: (
    base: EventBase,
    content: Readonly<Record<string, unknown>>,
    user: User,
  ) => readonly InboundEvent[] | null,
): Reader {
  return ({ at, page, sender }, content) => {
    if (!sender) return null;
    return sender === page ? [] : read(at, content, { id: sender });
  };
}

function messageEvents(
  { at: base, page, sender, recipient }: Happened,
  content: Readonly<Record<string, unknown>>,
): readonly InboundEvent[] | null {
  const { data: message } = Message.safeParse(content);
  const ours = message?.is_echo === true || sender === page;
  const customer = ours ? recipient : sender;
  if (!message || !customer) return null;
  const { mid } = message;
  const externalUser = { id: customer };
  if (message.is_deleted)
    return ours
      ? []
      : [{ ...base, kind: 'delete', eventKey: `delete:${mid}`, externalUser, target: mid }];
  return contentsOf(message).map((said, index): InboundEvent => {
    const id = index === 0 ? mid : `${mid}:${index}`;
    if (ours)
      return {
        ...base,
        kind: 'echo',
        eventKey: `echo:${id}`,
        externalUser,
        partId: partIdOf(message.metadata),
        providerMessageId: id,
        ...said,
      };
    return {
      ...base,
      kind: 'message',
      eventKey: `msg:${id}`,
      externalUser,
      providerMessageId: id,
      ...aboutMessage(message),
      ...said,
    };
  });
}

/** What else a message tells: what it answers, and where the customer comes from. */
function aboutMessage({ reply_to: answered, referral }: Message) {
  const { id, url } = answered?.story ?? {};
  const story = { ...(id && { id }), ...(url && { url }) };
  const channelData: Record<string, Json> = {
    ...(Object.keys(story).length > 0 && { story }),
    ...(referral && { referral }),
  };
  return {
    ...(answered?.mid && { replyTo: answered.mid }),
    ...(Object.keys(channelData).length > 0 && { channelData }),
  };
}

/** Without a `mid` the event is known by who tapped what when. */
function postbackEvents(
  { at: base, sender, timestamp }: Happened,
  content: Readonly<Record<string, unknown>>,
): readonly InboundEvent[] | null {
  const { data } = Postback.safeParse(content);
  if (!data || !sender) return null;
  const id = data.mid ?? digest(JSON.stringify([sender, timestamp ?? null, data.payload]));
  return [
    {
      ...base,
      kind: 'message',
      eventKey: `msg:${id}`,
      providerMessageId: id,
      externalUser: { id: sender },
      body: choice(data.payload, data.title),
      ...(data.referral && { channelData: { referral: data.referral } }),
    },
  ];
}

function statusOf(base: EventBase, mid: string, state: 'DELIVERED' | 'READ'): InboundEvent {
  const eventKey = `status:${mid}:${state.toLowerCase()}`;
  return { ...base, kind: 'status', eventKey, partId: null, providerMessageId: mid, state };
}

function watermark(
  base: EventBase,
  user: User,
  state: 'DELIVERED' | 'READ',
  upTo: string,
): InboundEvent {
  const eventKey = `${state.toLowerCase()}:${user.id}:${upTo}`;
  return { ...base, kind: 'watermark', eventKey, externalUser: user, state, upTo };
}
