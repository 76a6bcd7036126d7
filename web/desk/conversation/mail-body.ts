import type { MessageBody } from '../../shared/model';

/** A file that the server has taken. */
export interface Uploaded {
  readonly mediaId: string;
  readonly mimeType: string;
  readonly fileName: string;
}

/** What a mail has besides its text. */
export interface MailDraft {
  readonly subject: string;
  /** Addresses, separated by commas, semicolons or spaces. */
  readonly cc: string;
  readonly attachments: readonly Uploaded[];
}
export const EMPTY_MAIL: MailDraft = { subject: '', cc: '', attachments: [] };

/** domain.md 8.2. */
const ATTACHMENTS_MAX = 20;

/** A mail; a plain text where nothing but words was written: it becomes the next one of the thread. */
export function mailBody(text: string, { subject, cc, attachments }: MailDraft): MessageBody {
  const copies = addressesIn(cc);
  if (subject.trim() === '' && copies.length === 0 && attachments.length === 0)
    return { type: 'PLAIN', text };
  return {
    type: 'EMAIL',
    ...(subject.trim() ? { subject: subject.trim() } : {}),
    text,
    ...(copies.length > 0 ? { cc: copies } : {}),
    ...(attachments.length > 0
      ? { attachments: attachments.map(({ mediaId, fileName }) => ({ mediaId, fileName })) }
      : {}),
  };
}

export function addressesIn(text: string): string[] {
  return text.split(/[\s,;]+/).filter((address) => address !== '');
}

/** One more file, as long as a mail takes it. */
export function attached(mail: MailDraft, file: Uploaded): MailDraft {
  return { ...mail, attachments: [...mail.attachments, file].slice(0, ATTACHMENTS_MAX) };
}
