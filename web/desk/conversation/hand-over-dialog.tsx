import { Button, Checkbox, Modal, NativeSelect, Textarea } from '@mantine/core';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { Stats } from '../../board/stats';
import { ApiError } from '../../shared/api';
import { useLocale } from '../../shared/i18n/locale';
import type { Conversation } from '../../shared/model';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { useAct } from '../acts';
import { type Colleague, colleagues, type Obstacle, obstacleOf } from './targets';

/** `reassign`: a transfer that a supervisor orders in the place of those who have it. */
export type Operation = 'transfers' | 'consults' | 'conferences' | 'reassign';

/** To whom, how, and what they should know. What stands in the way is said here, with the way around it. */
export function HandOverDialog({
  operation,
  conversation,
  close,
}: {
  operation: Operation;
  conversation: Conversation;
  close: () => void;
}) {
  const { t, named } = useLocale();
  const { me, workspace } = useSignedIn();
  const toast = useToast();
  const act = useAct(conversation.id, () => null);
  const states = useAgentStates(me.role === 'supervisor', act.failureCount);
  const passesOn = operation === 'transfers' || operation === 'reassign';
  const obstacle = obstacleOf(conversation);
  const consulted = obstacle?.kind === 'CONSULT' ? obstacle.who : null;
  const agents = colleagues(workspace.agents, conversation, { me: me.subject, passesOn });
  const [chosen, setChosen] = useState<string | null>(null);
  const [warm, setWarm] = useState(false);
  const [note, setNote] = useState('');
  const firstQueue = `queue:${workspace.queues[0]?.id ?? ''}`;
  const target = consulted === null ? (chosen ?? firstQueue) : `agent:${consulted}`;
  const [kind = '', id = ''] = target.split(':');
  const isBlocked = obstacle?.kind === 'REQUEST' || (consulted !== null && !passesOn);
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
          toast(
            t(`handOver.${warm && operation === 'transfers' ? 'warm' : operation}.done`),
            'done',
          );
          close();
        },
      },
    );
  }
  function choose(next: string): void {
    act.reset();
    setChosen(next);
  }
  function labelOf({ id: agent, name, as }: Colleague): string {
    const state = states.get(agent);
    const more = as ? named('handOver.as', as) : state ? named('agentState', state) : null;
    return more === null ? (name ?? agent) : `${name ?? agent} · ${more}`;
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
        {obstacle ? (
          <InTheWay obstacle={obstacle} passesOn={passesOn} conversation={conversation} />
        ) : null}
        <NativeSelect
          data-autofocus
          label={t('handOver.to')}
          value={target}
          onChange={(event) => choose(event.currentTarget.value)}
          data={[
            {
              group: t('handOver.queues'),
              items: workspace.queues.map(({ id: queue, name }) => ({
                value: `queue:${queue}`,
                label: name ?? queue,
                disabled: consulted !== null,
              })),
            },
            {
              group: t('handOver.agents'),
              items: agents.map((agent) => ({
                value: `agent:${agent.id}`,
                label: labelOf(agent),
                disabled: agent.as !== null || (consulted !== null && agent.id !== consulted),
              })),
            },
          ]}
        />
        {operation === 'transfers' && consulted === null ? (
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
        {act.isError ? (
          <Refused
            error={act.error}
            agentId={kind === 'agent' ? id : null}
            toQueue={() => choose(firstQueue)}
          />
        ) : null}
        <div className="buttons end">
          <Button variant="default" onClick={close}>
            {t('form.cancel')}
          </Button>
          <Button type="submit" loading={act.isPending} disabled={id === '' || isBlocked}>
            {t('handOver.go')}
          </Button>
        </div>
      </form>
    </Modal>
  );
}

/** Somebody is being asked, or consulted, already: who, and what can be done about it. */
function InTheWay({
  obstacle,
  passesOn,
  conversation,
}: {
  obstacle: Obstacle;
  passesOn: boolean;
  conversation: Conversation;
}) {
  const { t } = useLocale();
  const { me } = useSignedIn();
  const name = useNames();
  const said = useErrorText();
  const act = useAct(conversation.id, said);
  if (obstacle.kind === 'CONSULT')
    return (
      <p className="in-the-way" role="alert">
        {t(passesOn ? 'handOver.consultOpen' : 'handOver.consultFirst', {
          who: name('agents', obstacle.who),
        })}
      </p>
    );
  const { id, queueId, agentId, requestedBy } = obstacle.task;
  const mayWithdraw = me.role === 'supervisor' || requestedBy?.id === me.subject;
  return (
    <div className="in-the-way" role="alert">
      <p>
        {t('handOver.requestOpen', {
          who: queueId ? name('queues', queueId) : name('agents', agentId),
        })}
      </p>
      {mayWithdraw ? (
        <Button
          size="compact-sm"
          variant="default"
          loading={act.isPending}
          onClick={() =>
            act.mutate({ method: 'DELETE', path: `/transfers/${encodeURIComponent(id)}` })
          }
        >
          {t('handOver.withdraw')}
        </Button>
      ) : null}
    </div>
  );
}

/** Why it was not done. A colleague who cannot take it now is no reason to give up: a queue goes on looking. */
function Refused({
  error,
  agentId,
  toQueue,
}: {
  error: unknown;
  agentId: string | null;
  toQueue: () => void;
}) {
  const { t } = useLocale();
  const name = useNames();
  const said = useErrorText();
  if (agentId === null || !(error instanceof ApiError) || error.code !== 'CONFLICT')
    return (
      <p className="in-the-way" role="alert">
        {said(error)}
      </p>
    );
  return (
    <div className="in-the-way" role="alert">
      <p>{t('handOver.notNow', { who: name('agents', agentId), why: said(error) })}</p>
      <Button size="compact-sm" variant="default" onClick={toQueue}>
        {t('handOver.toQueue')}
      </Button>
    </div>
  );
}

/** In which state the agents are whom a supervisor has; others are told nothing of their colleagues. */
function useAgentStates(told: boolean, refusals: number): ReadonlyMap<string, string> {
  const { api } = useSignedIn();
  const { data } = useQuery({
    queryKey: ['stats', 'agents', refusals],
    placeholderData: keepPreviousData,
    enabled: told,
    queryFn: ({ signal }) => api.call<Stats>('GET', '/v1/stats', { signal }),
    refetchInterval: 5000,
  });
  return new Map(data?.agents.map(({ id, state }) => [id, state]));
}
