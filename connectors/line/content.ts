import type { MessageBody } from '../../domain/message/schema';
import type { Message } from './payload';

/** A body, and where the medium is that it calls `pending:0`: the message's id at LINE, or an address elsewhere. */
export interface ReadContent {
  readonly body: MessageBody;
  readonly media?: string;
}

const MEDIA = { image: 'IMAGE', video: 'VIDEO', audio: 'AUDIO', file: 'FILE' } as const;

/** What a message says, in our model. */
export function contentOf(message: Message): ReadContent {
  const { id, type, text, fileName, fileSize, contentProvider } = message;
  if (type === 'text' && text) return { body: { type: 'PLAIN', text } };
  if (isMedia(type))
    return {
      media: contentProvider?.originalContentUrl || id,
      body: {
        type: MEDIA[type],
        mediaId: 'pending:0',
        ...(fileName && { fileName: fileName.slice(0, 255) }),
        ...(fileSize != null && { size: fileSize }),
      },
    };
  const place = type === 'location' ? placeOf(message) : null;
  if (place) return { body: place };
  const { keywords, stickerId } = message;
  const detail = keywords?.join(', ') || stickerId || '';
  return {
    body: {
      type: 'UNSUPPORTED',
      kind: type.slice(0, 64),
      ...(detail && { detail: detail.slice(0, 1000) }),
    },
  };
}

function placeOf({ latitude, longitude, title, address }: Message): MessageBody | null {
  if (latitude == null || longitude == null) return null;
  return {
    type: 'LOCATION',
    latitude,
    longitude,
    ...(title && { name: title.slice(0, 256) }),
    ...(address && { address: address.slice(0, 1000) }),
  };
}

function isMedia(type: string): type is keyof typeof MEDIA {
  return Object.hasOwn(MEDIA, type);
}
