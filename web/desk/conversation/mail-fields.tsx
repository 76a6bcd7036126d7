import { ActionIcon, TextInput } from '@mantine/core';
import { Paperclip, X } from 'lucide-react';
import { useLocale } from '../../shared/i18n/locale';
import type { MailDraft } from './mail-body';

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
