import { createHash } from 'node:crypto';
import type { MessageBody } from '../../domain/message/schema';
import type {
  HookContext,
  HookReply,
  InboundEvent,
  MediaSource,
  RawRequest,
  Verdict,
} from '../connector';
import { sameBytes, secretsOf } from '../secrets';
import type { TelegramConfig } from './config';
import { type Content, contentsOf } from './content';
import {
  CallbackQuery,
  type Chat,
  ChatMember,
  Message,
  MessageReaction,
  Update,
  type User,
} from './payload';

/** `X-Telegram-Bot-Api-Secret-Token` is one of the active secrets, in constant time. The body is not signed. */
export function verify({ headers }: RawRequest, cfg: TelegramConfig): Verdict {
  const given = Buffer.from(headers.get('x-telegram-bot-api-secret-token') ?? '', 'utf8');
  const fits = (secret: string) => sameBytes(given, Buffer.from(secret, 'utf8'));
  return secretsOf(cfg.secretToken).some(fits)
    ? { ok: true }
    : { ok: false, status: 401, reason: 'secret' };
}

/** One update is one event; a caption that is longer than ours may be goes ahead as a text. */
export function parse(
  request: RawRequest,
  context: HookContext<TelegramConfig>,
): readonly InboundEvent[] {
  const update = Update.safeParse(parseJson(request.raw));
  const base = { channelId: context.channel.id, occurredAt: context.now.toISOString() };
  if (!update.success) {
    const eventKey = `raw:${createHash('sha256').update(request.raw).digest('hex')}`;
    return [{ ...base, eventKey, kind: 'unparsed', reason: 'no update' }];
  }
  const keyed = { ...base, eventKey: `update:${update.data.update_id}` };
  const found = UPDATES.find(({ name }) => update.data[name] !== undefined);
  if (!found) {
    const name = Object.keys(update.data).find((key) => key !== 'update_id') ?? 'nothing';
    return [{ ...keyed, kind: 'unparsed', reason: `no use for ${name.slice(0, 64)}` }];
  }
  const events = found.read(update.data[found.name], keyed);
  return typeof events === 'string' ? [{ ...keyed, kind: 'unparsed', reason: events }] : events;
}

/** Empty: of a method in the answer we would never learn the result. */
export function reply(): HookReply {
  return { status: 200 };
}

interface Base {
  readonly channelId: string;
  readonly occurredAt: string;
  readonly eventKey: string;
}
/** Events, or why the update cannot be read. */
type Read = readonly InboundEvent[] | string;

const UPDATES: readonly {
  readonly name: string;
  readonly read: (value: unknown, base: Base) => Read;
}[] = [
  { name: 'message', read: messageEvents },
  { name: 'edited_message', read: editEvents },
  { name: 'callback_query', read: tapEvents },
  { name: 'message_reaction', read: reactionEvents },
  { name: 'my_chat_member', read: memberEvents },
];

const NOT_PRIVATE = 'not a chat with one person';

function messageEvents(value: unknown, base: Base): Read {
  const parsed = Message.safeParse(value);
  if (!parsed.success) return faultOf('message', parsed.error.issues);
  const message = parsed.data;
  if (!isPrivate(message.chat)) return NOT_PRIVATE;
  if (message.from?.is_bot) return [];
  const at = { ...base, occurredAt: timeOf(message.date, base) };
  const externalUser = userOf(message.chat, message.from, ownNumber(message));
  const start = /^\/start(?:@\w+)?(?:\s+(.*))?$/s.exec(message.text ?? '');
  if (start) {
    const payload = start[1]?.trim();
    return [{ ...at, kind: 'started', externalUser, ...(payload && { payload }) }];
  }
  const replied = message.reply_to_message?.message_id;
  return contentsOf(message).map((content, index) => ({
    ...at,
    ...(index > 0 && { eventKey: `${at.eventKey}:${index}` }),
    kind: 'message' as const,
    providerMessageId: idOf(message.chat, message.message_id, index),
    externalUser,
    ...said(content),
    ...(replied !== undefined && { replyTo: idOf(message.chat, replied) }),
  }));
}

/** The text of a message that has one, else what stands under its medium; a changed medium is not told. */
function editEvents(value: unknown, base: Base): Read {
  const parsed = Message.safeParse(value);
  if (!parsed.success) return faultOf('edited_message', parsed.error.issues);
  const message = parsed.data;
  if (!isPrivate(message.chat)) return NOT_PRIVATE;
  const body = editedBody(contentsOf(message)[0]?.body);
  if (!body) return [];
  return [
    {
      ...base,
      occurredAt: timeOf(message.edit_date ?? message.date, base),
      kind: 'edit',
      target: idOf(message.chat, message.message_id),
      externalUser: userOf(message.chat, message.from),
      body,
    },
  ];
}

/** An edit brings no second copy of a medium: what can change in our view is the words. Null when there are none. */
function editedBody(body: MessageBody | undefined): MessageBody | null {
  if (!body || !('mediaId' in body)) return body ?? null;
  return body.caption ? { type: 'PLAIN', text: body.caption } : null;
}

