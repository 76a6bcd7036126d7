import { Button, Checkbox, Modal, NativeSelect, Textarea } from '@mantine/core';
import { useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { useAct } from '../acts';

/** `reassign`: a transfer that a supervisor orders in the place of those who have it. */
export type Operation = 'transfers' | 'consults' | 'conferences' | 'reassign';

/** To whom, how, and what they should know. */
export function HandOverDialog({
  operation,
  conversation,
  close,
}: {
  operation: Operation;
  conversation: Conversation;
  close: () => void;
}) {
  const { t } = useLocale();
  const { me, workspace } = useSignedIn();
  const said = useErrorText();
  const toast = useToast();
  const act = useAct(conversation.id, said);
  const present = new Set(
    conversation.participants.filter(({ leftAt }) => leftAt === null).map(({ id }) => id),
  );
  const agents = workspace.agents.filter(({ id }) => id !== me.subject && !present.has(id));
  const [target, setTarget] = useState(`queue:${workspace.queues[0]?.id ?? ''}`);
  const [warm, setWarm] = useState(false);
  const [note, setNote] = useState('');
  const [kind = '', id = ''] = target.split(':');
  function submit(): void {
    const to = kind === 'queue' ? { queueId: id } : { agentId: id };
    const body = {
      to,
      ...(operation === 'transfers' ? { kind: warm ? 'WARM' : 'COLD' } : {}),
      ...(operation === 'reassign' ? { kind: 'COLD' } : {}),
      ...(note.trim() ? { note: note.trim() } : {}),
    };
    act.mutate(
      { method: 'POST', path: operation === 'reassign' ? '/transfers' : `/${operation}`, body },
      {
        onSuccess: () => {
          toast(t(`handOver.${operation}.done`), 'done');
          close();
        },
      },
    );
  }
  return (
    <Modal
      opened
      onClose={close}
      title={t(`handOver.${operation}.title`)}
      closeButtonProps={{ 'aria-label': t('dialog.close') }}
    >
      <form
        className="form"
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <NativeSelect
          data-autofocus
          label={t('handOver.to')}
          value={target}
          onChange={(event) => setTarget(event.currentTarget.value)}
          data={[
            {
              group: t('handOver.queues'),
              items: workspace.queues.map(({ id: queue, name }) => ({
                value: `queue:${queue}`,
                label: name ?? queue,
              })),
            },
            {
              group: t('handOver.agents'),
              items: agents.map(({ id: agent, name }) => ({
                value: `agent:${agent}`,
                label: name ?? agent,
              })),
            },
          ]}
        />
        {operation === 'transfers' ? (
          <Checkbox
            label={t('handOver.warm')}
            description={t('handOver.warmHint')}
            checked={warm}
            onChange={(event) => setWarm(event.currentTarget.checked)}
          />
        ) : (
          <p className="dim">{t(`handOver.${operation}.hint`)}</p>
        )}
        <Textarea
          label={t('handOver.note')}
          autosize
          minRows={2}
          maxRows={6}
          maxLength={2000}
          value={note}
          onChange={(event) => setNote(event.currentTarget.value)}
        />
        <div className="buttons end">
          <Button variant="default" onClick={close}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" loading={act.isPending} disabled={id === ''}>
            {t('handOver.go')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}
