import { Button, Modal } from '@mantine/core';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { MessageBody } from '../../shared/model';
import { EMPTY_TEMPLATE, isComplete, TemplateFields, templateBody } from './template-fields';

export function TemplateDialog({
  close,
  send,
}: {
  close: () => void;
  send: (body: MessageBody) => void;
}) {
  const { t } = useLocale();
  const [draft, setDraft] = useState(EMPTY_TEMPLATE);
  return (
    <Modal
      opened
      onClose={close}
      title={t('compose.template')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          event.stopPropagation();
          send(templateBody(draft));
        }}
      >
        <TemplateFields draft={draft} change={setDraft} />
        <div className="buttons end">
          <Button variant="default" onClick={close}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" disabled={!isComplete(draft)}>
            {t('template.send')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
