import type { MessageBody } from '../../domain/message/schema';
import type { Content } from './payload';

/** A body, and the address of the medium that it calls `pending:0`. */
export interface ReadContent {
  readonly body: MessageBody;
  readonly mediaUrl?: string;
}

const MEDIA = { picture: 'IMAGE', video: 'VIDEO', file: 'FILE' } as const;
/** As in domain/message/schema.ts. */
const CAPTION_MAX = 1024;

/** What a message says, in our model. A tap on a button of ours is a text (connectors.md 4): the conversation knows what it offered. */
export function contentOf(content: Content): ReadContent {
  const { type, text, media, location, contact } = content;
  if (type === 'text' && text) return { body: { type: 'PLAIN', text } };
  if (isMedia(type) && media) return mediumOf(MEDIA[type], content, media);
  if (type === 'url' && media) return { body: linkOf(media) };
  if (type === 'location' && location)
    return {
      body: {
        type: 'LOCATION',
        latitude: location.lat,
        longitude: location.lon,
        ...(location.address && { address: location.address.slice(0, 1000) }),
      },
    };
  if (type === 'contact' && contact) {
    const phones = contact.phone_number ? [contact.phone_number.slice(0, 64)] : [];
    const name = (contact.name ?? '').slice(0, 256);
    return { body: { type: 'CONTACT', contacts: [{ name, phones, emails: [] }] } };
  }
  const detail = type === 'sticker' ? String(content.sticker_id ?? '') : (text ?? '');
  return {
    body: {
      type: 'UNSUPPORTED',
      kind: type.slice(0, 64),
      ...(detail && { detail: detail.slice(0, 1000) }),
    },
  };
}

function mediumOf(
  type: (typeof MEDIA)[keyof typeof MEDIA],
  { text, file_name, size }: Content,
  mediaUrl: string,
): ReadContent {
  const bytes = Number(size ?? Number.NaN);
  return {
    mediaUrl,
    body: {
      type,
      mediaId: 'pending:0',
      ...(text && { caption: text.slice(0, CAPTION_MAX) }),
      ...(file_name && { fileName: file_name.slice(0, 255) }),
      ...(Number.isSafeInteger(bytes) && bytes >= 0 && { size: bytes }),
    },
  };
}

/** A link that is no web address stays text. */
function linkOf(media: string): MessageBody {
  const isWeb = media.length <= 2000 && URL.canParse(media) && /^https?:/i.test(media);
  return isWeb ? { type: 'URL', url: media } : { type: 'PLAIN', text: media };
}

function isMedia(type: string): type is keyof typeof MEDIA {
  return Object.hasOwn(MEDIA, type);
}
