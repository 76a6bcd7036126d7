import type { MessageBody } from '../../shared/model';

/** What a body says, as plain text: for quotes, drafts and what is read aloud. */
export function textOf(body: MessageBody | null): string {
  if (!body) return '';
  switch (body.type) {
    case 'PLAIN':
    case 'BUTTON':
      return body.text;
    case 'EMAIL':
      return body.subject ?? body.text;
    case 'CHOICE':
      return body.text ?? body.title ?? body.choiceId;
    case 'IMAGE':
    case 'VIDEO':
    case 'AUDIO':
    case 'FILE':
    case 'STICKER':
      return body.caption ?? body.fileName ?? body.type;
    case 'URL':
      return body.title ?? body.url;
    case 'LOCATION':
      return body.name ?? body.address ?? `${body.latitude}, ${body.longitude}`;
    case 'TEMPLATE':
      return body.name;
    default:
      return body.type;
  }
}
