import { Button, Modal, Textarea, TextInput } from '@mantine/core';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { MessageBody } from '../../shared/model';

/** A template that the provider has approved, by its name: what may still be sent when the reply window is closed. */
export function TemplateDialog({
  close,
  send,
}: {
  close: () => void;
  send: (body: MessageBody) => void;
}) {
  const { t } = useLocale();
  const [name, setName] = useState('');
  const [language, setLanguage] = useState('en');
  const [values, setValues] = useState('');
  function submit(): void {
    const parameters = values
      .split('\n')
      .filter((line) => line.trim() !== '')
      .map((text) => ({ type: 'text', text }));
    send({
      type: 'TEMPLATE',
      name: name.trim(),
      language: language.trim(),
      ...(parameters.length > 0 ? { components: [{ type: 'body', parameters }] } : {}),
    });
  }
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
          submit();
        }}
      >
        <TextInput
          data-autofocus
          label={t('template.name')}
          dir="ltr"
          required
          maxLength={512}
          value={name}
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <TextInput
          label={t('template.language')}
          dir="ltr"
          required
          maxLength={35}
          value={language}
          onChange={(event) => setLanguage(event.currentTarget.value)}
        />
        <Textarea
          label={t('template.values')}
          description={t('template.valuesHint')}
          autosize
          minRows={2}
          value={values}
          onChange={(event) => setValues(event.currentTarget.value)}
        />
        <div className="buttons end">
          <Button variant="default" onClick={close}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" disabled={name.trim() === '' || language.trim() === ''}>
            {t('template.send')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
