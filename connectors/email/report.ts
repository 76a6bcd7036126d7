import { ownPart } from './message-id';
import type { ReadMail } from './read';

/** What a delivery status notification (RFC 3464) says of a mail of ours. */
export interface Bounce {
  readonly partId: string;
  /** With angle brackets: ours. */
  readonly messageId: string;
  /** Enhanced status code (RFC 3463), e.g. `5.1.1`. */
  readonly status: string | null;
}

/** Whether the mail is a report on deliveries, whatever it says. */
export function isReport({ headers }: ReadMail): boolean {
  const type = headers.get('content-type')?.toLowerCase() ?? '';
  return type.startsWith('multipart/report') && /report-type="?delivery-status/.test(type);
}

/** The failure that a report tells of; null: it is of a delay or a success, or of no mail of ours. */
export function bounceIn({ attachments, references, inReplyTo }: ReadMail): Bounce | null {
  const status = textOf(attachments.find(({ contentType }) => contentType === STATUS)?.content);
  if (!/^action:\s*failed\b/im.test(status)) return null;
  const originals = attachments
    .filter(({ contentType }) => ORIGINALS.has(contentType))
    .flatMap(
      ({ content }) => /^message-id:\s*(<[^<>\s]{1,250}>)/im.exec(textOf(content))?.[1] ?? [],
    );
  const named = [...originals, ...(inReplyTo ? [inReplyTo] : []), ...references.toReversed()];
  for (const messageId of named) {
    const part = ownPart(messageId);
    if (part)
      return {
        partId: part.partId,
        messageId,
        status: /^status:\s*(\d\.\d{1,3}\.\d{1,3})/im.exec(status)?.[1] ?? null,
      };
  }
  return null;
}

const STATUS = 'message/delivery-status';
const ORIGINALS: ReadonlySet<string> = new Set(['message/rfc822', 'text/rfc822-headers']);
/** Headers come first; what follows is the mail itself. */
const LOOKED_AT_BYTES = 65_536;

function textOf(content: Uint8Array | undefined): string {
  return Buffer.from(content ?? [])
    .subarray(0, LOOKED_AT_BYTES)
    .toString('latin1');
}
