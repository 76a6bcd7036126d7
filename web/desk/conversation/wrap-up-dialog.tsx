import { Button, Modal, NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useUntil } from '../../shared/ui/now';
import { useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { useAct } from '../acts';
import { roleOf } from '../present-agents';
import { wrapUpDueAt } from './wrap-up-due';

/** At most so many labels in one submission (domain.md 6.15). */
const LABELS_MAX = 5;

/** What it was about, by the form of the channel that began it, and a note. */
export function WrapUpDialog({
  opened,
  close,
  conversation,
}: {
  opened: boolean;
  close: () => void;
  conversation: Conversation;
}) {
  const { t } = useLocale();
  const { me, workspace } = useSignedIn();
  const said = useErrorText();
  const toast = useToast();
  const act = useAct(conversation.id, said);
  const [chosen, setChosen] = useState<Readonly<Record<string, string>>>({});
  const [note, setNote] = useState('');
  const session = conversation.channelSessions[0];
  const channel = workspace.channels.find(({ id }) => id === session?.channelId);
  const form = workspace.wrapUpForms.find(({ id }) => id === channel?.wrapUpFormId);
  const dueAt = wrapUpDueAt(conversation, me.subject);
  const left = useUntil(dueAt);
  const mustEnd = roleOf(conversation, me.subject) === 'WRAP_UP';
  const labels = Object.entries(chosen)
    .filter(([, value]) => value !== '')
    .slice(0, LABELS_MAX)
    .map(([category, value]) => ({ category, value }));
  function submit(body: object): void {
    act.mutate(
      { method: 'POST', path: '/wrap-ups', body },
      {
        onSuccess: () => {
          toast(t('wrapUp.done'), 'done');
          setChosen({});
          setNote('');
          close();
        },
      },
    );
  }
  return (
    <Modal
      opened={opened}
      onClose={close}
      title={t('wrapUp.title')}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit({ labels, ...(note.trim() ? { note: note.trim() } : {}) });
        }}
      >
        {dueAt ? <p className="tag tabular">{t('wrapUp.left', { time: clock(left) })}</p> : null}
        {form ? null : <p className="dim">{t('wrapUp.noForm')}</p>}
        {form?.categories.map(({ name, values }) => (
          <NativeSelect
            key={name}
            label={name}
            data={[{ value: '', label: '–' }, ...values]}
            value={chosen[name] ?? ''}
            onChange={(event) => setChosen({ ...chosen, [name]: event.currentTarget.value })}
          />
        ))}
        <Textarea
          label={t('wrapUp.note')}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <div className="buttons end">
          {mustEnd ? (
            <Button variant="default" onClick={() => submit({ skip: true })}>
              {t('wrapUp.skip')}
            </Button>
          ) : null}
          <Button type="submit" loading={act.isPending} disabled={labels.length === 0}>
            {t('wrapUp.submit')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
