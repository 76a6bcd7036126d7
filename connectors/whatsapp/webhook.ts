import type { HookChannel, HookContext, HookReply, InboundEvent, RawRequest } from '../connector';
import { digest, type EventBase, isoOf, members, partIdOf, unparsed } from '../meta/elements';
import { answerChallenge } from '../meta/handshake';
import { isSignedByMeta } from '../meta/signature';
import { changesIn, createMetaWebhook, type Element, metadataOf } from '../meta/webhook';
import { detailOf } from '../provider-call';
import { sameBytes, secretsOf } from '../secrets';
import { reasonOf, stateOf } from './codes';
import { type DialogConfig, isCloud, type WhatsAppConfig } from './config';
import { contentOf } from './content';
import {
  Change,
  ContactCard,
  Edit,
  Errors,
  Message,
  Reaction,
  Revoke,
  Status,
  System,
  UserIdUpdate,
} from './payload';

type Context = HookContext<WhatsAppConfig>;

/** Meta's set-up call. 360dialog has none. */
export function handshake(request: RawRequest, { cfg }: Context): HookReply | null {
  return isCloud(cfg) ? answerChallenge(request, cfg.verifyToken) : null;
}

/** Meta signs the body; 360dialog shows a secret in a header (connectors.md 2). */
export const { verify, parse, accounts } = createMetaWebhook<WhatsAppConfig>({
  isAuthentic: (request, cfg) =>
    isCloud(cfg) ? isSignedByMeta(request, cfg.appSecret) : showsSecret(request, cfg),
  refusal: (cfg) => (isCloud(cfg) ? 'signature' : 'secret'),
  elementsOf: changesIn,
  isOurs,
  eventsOf: (base, { value: element }) => {
    const change = Change.safeParse(element);
    if (!change.success) return [unparsed(base, element, 'a change')];
    const { field, value } = change.data;
    if (field === 'user_id_update')
      return members(value, 'user_id_update').map((update) => identityEvent(base, update));
    return field === 'messages' ? valueEvents(base, value) : []; // other fields say nothing to us
  },
});

export function reply(): HookReply {
  return { status: 200 };
}

/** By the id of the number where it is configured, else by the number itself. */
function isOurs(element: Element, cfg: Partial<WhatsAppConfig>, channel: HookChannel): boolean {
  if (isCloud(cfg)) return element.account === cfg.phoneNumberId;
  const digits = (number: unknown) => String(number ?? '').replace(/\D/g, '');
  const number = metadataOf(element.value)?.['display_phone_number'];
  return digits(number) === digits(channel.serviceIdentifier);
}

function showsSecret({ headers }: RawRequest, cfg: DialogConfig): boolean {
  const basic = cfg.verification === 'basic';
  const given = headers.get(basic ? 'authorization' : (cfg.headerName ?? 'x-secret')) ?? '';
  return secretsOf(cfg.webhookSecret).some((secret) => {
    const expected = basic ? `Basic ${Buffer.from(secret).toString('base64')}` : secret;
    return sameBytes(Buffer.from(given), Buffer.from(expected));
  });
}

function valueEvents(
  base: EventBase,
  value: Readonly<Record<string, unknown>>,
): readonly InboundEvent[] {
  const contacts = members(value, 'contacts')
    .map((card) => ContactCard.safeParse(card).data)
    .filter((card) => card !== undefined);
  return [
    ...members(value, 'messages').flatMap((message) => messageEvents(base, message, contacts)),
    ...members(value, 'statuses').map((status) => statusEvent(base, status)),
    ...(Errors.parse(value['errors']) ?? []).map(
      ({ code, title, message }, index): InboundEvent => ({
        ...base,
        kind: 'accountAlert',
        eventKey: `alert:${code}:${index}:${digest(JSON.stringify(value))}`,
        code: String(code ?? 'unknown'),
        ...detailOf(title ?? message),
      }),
    ),
  ];
}

