import type { MessageBody } from './schema';

/** Ids of all media that a body refers to: whoever may read the conversation may read them. */
export function mediaIdsOf(body: MessageBody | null): readonly string[] {
  if (!body) return [];
  return [...new Set(referred(body).filter((id) => id !== undefined))];
}

function referred(body: MessageBody): readonly (string | undefined)[] {
  switch (body.type) {
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return [body.mediaId];
    case 'PLAIN':
      return [body.textMediaId];
    case 'EMAIL':
      return [
        body.htmlMediaId,
        ...(body.attachments ?? []).map((attachment) => attachment.mediaId),
      ];
    case 'CAROUSEL':
      return body.cards.map((card) => card.mediaId);
    default:
      return [];
  }
}

/** The body with each medium under the id that `rename` gives it. */
export function withMediaIds(body: MessageBody, rename: (id: string) => string): MessageBody {
  switch (body.type) {
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return { ...body, mediaId: rename(body.mediaId) };
    case 'EMAIL':
      return {
        ...body,
        ...(body.htmlMediaId && { htmlMediaId: rename(body.htmlMediaId) }),
        ...(body.attachments && {
          attachments: body.attachments.map((part) => ({ ...part, mediaId: rename(part.mediaId) })),
        }),
      };
    default:
      return body;
  }
}
