import { Button, NativeSelect } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Download } from 'lucide-react';
import { useMemo, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import { useSignedIn } from '../../shared/ui/signed-in';
import { Empty, Failed, Loading, useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { TableScroll } from '../table-scroll';
import { Chart } from './chart';
import { type Interval, type Point, pointsOf } from './intervals';

/** Hours looked back on, and how many of them are one point. */
const RANGES = { day: [24, 0.25], week: [168, 6], month: [720, 24] } as const;
type Range = keyof typeof RANGES;
const ENTITIES = [
  'conversation',
  'channel_session',
  'agent_task',
  'agent_state',
  'queue_interval',
  'wrap_up',
] as const;

/** Load, wait and service level over time, and the rows behind them to take away. */
export default function Reports() {
  const { t, name, dateTime, number } = useLocale();
  const { api, workspace } = useSignedIn();
  const [range, setRange] = useState<Range>('day');
  const [queueId, setQueueId] = useState('');
  const [hours, step] = RANGES[range];
  const rows = useQuery({
    queryKey: ['reports', 'queue_interval', range],
    queryFn: ({ signal }) =>
      api.call<{ items: Interval[] }>(
        'GET',
        `/v1/reports/queue_interval?from=${encodeURIComponent(since(hours))}`,
        { signal },
      ),
    refetchInterval: 60_000,
  });
  const points = useMemo(
    () => pointsOf(rows.data?.items ?? [], queueId, step),
    [rows.data, queueId, step],
  );
  const charts = useMemo(() => chartsOf(points, t), [points, t]);
  const to = Math.ceil(rows.dataUpdatedAt / 60_000) * 60;
  const times = useMemo(() => points.map(({ at }) => Date.parse(at) / 1000), [points]);
  return (
    <div className="reports">
      <h1>{t('board.reports')}</h1>
      <div className="report-bar">
        <NativeSelect
          label={t('reports.range')}
          value={range}
          onChange={(event) => setRange(event.currentTarget.value as Range)}
          data={(['day', 'week', 'month'] as const).map((value) => ({
            value,
            label: t(`reports.${value}`),
          }))}
        />
        <NativeSelect
          label={t('reports.queue')}
          value={queueId}
          onChange={(event) => setQueueId(event.currentTarget.value)}
          data={[
            { value: '', label: t('reports.allQueues') },
            ...workspace.queues.map(({ id, name: label }) => ({ value: id, label: label ?? id })),
          ]}
        />
        <span className="grow" />
        <Downloads from={since(hours)} />
      </div>
      {rows.isPending ? <Loading /> : null}
      {rows.isError ? <Failed error={rows.error} retry={() => void rows.refetch()} /> : null}
      {rows.isSuccess && points.length === 0 ? <Empty title={t('reports.empty')} /> : null}
      {points.length > 0 ? (
        <div className="charts">
          {charts.map(({ title, series, max }) => (
            <section className="panel" key={title}>
              <header className="panel-head">
                <h2>{title}</h2>
              </header>
              <Chart
                label={title}
                times={times}
                series={series}
                locale={name}
                from={to - hours * 3600}
                to={to}
                {...(max ? { max } : {})}
              />
            </section>
          ))}
        </div>
      ) : null}
      {points.length > 0 ? (
        <details className="panel">
          <summary className="panel-head">{t('reports.asTable')}</summary>
          <TableScroll label={t('reports.asTable')}>
            <thead>
              <tr>
                <th scope="col">{t('reports.time')}</th>
                <th scope="col">{t('queue.offered')}</th>
                <th scope="col">{t('queue.answered')}</th>
                <th scope="col">{t('queue.abandoned')}</th>
                <th scope="col">{t('reports.average')}</th>
                <th scope="col">{t('reports.longest')}</th>
                <th scope="col">{t('queue.level')}</th>
              </tr>
            </thead>
            <tbody>
              {points.map((point) => (
                <tr key={point.at}>
                  <th scope="row">{dateTime(point.at)}</th>
                  <td>{number(point.offered)}</td>
                  <td>{number(point.answered)}</td>
                  <td>{number(point.abandoned)}</td>
                  <td>{point.averageWait === null ? '–' : number(point.averageWait)}</td>
                  <td>{point.longestWait === null ? '–' : number(point.longestWait)}</td>
                  <td>
                    {point.level === null
                      ? '–'
                      : number(point.level, { style: 'percent', maximumFractionDigits: 0 })}
                  </td>
                </tr>
              ))}
            </tbody>
          </TableScroll>
        </details>
      ) : null}
    </div>
  );
}

function since(hours: number): string {
  return new Date(Date.now() - hours * 3_600_000).toISOString();
}

function chartsOf(points: readonly Point[], t: ReturnType<typeof useLocale>['t']) {
  const of = (pick: (point: Point) => number | null) => points.map(pick);
  return [
    {
      title: t('reports.load'),
      max: null,
      series: [
        { label: t('queue.offered'), colour: '--line-strong', values: of((p) => p.offered) },
        {
          label: t('queue.answered'),
          colour: '--accent-ink',
          dash: [8, 4],
          values: of((p) => p.answered),
        },
        {
          label: t('queue.abandoned'),
          colour: '--danger',
          dash: [2, 4],
          values: of((p) => p.abandoned),
        },
      ],
    },
    {
      title: t('reports.wait'),
      max: null,
      series: [
        { label: t('reports.average'), colour: '--accent-ink', values: of((p) => p.averageWait) },
        {
          label: t('reports.longest'),
          colour: '--warn',
          dash: [8, 4],
          values: of((p) => p.longestWait),
        },
      ],
    },
    {
      title: t('reports.levelChart'),
      max: 100,
      series: [
        {
          label: t('reports.percent'),
          colour: '--accent-ink',
          values: of((p) => (p.level === null ? null : Math.round(p.level * 100))),
        },
      ],
    },
  ];
}

function Downloads({ from }: { from: string }) {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const toast = useToast();
  const said = useErrorText();
  const [entity, setEntity] = useState<string>('conversation');
  const [busy, setBusy] = useState(false);
  async function download(): Promise<void> {
    setBusy(true);
    try {
      const query = new URLSearchParams({ format: 'csv', from });
      const url = URL.createObjectURL(await api.blob(`/v1/reports/${entity}?${query}`));
      const link = document.createElement('a');
      link.href = url;
      link.download = `${entity}.csv`;
      link.click();
      setTimeout(() => URL.revokeObjectURL(url), 60_000);
    } catch (error) {
      toast(said(error), 'error');
    } finally {
      setBusy(false);
    }
  }
  return (
    <>
      <NativeSelect
        label={t('reports.entity')}
        data={[...ENTITIES]}
        value={entity}
        onChange={(event) => setEntity(event.currentTarget.value)}
      />
      <Button
        variant="default"
        loading={busy}
        leftSection={<Download aria-hidden size={16} />}
        onClick={() => void download()}
      >
        {t('reports.download')}
      </Button>
    </>
  );
}