function messageEvents(
  base: EventBase,
  element: unknown,
  contacts: readonly ContactCard[],
): readonly InboundEvent[] {
  const parsed = Message.safeParse(element);
  if (!parsed.success) return [unparsed(base, element, 'a message')];
  const message = parsed.data;
  const { id } = message;
  const externalUser = userOf(message, contacts);
  if (!externalUser) return [unparsed(base, element, 'a message of nobody')];
  const event = {
    ...base,
    occurredAt: isoOf(message.timestamp) ?? base.occurredAt,
    eventKey: `msg:${id}`,
    externalUser,
  };
  const unread = [unparsed(base, element, `content of ${message.type}`)];
  switch (message.type) {
    case 'reaction': {
      const { data } = Reaction.safeParse(message['reaction']);
      if (!data) return unread;
      return [{ ...event, kind: 'reaction', target: data.message_id, emoji: data.emoji ?? '' }];
    }
    case 'revoke': {
      const { data } = Revoke.safeParse(message['revoke']);
      return data ? [{ ...event, kind: 'delete', target: data.original_message_id }] : unread;
    }
    case 'edit': {
      const { data } = Edit.safeParse(message['edit']);
      const content = data && contentOf(data.message);
      if (!content) return unread;
      const { body, media } = content;
      const target = data.original_message_id;
      return [{ ...event, kind: 'edit', target, body, ...(media && { media }) }];
    }
    case 'system':
      return [numberChanged(event, message) ?? unparsed(base, element, 'system')];
    default: {
      const content = contentOf(message);
      if (!content) return unread;
      const { before, body, media } = content;
      const said = { ...event, kind: 'message', ...aboutMessage(message) } as const;
      if (!before) return [{ ...said, providerMessageId: id, body, ...(media && { media }) }];
      const second = `${id}:1`;
      return [
        { ...said, providerMessageId: id, body: { type: 'PLAIN', text: before } },
        {
          ...said,
          eventKey: `msg:${second}`,
          providerMessageId: second,
          body,
          ...(media && { media }),
        },
      ];
    }
  }
}

/** What else a message tells: what it answers, and where the customer comes from. */
function aboutMessage({ context, referral }: Message) {
  const channelData = {
    ...(context?.forwarded && { forwarded: true }),
    ...(context?.frequently_forwarded && { frequentlyForwarded: true }),
    ...(context?.referred_product && { referredProduct: context.referred_product }),
    ...(referral && { referral }),
  };
  return {
    ...(context?.id && { replyTo: context.id }),
    ...(Object.keys(channelData).length > 0 && { channelData }),
  };
}

/** By the number; a user who hides it is known by the business-scoped id alone. */
function userOf(message: Message, contacts: readonly ContactCard[]) {
  const own = contacts.find(
    ({ wa_id, user_id }) =>
      (wa_id && wa_id === message.from) || (user_id && user_id === message.from_user_id),
  );
  const card = own ?? (contacts.length === 1 ? contacts[0] : undefined);
  const number = message.from || card?.wa_id;
  const userId = message.from_user_id || card?.user_id;
  const id = number ? plusOf(number) : userId;
  if (!id) return null;
  const aliases = [number, userId].filter((name) => name && name !== id) as string[];
  const displayName = card?.profile?.name?.slice(0, 256);
  return {
    id,
    ...(displayName && { displayName }),
    ...(/^\+\d{7,15}$/.test(id) && { phone: id }),
    ...(aliases.length > 0 && { aliases }),
  };
}

/** `wa_id` is a number without its plus (connectors.md 13.5). */
function plusOf(number: string): string {
  return /^\d{7,15}$/.test(number) ? `+${number}` : number;
}

type FromUser = EventBase & {
  readonly eventKey: string;
  readonly externalUser: { readonly id: string };
};

function numberChanged(event: FromUser, message: Message): InboundEvent | null {
  const { data } = System.safeParse(message['system']);
  const current = data?.wa_id ?? data?.new_wa_id;
  if (!current || !/changed_number$/.test(data?.type ?? '')) return null;
  const id = plusOf(current);
  return {
    ...event,
    kind: 'identityChanged',
    externalUser: { id, ...(/^\+/.test(id) && { phone: id }) },
    previousId: event.externalUser.id,
  };
}

function identityEvent(base: EventBase, element: unknown): InboundEvent {
  const parsed = UserIdUpdate.safeParse(element);
  if (!parsed.success) return unparsed(base, element, 'a user id update');
  const { previous, current } = parsed.data.user_id;
  return {
    ...base,
    occurredAt: isoOf(parsed.data.timestamp) ?? base.occurredAt,
    kind: 'identityChanged',
    eventKey: `identity:${previous}:${current}`,
    externalUser: { id: current },
    previousId: previous,
  };
}

function statusEvent(base: EventBase, element: unknown): InboundEvent {
  const parsed = Status.safeParse(element);
  const state = stateOf(parsed.data?.status);
  if (!parsed.success || !state) return unparsed(base, element, 'a status');
  const { id, status, timestamp, biz_opaque_callback_data: echoed } = parsed.data;
  const errors = parsed.data.errors ?? [];
  const code = errors[0]?.code;
  return {
    ...base,
    occurredAt: isoOf(timestamp) ?? base.occurredAt,
    kind: 'status',
    eventKey: `status:${id}:${status.toLowerCase()}`,
    partId: partIdOf(echoed),
    providerMessageId: id,
    state,
    ...(state === 'FAILED' && { reasonCode: reasonOf(errors) }),
    ...(state === 'FAILED' && code != null && { providerCode: String(code) }),
  };
}
