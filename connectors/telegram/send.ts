import { ConnectorError } from '../../domain/errors';
import type { MessageBody } from '../../domain/message/schema';
import type {
  CallContext,
  InboundEvent,
  OutboundPart,
  SendContext,
  SendResult,
} from '../connector';
import type { ProviderAnswer } from '../provider-call';
import { accepted, call, type Json, type Upload } from './call';
import type { TelegramConfig } from './config';
import { formatted } from './formatted';
import { Answer, SentMessage } from './payload';
import { callbackQueryOf } from './webhook';

/** One message, one method. No key makes a repeat safe, and nothing tells afterwards what was sent. */
export async function send(
  part: OutboundPart,
  context: SendContext<TelegramConfig>,
): Promise<SendResult> {
  const { method, fields } = requestOf(part);
  const file = await uploadOf(part, context);
  const replied = /^-?\d+:(\d+)(?::\d+)?$/.exec(part.replyTo ?? '')?.[1];
  const params = {
    ...fields,
    ...(replied && {
      reply_parameters: { message_id: Number(replied), allow_sending_without_reply: true },
    }),
  };
  const answer = await call(context, method, { chat_id: part.to, ...params }, file);
  const moved = movedTo(answer);
  if (moved === null) return resultOf(answer, part.to);
  // The chat has another id now: nothing was sent, and Telegram says where to (connectors.md 5).
  const again = await call(context, method, { chat_id: moved, ...params }, file);
  return { ...resultOf(again, moved), aliases: [moved] };
}

/** Whoever tapped a button sees it spin until this was called. */
export async function acknowledge(
  events: readonly InboundEvent[],
  context: CallContext<TelegramConfig>,
): Promise<void> {
  for (const event of events) {
    const id = callbackQueryOf(event);
    if (id) accepted(await call(context, 'answerCallbackQuery', { callback_query_id: id }));
  }
}

interface Request {
  readonly method: string;
  readonly fields: Json;
}

/** What a text says. There is no `parse_mode`: every character stands for itself, and entities name what stands out. */
export function textFieldsOf(body: Extract<MessageBody, { type: 'PLAIN' | 'BUTTON' }>): Json {
  if (body.type === 'BUTTON')
    return {
      text: [body.header, body.text, body.footer].filter(Boolean).join('\n\n'),
      reply_markup: {
        inline_keyboard: body.choices.map(({ id, title }) => [{ text: title, callback_data: id }]),
      },
    };
  if (body.format !== 'MARKDOWN') return { text: body.text };
  const { text, entities } = formatted(body.text);
  return { text, ...(entities.length > 0 && { entities }) };
}

function requestOf({ body, mediaUrls }: OutboundPart): Request {
  switch (body.type) {
    case 'PLAIN':
    case 'BUTTON':
      return { method: 'sendMessage', fields: textFieldsOf(body) };
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE': {
      const [method, field] = mediaMethod(body);
      const url = mediaUrls[body.mediaId];
      if (!url) throw new ConnectorError('Rejected', 'media without a link', { reason: 'media' });
      return { method, fields: { [field]: url, ...(body.caption && { caption: body.caption }) } };
    }
    case 'LOCATION': {
      const { latitude, longitude, name, address } = body;
      const title = name ?? address;
      if (!title) return { method: 'sendLocation', fields: { latitude, longitude } };
      const fields = { latitude, longitude, title, address: address ?? title };
      return { method: 'sendVenue', fields };
    }
    default:
      throw new ConnectorError('Rejected', `no ${body.type} here`, { reason: 'bodyType' });
  }
}

/** Only Ogg plays as a voice message; other sound goes as audio. */
function mediaMethod(
  body: Extract<MessageBody, { type: 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' }>,
): readonly [method: string, field: string] {
  switch (body.type) {
    case 'IMAGE':
      return ['sendPhoto', 'photo'];
    case 'VIDEO':
      return ['sendVideo', 'video'];
    case 'FILE':
      return ['sendDocument', 'document'];
    case 'AUDIO':
      return body.mimeType?.startsWith('audio/ogg')
        ? ['sendVoice', 'voice']
        : ['sendAudio', 'audio'];
  }
}

/** Documents that Telegram fetches from a link itself; others must be brought (connectors.md 5). */
const LINKED_DOCUMENTS = new Set(['application/pdf', 'application/zip', 'image/gif']);

/** A file that goes along instead of its link; null where the link will do, or is all there is. */
async function uploadOf(
  { body }: OutboundPart,
  { openMedia }: SendContext<TelegramConfig>,
): Promise<Upload | null> {
  if (body.type !== 'FILE' || LINKED_DOCUMENTS.has(body.mimeType ?? '')) return null;
  try {
    const medium = await openMedia?.(body.mediaId);
    if (!medium || LINKED_DOCUMENTS.has(medium.mimeType)) return null;
    const bytes = await new Response(medium.open()).blob();
    const name = body.fileName ?? medium.fileName ?? 'file';
    return { field: 'document', file: new File([bytes], name, { type: medium.mimeType }) };
  } catch (cause) {
    throw new ConnectorError('Unavailable', 'our copy cannot be read', {}, { cause });
  }
}

function movedTo({ status, json }: ProviderAnswer): string | null {
  const parsed = Answer.safeParse(json);
  const id = parsed.success ? parsed.data.parameters?.migrate_to_chat_id : undefined;
  return status === 400 && id !== undefined ? String(id) : null;
}

function resultOf(answer: ProviderAnswer, chat: string): SendResult {
  const sent = SentMessage.safeParse(accepted(answer));
  const ids = sent.success ? [`${sent.data.chat?.id ?? chat}:${sent.data.message_id}`] : [];
  return { providerMessageIds: ids, state: 'sent' };
}