function tapEvents(value: unknown, base: Base): Read {
  const parsed = CallbackQuery.safeParse(value);
  if (!parsed.success) return faultOf('callback_query', parsed.error.issues);
  const { id, from, message, data } = parsed.data;
  if (message && !isPrivate(message.chat)) return NOT_PRIVATE;
  if (!data) return 'a button without data';
  const buttons = message?.reply_markup?.inline_keyboard?.flat() ?? [];
  const title = buttons.find(({ callback_data }) => callback_data === data)?.text.slice(0, 256);
  return [
    {
      ...base,
      kind: 'message',
      providerMessageId: `${TAP}${id}`,
      externalUser: userOf(message?.chat ?? { id: from.id }, from),
      body: { type: 'CHOICE', choiceId: data.slice(0, 200), ...(title && { title }) },
      ...(message && { replyTo: idOf(message.chat, message.message_id) }),
    },
  ];
}

/** Begins the id of a message that is a tap; the id of the callback query follows. */
const TAP = 'tap:';

/** The callback query behind an event; null when it is none. */
export function callbackQueryOf(event: InboundEvent): string | null {
  const isTap = event.kind === 'message' && event.providerMessageId.startsWith(TAP);
  return isTap ? event.providerMessageId.slice(TAP.length) : null;
}

/** What was added is the reaction; where something was only taken away there is none any more. */
function reactionEvents(value: unknown, base: Base): Read {
  const parsed = MessageReaction.safeParse(value);
  if (!parsed.success) return faultOf('message_reaction', parsed.error.issues);
  const { chat, message_id, user, date, old_reaction, new_reaction } = parsed.data;
  if (!isPrivate(chat)) return NOT_PRIVATE;
  const emojis = (list: typeof old_reaction) => list.map(({ emoji, type }) => emoji ?? type);
  const before = emojis(old_reaction);
  const after = emojis(new_reaction);
  const emoji = after.find((one) => !before.includes(one)) ?? after.at(-1) ?? '';
  return [
    {
      ...base,
      occurredAt: timeOf(date, base),
      kind: 'reaction',
      target: idOf(chat, message_id),
      emoji: emoji.slice(0, 64),
      externalUser: userOf(chat, user),
    },
  ];
}

/** Blocking the bot makes us `kicked`; unblocking makes us a member again. */
function memberEvents(value: unknown, base: Base): Read {
  const parsed = ChatMember.safeParse(value);
  if (!parsed.success) return faultOf('my_chat_member', parsed.error.issues);
  const { chat, from, date, old_chat_member, new_chat_member } = parsed.data;
  if (!isPrivate(chat)) return [];
  const at = { ...base, occurredAt: timeOf(date, base), externalUser: userOf(chat, from) };
  if (new_chat_member.status === 'kicked') return [{ ...at, kind: 'optedOut' }];
  return old_chat_member?.status === 'kicked' ? [{ ...at, kind: 'optedIn' }] : [];
}

function said({ body, fileId }: Content): {
  readonly body: MessageBody;
  readonly media?: readonly MediaSource[];
} {
  return { body, ...(fileId !== undefined && { media: [{ ref: fileId }] }) };
}

/** `chat:message`; the second event of one message has `:1` behind it. */
function idOf(chat: Chat, messageId: number, index = 0): string {
  return `${chat.id}:${messageId}${index > 0 ? `:${index}` : ''}`;
}

/** A chat is private where nothing else is said: buttons come with the bare id. */
function isPrivate({ type, id }: Chat): boolean {
  return (type === undefined && id > 0) || type === 'private';
}

function userOf(
  chat: Chat,
  user: User | undefined,
  phone?: string,
): { id: string; displayName?: string; phone?: string } {
  const name = [user?.first_name, user?.last_name].filter(Boolean).join(' ') || user?.username;
  return {
    id: String(chat.id),
    ...(name && { displayName: name.slice(0, 256) }),
    ...(phone && { phone }),
  };
}

/** A number is the customer's own only where Telegram says that the contact is the sender (connectors.md 5). */
function ownNumber({ contact, from }: Message): string | undefined {
  if (!contact || contact.user_id === undefined || contact.user_id !== from?.id) return undefined;
  const number = contact.phone_number.replace(/[\s().-]/g, '').replace(/^\+?/, '+');
  return /^\+\d{7,15}$/.test(number) ? number : undefined;
}

/** Seconds since 1970 as ISO UTC; the receipt time where there is none, or none that a date can hold. */
function timeOf(seconds: number | undefined, base: Base): string {
  if (!seconds || Math.abs(seconds) > 8_640_000_000_000) return base.occurredAt;
  return new Date(seconds * 1000).toISOString();
}

function faultOf(
  name: string,
  issues: readonly { readonly path: readonly PropertyKey[]; readonly message: string }[],
): string {
  const [first] = issues;
  return `${[name, ...(first?.path ?? []).map(String)].join('.')}: ${first?.message ?? ''}`.slice(
    0,
    1000,
  );
}

function parseJson(raw: Uint8Array): unknown {
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(raw));
  } catch {
    return undefined;
  }
}
