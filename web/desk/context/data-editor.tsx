import { ActionIcon, Button, TextInput } from '@mantine/core';
import { Trash2 } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useErrorText } from '../../shared/ui/states';
import { useAct } from '../acts';

/** Conversation data: what bots, forms and agents have written down (domain.md 2.6). */
export function DataEditor({ conversation }: { conversation: Conversation }) {
  const { t } = useLocale();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  const [key, setKey] = useState('');
  const [value, setValue] = useState('');
  const closed = conversation.state === 'CLOSED' || conversation.state === 'CLOSING';
  const set = (data: Record<string, string | null>, onSuccess?: () => void) =>
    act.mutate({ method: 'PATCH', path: '/data', body: data }, onSuccess ? { onSuccess } : {});
  function submit(event: FormEvent): void {
    event.preventDefault();
    set({ [key.trim()]: value }, () => {
      setKey('');
      setValue('');
    });
  }
  const facts = Object.entries(conversation.data);
  return (
    <>
      {facts.length === 0 ? <p className="dim">{t('context.noData')}</p> : null}
      <dl className="facts">
        {facts.map(([name, stored]) => (
          <div key={name}>
            <dt dir="auto">{name}</dt>
            <dd dir="auto">{Array.isArray(stored) ? stored.join(', ') : String(stored)}</dd>
            {closed ? null : (
              <dd className="fact-act">
                <ActionIcon
                  size="sm"
                  variant="subtle"
                  color="gray"
                  aria-label={t('context.remove', { name })}
                  onClick={() => set({ [name]: null })}
                >
                  <Trash2 aria-hidden size={13} />
                </ActionIcon>
              </dd>
            )}
          </div>
        ))}
      </dl>
      {closed ? null : (
        <form className="data-form" onSubmit={submit}>
          <TextInput
            size="xs"
            dir="ltr"
            aria-label={t('context.key')}
            placeholder={t('context.key')}
            pattern="[A-Za-z0-9_.\-]{1,64}"
            value={key}
            onChange={(event) => setKey(event.currentTarget.value)}
          />
          <TextInput
            size="xs"
            aria-label={t('context.value')}
            placeholder={t('context.value')}
            maxLength={2000}
            value={value}
            onChange={(event) => setValue(event.currentTarget.value)}
          />
          <Button
            type="submit"
            size="xs"
            variant="default"
            loading={act.isPending}
            disabled={key.trim() === ''}
          >
            {t('form.add')}
          </Button>
        </form>
      )}
    </>
  );
}
