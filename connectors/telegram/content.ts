import type { MessageBody } from '../../domain/message/schema';
import type { Message, TelegramFile } from './payload';

/** A body, and the file behind it where it calls one `pending:0`. */
export interface Content {
  readonly body: MessageBody;
  readonly fileId?: string;
}
type MediaType = 'IMAGE' | 'VIDEO' | 'AUDIO' | 'FILE' | 'STICKER';

/** As in domain/message/schema.ts: a longer caption goes before its medium as text. */
const CAPTION_MAX = 1024;

/** What a message says, in our model: at least one body, two where the caption is too long for ours. */
export function contentsOf(message: Message): readonly Content[] {
  if (message.text) return [{ body: { type: 'PLAIN', text: message.text } }];
  const media = mediaOf(message);
  if (media) return captioned(media, message.caption);
  return [{ body: placeOf(message) ?? contactOf(message) ?? unsupported(message) }];
}

function mediaOf(message: Message): Content | null {
  const { animation, video, video_note, voice, audio, document, sticker } = message;
  const photo = largest(message.photo ?? []);
  if (photo) return medium('IMAGE', { mime_type: 'image/jpeg', ...photo });
  // An animation comes once more as a document, for clients that do not know it.
  if (animation) return medium('VIDEO', { mime_type: 'video/mp4', ...animation });
  if (video) return medium('VIDEO', video);
  if (video_note) return medium('VIDEO', { mime_type: 'video/mp4', ...video_note });
  if (voice) return medium('AUDIO', { mime_type: 'audio/ogg', ...voice });
  if (audio) return medium('AUDIO', audio);
  if (sticker) return medium('STICKER', { mime_type: stickerType(sticker), ...sticker });
  return document ? medium('FILE', document) : null;
}

/** Telegram lists one photo in several sizes. */
function largest(photos: NonNullable<Message['photo']>): TelegramFile | undefined {
  const area = ({ width = 0, height = 0 }: (typeof photos)[number]) => width * height;
  return photos.reduce<(typeof photos)[number] | undefined>(
    (best, photo) => (best && area(best) > area(photo) ? best : photo),
    undefined,
  );
}

function stickerType({ is_animated, is_video }: NonNullable<Message['sticker']>): string {
  if (is_animated) return 'application/x-tgsticker';
  return is_video ? 'video/webm' : 'image/webp';
}

function medium(type: MediaType, file: TelegramFile): Content {
  const { file_id, file_name, mime_type, file_size } = file;
  return {
    fileId: file_id,
    body: {
      type,
      mediaId: 'pending:0',
      ...(file_name && { fileName: file_name.slice(0, 255) }),
      ...(mime_type && { mimeType: mime_type.slice(0, 255) }),
      ...(file_size !== undefined && { size: file_size }),
    },
  };
}

function captioned(content: Content, caption: string | undefined): readonly Content[] {
  const { body } = content;
  if (!caption || !('mediaId' in body)) return [content];
  if (caption.length > CAPTION_MAX) return [{ body: { type: 'PLAIN', text: caption } }, content];
  return [{ ...content, body: { ...body, caption } }];
}

/** A venue comes together with its location: one place. */
function placeOf({ venue, location }: Message): MessageBody | null {
  const point = venue?.location ?? location;
  if (!point) return null;
  return {
    type: 'LOCATION',
    latitude: point.latitude,
    longitude: point.longitude,
    ...(venue?.title && { name: venue.title.slice(0, 256) }),
    ...(venue?.address && { address: venue.address.slice(0, 1000) }),
  };
}

function contactOf({ contact }: Message): MessageBody | null {
  if (!contact) return null;
  const name = [contact.first_name, contact.last_name].filter(Boolean).join(' ');
  return {
    type: 'CONTACT',
    contacts: [
      { name: name.slice(0, 256), phones: [contact.phone_number.slice(0, 64)], emails: [] },
    ],
  };
}

/** Members of every message; what stands beside them is its kind: `poll`, `dice`, `story` … */
const COMMON = new Set(['message_id', 'date', 'edit_date', 'chat', 'from', 'reply_to_message']);

function unsupported(message: Message): MessageBody {
  const kind = Object.keys(message).find((key) => !COMMON.has(key)) ?? 'empty';
  return { type: 'UNSUPPORTED', kind: kind.slice(0, 64) };
}
