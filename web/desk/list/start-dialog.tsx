import { Button, Modal, NativeSelect, Textarea, TextInput } from '@mantine/core';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type FormEvent, useRef, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { MessageBody } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import {
  EMPTY_TEMPLATE,
  isComplete,
  TemplateFields,
  templateBody,
} from '../conversation/template-fields';
import { keys } from '../queries';
import { select } from '../selection';

/** Channels on which nobody can be written to first: visitors come by themselves, calls are not texts. */
const NOT_FIRST: ReadonlySet<string> = new Set(['WEB', 'CX_VOICE']);

/** Writes to a customer who has not written, or not lately. */
export default function StartDialog({ close }: { close: () => void }) {
  const { t } = useLocale();
  const { api, workspace } = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  const channels = workspace.channels.filter(({ channelType }) => !NOT_FIRST.has(channelType));
  const first = channels.find(({ defaultOutbound }) => defaultOutbound) ?? channels[0];
  const [channelId, setChannelId] = useState(first?.id ?? '');
  const [identifier, setIdentifier] = useState('');
  const [name, setName] = useState('');
  const [text, setText] = useState('');
  const [subject, setSubject] = useState('');
  const [template, setTemplate] = useState(EMPTY_TEMPLATE);
  const type = channels.find(({ id }) => id === channelId)?.channelType;
  // Outside of the reply window, where every first message is, WhatsApp takes nothing else.
  const byTemplate = type === 'WHATSAPP';
  // One key per content: pressed again after a lost answer it is the same message.
  const intent = useRef({ said: '', key: '' });
  const start = useMutation({
    mutationFn: (body: object) => {
      const content = JSON.stringify(body);
      if (intent.current.said !== content)
        intent.current = {
          said: content,
          key: crypto.getRandomValues(new Uint32Array(4)).join(''),
        };
      return api.call<{ conversationId?: string }>('POST', '/v1/conversations', {
        body,
        key: intent.current.key,
      });
    },
    onSuccess: ({ conversationId }) => {
      if (conversationId) select(conversationId);
      else toast(t('start.done'), 'done');
      close();
    },
    onError: (error) => toast(said(error), 'error'),
    onSettled: () => void client.invalidateQueries({ queryKey: keys.lists }),
  });
  const ready =
    identifier.trim() !== '' && (byTemplate ? isComplete(template) : text.trim() !== '');
  function bodyOf(): MessageBody {
    if (byTemplate) return templateBody(template);
    return type === 'EMAIL' && subject.trim() !== ''
      ? { type: 'EMAIL', subject: subject.trim(), text }
      : { type: 'PLAIN', text };
  }
  function submit(event: FormEvent): void {
    event.preventDefault();
    if (!ready) return;
    const customer = {
      identifier: identifier.trim(),
      ...(name.trim() ? { name: name.trim() } : {}),
    };
    start.mutate({ channelId, customer, body: bodyOf() });
  }
  return (
    <Modal
      opened
      onClose={close}
      title={t('start.title')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      {channels.length === 0 ? (
        <p>{t('start.noChannel')}</p>
      ) : (
        <form className="form" onSubmit={submit}>
          <NativeSelect
            label={t('customer.channel')}
            data={channels.map(({ id, name: label }) => ({ value: id, label: label ?? id }))}
            value={channelId}
            onChange={(event) => setChannelId(event.currentTarget.value)}
          />
          <TextInput
            data-autofocus
            required
            dir="ltr"
            label={t('customer.identifier')}
            maxLength={256}
            value={identifier}
            onChange={(event) => setIdentifier(event.currentTarget.value)}
          />
          <TextInput
            label={t('customer.name')}
            maxLength={256}
            value={name}
            onChange={(event) => setName(event.currentTarget.value)}
          />
          {type === 'EMAIL' ? (
            <TextInput
              label={t('mail.subject')}
              maxLength={998}
              value={subject}
              onChange={(event) => setSubject(event.currentTarget.value)}
            />
          ) : null}
          {byTemplate ? (
            <TemplateFields draft={template} change={setTemplate} />
          ) : (
            <Textarea
              required
              label={t('start.text')}
              dir="auto"
              autosize
              minRows={3}
              maxRows={10}
              maxLength={32_000}
              value={text}
              onChange={(event) => setText(event.currentTarget.value)}
            />
          )}
          <div className="buttons end">
            <Button variant="default" onClick={close}>
              {t('form.cancel')}
            </Button>
            <Button type="submit" loading={start.isPending} disabled={!ready}>
              {t('start.go')}
            </Button>
          </div>
        </form>
      )}
    </Modal>
  );
}
