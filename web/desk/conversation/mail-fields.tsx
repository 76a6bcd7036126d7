import { ActionIcon, TextInput } from '@mantine/core';
import { Paperclip, X } from 'lucide-react';
import { useLocale } from '../../shared/i18n/locale';
import type { MessageBody } from '../../shared/model';
import type { Uploaded } from './use-upload';

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

export function MailFields({
  mail,
  change,
}: {
  mail: MailDraft;
  change: (mail: MailDraft) => void;
}) {
  const { t } = useLocale();
  const set = (part: Partial<MailDraft>) => change({ ...mail, ...part });
  return (
    <>
      <div className="mail-fields">
        <TextInput
          size="xs"
          dir="auto"
          aria-label={t('mail.subject')}
          placeholder={t('mail.subjectPlace')}
          maxLength={998}
          value={mail.subject}
          onChange={(event) => set({ subject: event.currentTarget.value })}
        />
        <TextInput
          size="xs"
          dir="auto"
          aria-label={t('mail.cc')}
          placeholder={t('mail.cc')}
          maxLength={2000}
          value={mail.cc}
          onChange={(event) => set({ cc: event.currentTarget.value })}
        />
      </div>
      {mail.attachments.map((file) => (
        <p className="replying" key={file.mediaId}>
          <Paperclip aria-hidden size={14} />
          <span className="cut" dir="auto">
            {file.fileName}
          </span>
          <ActionIcon
            size="sm"
            variant="subtle"
            color="gray"
            aria-label={t('context.remove', { name: file.fileName })}
            onClick={() => set({ attachments: mail.attachments.filter((other) => other !== file) })}
          >
            <X aria-hidden size={14} />
          </ActionIcon>
        </p>
      ))}
    </>
  );
}
