import { ConnectorError } from '../../domain/errors';
import type {
  CallContext,
  OutboundDeletion,
  OutboundEdit,
  OutboundReaction,
  OutboundTyping,
} from '../connector';
import { accepted, call, type Json } from './call';
import type { TelegramConfig } from './config';
import { textFieldsOf } from './send';

type Context = CallContext<TelegramConfig>;

/** Shown for five seconds, or until the message; there is no way to take it back. */
export async function typing(sign: OutboundTyping, context: Context): Promise<void> {
  if (!sign.typing) return;
  accepted(await call(context, 'sendChatAction', { chat_id: sign.to, action: 'typing' }));
}

/** A bot has one reaction to a message; of the emoji Telegram takes those of its own list. */
export async function react({ target, emoji }: OutboundReaction, context: Context): Promise<void> {
  const reaction = emoji === '' ? [] : [{ type: 'emoji', emoji }];
  accepted(await call(context, 'setMessageReaction', { ...placeOf(target), reaction }));
}

/** The words of a message, or those under its medium: a medium cannot become another one. */
export async function edit({ target, body, was }: OutboundEdit, context: Context): Promise<void> {
  const [method, fields] = editOf(body, was);
  accepted(await call(context, method, { ...placeOf(target), ...fields }));
}

/** Telegram lets a bot take back what is not older than two days. */
export async function remove({ target }: OutboundDeletion, context: Context): Promise<void> {
  accepted(await call(context, 'deleteMessage', placeOf(target)));
}

function editOf(
  body: OutboundEdit['body'],
  was: OutboundEdit['was'],
): readonly [method: string, fields: Json] {
  const isWords = body.type === 'PLAIN' || body.type === 'BUTTON';
  if (was && 'mediaId' in was) {
    if (body.type === 'PLAIN') return ['editMessageCaption', { caption: body.text }];
    if ('mediaId' in body && body.mediaId === was.mediaId)
      return ['editMessageCaption', { caption: body.caption ?? '' }];
  } else if (isWords) return ['editMessageText', textFieldsOf(body)];
  throw new ConnectorError('Rejected', `no edit to ${body.type} here`, { reason: 'bodyType' });
}

/** `target` is `{chat}:{message}`; the text that a long caption came as has `:1` behind it. */
function placeOf(target: string): { readonly chat_id: string; readonly message_id: number } {
  const [, chat_id, message] = /^(-?\d+):(\d+)(?::\d+)?$/.exec(target) ?? [];
  if (!chat_id)
    throw new ConnectorError('Rejected', 'no message of Telegram', { reason: 'target' });
  return { chat_id, message_id: Number(message) };
}
