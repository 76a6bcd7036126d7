import type { MessageBody } from '../../domain/message/schema';
import type { MediaSource } from '../connector';
import type { Attachment, Message } from './payload';

/** One of the bodies that a message holds. */
export interface Content {
  readonly body: MessageBody;
  readonly media?: readonly MediaSource[];
}

/** As in domain/message/schema.ts: a longer caption goes before its medium as text. */
const CAPTION_MAX = 1024;

/** What a message says, in its order: the text is the caption of the first medium where there is one. Never empty. */
export function contentsOf(message: Message): readonly [Content, ...Content[]] {
  const { text, quick_reply: quickReply } = message;
  if (quickReply) return [{ body: choice(quickReply.payload, text) }];
  const [first, ...others] = (message.attachments ?? []).map(attached);
  if (!first)
    return [text ? plain(text) : unsupported(message.is_unsupported ? 'unsupported' : 'empty')];
  if (!text) return [first, ...others];
  const { body } = first;
  if (body.type === 'URL') return [plain(text), ...others]; // the preview of a link in the text
  if (!first.media || text.length > CAPTION_MAX) return [plain(text), first, ...others];
  return [{ ...first, body: { ...body, caption: text } as MessageBody }, ...others];
}

/** A tapped button or quick reply. */
export function choice(payload: string, title: string | null | undefined): MessageBody {
  return {
    type: 'CHOICE',
    choiceId: payload.slice(0, 200),
    ...(title && { title: title.slice(0, 256), text: title }),
  };
}

const MEDIA = { image: 'IMAGE', video: 'VIDEO', audio: 'AUDIO', file: 'FILE' } as const;
/** Posts, stories and links that a customer passes on: shown as a link. */
const SHARED = /share|fallback|story|reel|post/;

function attached(attachment: Attachment): Content {
  const { type, payload } = attachment;
  const url = payload?.url ?? attachment.url;
  if (isMedium(type) && isAddress(url))
    return {
      body: { type: payload?.sticker_id ? 'STICKER' : MEDIA[type], mediaId: 'pending:0' },
      media: [{ ref: url }],
    };
  const { lat, long } = payload?.coordinates ?? {};
  if (lat !== undefined && long !== undefined && Math.abs(lat) <= 90 && Math.abs(long) <= 180)
    return { body: { type: 'LOCATION', latitude: lat, longitude: long } };
  if (SHARED.test(type) && isAddress(url) && url.length <= 2000) {
    const title = (payload?.title ?? attachment.title)?.slice(0, 256);
    return { body: { type: 'URL', url, ...(title && { title }) } };
  }
  return unsupported(type);
}

function isMedium(type: string): type is keyof typeof MEDIA {
  return Object.hasOwn(MEDIA, type);
}

function isAddress(url: string | null | undefined): url is string {
  return url != null && /^https?:\/\//.test(url) && URL.canParse(url);
}

function plain(text: string): Content {
  return { body: { type: 'PLAIN', text } };
}

function unsupported(kind: string): Content {
  return { body: { type: 'UNSUPPORTED', kind: kind.slice(0, 64) } };
}
