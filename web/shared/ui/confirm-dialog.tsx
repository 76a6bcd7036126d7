import { Button, Modal, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocale } from '../i18n/locale';

/** Asks once more before something that cannot be taken back, and why where that is written down. */
export function ConfirmDialog({
  title,
  text,
  reason = false,
  close,
  confirm,
}: {
  title: string;
  text: string;
  reason?: boolean;
  close: () => void;
  confirm: (reason: string) => void;
}) {
  const { t } = useLocale();
  const [why, setWhy] = useState('');
  return (
    <Modal
      opened
      onClose={close}
      title={title}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          confirm(why.trim());
          close();
        }}
      >
        <p>{text}</p>
        {reason ? (
          <TextInput
            data-autofocus
            required
            label={t('confirm.reason')}
            maxLength={200}
            value={why}
            onChange={(event) => setWhy(event.currentTarget.value)}
          />
        ) : null}
        <div className="buttons end">
          <Button variant="default" onClick={close}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" color="red" disabled={reason && why.trim() === ''}>
            {t('confirm.go')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
