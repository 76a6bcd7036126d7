import { Button } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { Hourglass } from 'lucide-react';
import { useState } from 'react';
import { StateSign } from '../../desk/list/conversation-row';
import { keys } from '../../desk/queries';
import { select } from '../../desk/selection';
import { clock, useLocale } from '../../shared/i18n/locale';
import type { PageOf, Summary } from '../../shared/model';
import { ChannelIcon } from '../../shared/ui/channel-icon';
import { useSince } from '../../shared/ui/now';
import { useNames, useSignedIn } from '../../shared/ui/signed-in';
import { Empty, Failed, Loading } from '../../shared/ui/states';
import { TableScroll } from '../table-scroll';

const STATES = ['ACTIVE', 'ON_HOLD', 'INACTIVE', 'CREATED', 'WRAP_UP', 'CUSTOMER_LEFT'] as const;
const FILTERS = ['all', 'waiting', 'ongoing'] as const;
type FilterName = (typeof FILTERS)[number];
/** Rows of each state: those who wait longest are found by their queue. */
const ROWS_OF_STATE = 50;

/** What is open now: who waits, who is served; each can be watched, joined, reassigned and closed. */
export function Running() {
  const { t } = useLocale();
  const { api } = useSignedIn();
  const [filter, setFilter] = useState<FilterName>('all');
  const running = useQuery({
    queryKey: keys.list({ open: true }),
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        STATES.map((state) =>
          api.call<PageOf<Summary>>(
            'GET',
            `/v1/conversations?state=${state}&limit=${ROWS_OF_STATE}`,
            { signal },
          ),
        ),
      );
      return pages.flatMap(({ items }) => items).sort((a, b) => rank(a).localeCompare(rank(b)));
    },
    refetchInterval: 15_000,
  });
  const rows = (running.data ?? []).filter((row) => {
    if (filter === 'waiting') return row.waitingSince !== null;
    return filter === 'all' || row.agentIds.length > 0;
  });
  return (
    <div className="panel">
      <header className="panel-head">
        <h2>{t('running.title')}</h2>
        <span className="grow" />
        {FILTERS.map((name) => (
          <Button
            key={name}
            size="compact-sm"
            variant={filter === name ? 'light' : 'subtle'}
            color={filter === name ? 'teal' : 'gray'}
            aria-pressed={filter === name}
            onClick={() => setFilter(name)}
          >
            {t(`running.${name}`)}
          </Button>
        ))}
      </header>
      {running.isPending ? <Loading /> : null}
      {running.isError && !running.data ? (
        <Failed error={running.error} retry={() => void running.refetch()} />
      ) : null}
      {running.data && rows.length === 0 ? <Empty title={t('running.empty')} /> : null}
      {rows.length > 0 ? (
        <TableScroll label={t('running.title')}>
          <thead>
            <tr>
              <th scope="col">{t('running.customer')}</th>
              <th scope="col">{t('running.state')}</th>
              <th scope="col">{t('running.queue')}</th>
              <th scope="col">{t('running.agents')}</th>
              <th scope="col">{t('running.waits')}</th>
              <th scope="col">{t('running.since')}</th>
              <td />
            </tr>
          </thead>
          <tbody>
            {rows.map((row) => (
              <Row key={row.id} row={row} />
            ))}
          </tbody>
        </TableScroll>
      ) : null}
    </div>
  );
}

/** Those who wait come first, longest first; then the newest. */
function rank({ waitingSince, createdAt }: Summary): string {
  return waitingSince ? `0${waitingSince}` : `1${9e15 - Date.parse(createdAt)}`;
}

function Row({ row }: { row: Summary }) {
  const { t, named } = useLocale();
  const name = useNames();
  const waited = useSince(row.waitingSince);
  const age = useSince(row.createdAt);
  const customer = row.customerName ?? t('customer.unknown');
  return (
    <tr>
      <th scope="row">
        <span className="with-sign">
          {row.channelTypes.map((type) => (
            <ChannelIcon key={type} type={type} />
          ))}
          <span dir="auto" className="cut">
            {customer}
          </span>
        </span>
      </th>
      <td>
        <span className="tag" data-state={row.state}>
          <StateSign state={row.state} />
          {named('conversationState', row.state)}
        </span>
      </td>
      <td>{row.queueId ? name('queues', row.queueId) : '–'}</td>
      <td dir="auto">{row.agentIds.map((id) => name('agents', id)).join(', ') || '–'}</td>
      <td className="tabular">
        {row.waitingSince ? (
          <span className="waiting">
            <Hourglass aria-hidden size={13} />
            {clock(waited)}
          </span>
        ) : (
          '–'
        )}
      </td>
      <td className="tabular">{clock(age)}</td>
      <td>
        <Button
          size="compact-sm"
          variant="default"
          aria-label={t('running.open', { name: customer })}
          onClick={() => select(row.id)}
        >
          {t('running.watch')}
        </Button>
      </td>
    </tr>
  );
}
