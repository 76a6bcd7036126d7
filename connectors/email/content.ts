import { TEXT_MAX } from '../../domain/message/body-types';
import type { MessageBody } from '../../domain/message/schema';
import type { MediaSource } from '../connector';
import type { Person, ReadAttachment, ReadMail } from './read';
import { visibleText } from './visible-text';

/** domain.md 8.2. One place is left for a text that the ingress keeps whole. */
const ATTACHMENTS_MAX = 19;
const SUBJECT_MAX = 998;
const PEOPLE_MAX = 50;

/** The body of a mail and what it refers to. Whatever does not fit is in the original, which is then attached. */
export function contentOf(
  mail: ReadMail,
  raw: Uint8Array,
): { readonly body: MessageBody; readonly media: readonly MediaSource[] } {
  const media: { content: Uint8Array }[] = [];
  const attached: { mediaId: string; mimeType: string; fileName?: string }[] = [];
  const keep = (content: Uint8Array) => `pending:${media.push({ content }) - 1}`;
  const attach = ({ content, contentType, fileName }: ReadAttachment) =>
    attached.push({
      mediaId: keep(content),
      mimeType: contentType.slice(0, 255),
      ...(fileName && { fileName: fileName.slice(0, 255) }),
    });

  const htmlMediaId = mail.html ? keep(Buffer.from(mail.html)) : undefined;
  const text = visibleText(mail.text);
  const whole = mail.text.trim();
  // Cut at the ingress where it is too long; what is left out here is kept whole.
  const quoted = text !== whole;
  const room = ATTACHMENTS_MAX - (quoted ? 1 : 0);
  const tooMuch = mail.attachments.length > room || mail.htmlDropped;
  for (const attachment of mail.attachments.slice(0, tooMuch ? room - 1 : room)) attach(attachment);
  if (quoted)
    attach({ content: Buffer.from(whole), contentType: 'text/plain', fileName: 'whole-text.txt' });
  if (tooMuch) attach({ content: raw, contentType: 'message/rfc822', fileName: 'original.eml' });
  return {
    body: {
      type: 'EMAIL',
      subject: mail.subject.slice(0, SUBJECT_MAX),
      text: text.length > TEXT_MAX ? whole : text,
      ...(htmlMediaId && { htmlMediaId }),
      ...(mail.from && { from: addressOf(mail.from) }),
      to: addressesOf(mail.to),
      cc: addressesOf(mail.cc),
      replyTo: addressesOf(mail.replyTo),
      attachments: attached,
    },
    media,
  };
}

function addressesOf(people: readonly Person[]): string[] {
  return people.slice(0, PEOPLE_MAX).map(addressOf);
}

function addressOf({ address }: Person): string {
  return address.slice(0, 320);
}
