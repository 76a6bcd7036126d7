import { ActionIcon, Tooltip } from '@mantine/core';
import { useMutation } from '@tanstack/react-query';
import { Eraser, Pause } from 'lucide-react';
import { type ReactNode, useState } from 'react';
import { clock, useLocale } from '../../shared/i18n/locale';
import { ConfirmDialog } from '../../shared/ui/confirm-dialog';
import { useSince } from '../../shared/ui/now';
import { useSignedIn } from '../../shared/ui/signed-in';
import { Empty, useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { levelOf, type Thresholds } from '../levels';
import type { QueueStats, Stats } from '../stats';
import { TableScroll } from '../table-scroll';
import { LevelSign } from './level-sign';

export interface QueuesProps {
  readonly stats: Stats;
  readonly thresholds: Thresholds;
  readonly children: ReactNode;
}

/** A row per queue. */
export function Queues({ stats, thresholds, children }: QueuesProps) {
  const { t } = useLocale();
  return (
    <div className="panel">
      <header className="panel-head">
        <h2>{t('queue.title')}</h2>
        <span className="grow" />
        {children}
      </header>
      {stats.queues.length === 0 ? (
        <Empty title={t('queue.empty')} />
      ) : (
        <TableScroll label={t('queue.title')}>
          <thead>
            <tr>
              <th scope="col">{t('queue.name')}</th>
              <th scope="col">{t('queue.state')}</th>
              <th scope="col">{t('queue.waiting')}</th>
              <th scope="col">{t('queue.oldest')}</th>
              <th scope="col">{t('queue.ewt')}</th>
              <th scope="col">{t('queue.ready')}</th>
              <th scope="col">{t('queue.offered')}</th>
              <th scope="col">{t('queue.answered')}</th>
              <th scope="col">{t('queue.abandoned')}</th>
              <th scope="col">{t('queue.level')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {stats.queues.map((queue) => (
              <QueueRow key={queue.queueId} queue={queue} thresholds={thresholds} />
            ))}
          </tbody>
        </TableScroll>
      )}
    </div>
  );
}

function QueueRow({ queue, thresholds }: { queue: QueueStats; thresholds: Thresholds }) {
  const { t, number } = useLocale();
  const { api, me, workspace } = useSignedIn();
  const toast = useToast();
  const said = useErrorText();
  const [asking, setAsking] = useState(false);
  const waited = useSince(queue.oldestWaitingSince);
  const name = queue.name ?? queue.queueId;
  const target =
    workspace.queues.find(({ id }) => id === queue.queueId)?.serviceLevelThresholdSeconds ?? 120;
  const flush = useMutation({
    mutationFn: () =>
      api.call<{ flushed: number }>(
        'POST',
        `/v1/queues/${encodeURIComponent(queue.queueId)}/flush`,
        { body: {} },
      ),
    onSuccess: ({ flushed }) => toast(t('queue.flushed', { count: flushed }), 'done'),
    onError: (error) => toast(said(error), 'error'),
  });
  const level = levelOf(waited, target, thresholds);
  const { today } = queue;
  return (
    <tr data-level={level}>
      <th scope="row" dir="auto">
        {name}
      </th>
      <td>
        {queue.paused ? (
          <span className="tag" data-level="WARNING">
            <Pause aria-hidden size={13} />
            {t('queue.paused')}
          </span>
        ) : (
          <LevelSign level={level} />
        )}
      </td>
      <td className="tabular">{number(queue.waiting)}</td>
      <td className="tabular">{queue.oldestWaitingSince ? clock(waited) : '–'}</td>
      <td className="tabular">{queue.ewtSeconds === null ? '–' : clock(queue.ewtSeconds)}</td>
      <td className="tabular">{number(queue.agentsReady)}</td>
      <td className="tabular">{number(today.offered)}</td>
      <td className="tabular">{number(today.answered)}</td>
      <td className="tabular">{number(today.abandoned)}</td>
      <td className="tabular">
        {today.serviceLevel === null
          ? '–'
          : number(today.serviceLevel, { style: 'percent', maximumFractionDigits: 0 })}
      </td>
      <td>
        {me.role === 'supervisor' ? (
          <Tooltip label={t('queue.flush', { name })}>
            <ActionIcon
              variant="subtle"
              color="gray"
              aria-label={t('queue.flush', { name })}
              disabled={queue.waiting === 0}
              onClick={() => setAsking(true)}
            >
              <Eraser aria-hidden size={16} />
            </ActionIcon>
          </Tooltip>
        ) : null}
        {asking ? (
          <ConfirmDialog
            title={t('queue.flushTitle', { name })}
            text={t('queue.flushHint')}
            close={() => setAsking(false)}
            confirm={() => flush.mutate()}
          />
        ) : null}
      </td>
    </tr>
  );
}
