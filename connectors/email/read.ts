import { type AddressObject, type Attachment, simpleParser } from 'mailparser';
import { safeHtml, textOfHtml } from './html';

/** A mail as the rest of the connector needs it: plain values, nothing of the parser. */
export interface ReadMail {
  /** With angle brackets; null where the mail has none. */
  readonly messageId: string | null;
  readonly inReplyTo: string | null;
  /** Oldest first. */
  readonly references: readonly string[];
  readonly subject: string;
  /** ISO UTC; the sender's clock. */
  readonly date: string | null;
  readonly from: Person | null;
  readonly to: readonly Person[];
  readonly cc: readonly Person[];
  readonly replyTo: readonly Person[];
  /** Whole; made from the HTML where the mail has no text. */
  readonly text: string;
  /** Sanitised; null: none, or too much to look through. */
  readonly html: string | null;
  /** It had HTML that is not among the above. */
  readonly htmlDropped: boolean;
  readonly attachments: readonly ReadAttachment[];
  /** In lower case; several of a name in one, by line breaks. */
  readonly headers: ReadonlyMap<string, string>;
}
export interface Person {
  readonly address: string;
  readonly name: string;
}
export interface ReadAttachment {
  readonly content: Uint8Array;
  readonly contentType: string;
  readonly fileName: string | null;
}

/** HTML beyond this is no letter to a person; it stays in the original. */
const HTML_MAX = 2_000_000;

/** Reads a raw mail, in memory alone. Throws when it is none. */
export async function readMail(raw: Uint8Array): Promise<ReadMail> {
  const mail = await simpleParser(Buffer.from(raw), {
    skipTextToHtml: true,
    skipHtmlToText: true, // it does so for the simplest mails alone; see textOfHtml
    keepCidLinks: true,
    keepDeliveryStatus: true,
  });
  const headers = new Map<string, string>();
  for (const { key, line } of mail.headerLines) {
    const value = line
      .slice(line.indexOf(':') + 1)
      .replaceAll(/\r?\n[ \t]+/g, ' ')
      .trim();
    headers.set(key, headers.has(key) ? `${headers.get(key)}\n${value}` : value);
  }
  const html = typeof mail.html === 'string' ? mail.html : '';
  const kept = html !== '' && html.length <= HTML_MAX;
  return {
    messageId: bracketed(mail.messageId),
    inReplyTo: bracketed(idsIn(mail.inReplyTo)[0]),
    references: idsIn(mail.references),
    subject: mail.subject ?? '',
    date: mail.date && !Number.isNaN(mail.date.getTime()) ? mail.date.toISOString() : null,
    from: peopleIn(mail.from)[0] ?? null,
    to: peopleIn(mail.to),
    cc: peopleIn(mail.cc),
    replyTo: peopleIn(mail.replyTo),
    text: mail.text?.trim() ? mail.text : kept ? textOfHtml(html) : '',
    html: kept ? safeHtml(html) : null,
    htmlDropped: html !== '' && !kept,
    attachments: mail.attachments.map(toAttachment),
    headers,
  };
}

function toAttachment({ content, contentType, filename }: Attachment): ReadAttachment {
  return { content, contentType: contentType.toLowerCase(), fileName: filename ?? null };
}

function idsIn(value: string | readonly string[] | undefined): readonly string[] {
  const text = Array.isArray(value) ? value.join(' ') : String(value ?? '');
  return text.match(/<[^<>\s]{1,250}>/g) ?? [];
}

function bracketed(id: string | undefined): string | null {
  return id && /^<[^<>\s]{1,250}>$/.test(id.trim()) ? id.trim() : null;
}

/** Everybody, groups opened. */
function peopleIn(given: AddressObject | readonly AddressObject[] | undefined): readonly Person[] {
  const objects = given === undefined ? [] : Array.isArray(given) ? given : [given];
  return objects
    .flatMap(({ value }) => value)
    .flatMap((entry) => entry.group ?? [entry])
    .flatMap(({ address, name }) => (address ? [{ address, name }] : []));
}
