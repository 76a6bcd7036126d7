import { ActionIcon, Button, NativeSelect, TextInput, Tooltip } from '@mantine/core';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useVirtualizer } from '@tanstack/react-virtual';
import { Search, SquarePen } from 'lucide-react';
import { lazy, Suspense, useDeferredValue, useEffect, useMemo, useRef, useState } from 'react';
import { useLocale } from '../../shared/i18n/locale';
import { isOpen, type PageOf, type Summary } from '../../shared/model';
import { useSignedIn } from '../../shared/ui/signed-in';
import { Empty, Failed, Loading, useErrorText } from '../../shared/ui/states';
import { useToast } from '../../shared/ui/toasts';
import { useCommand } from '../palette/commands';
import { keys, type ListFilter, useConversations } from '../queries';
import { select } from '../selection';
import { ConversationRow, Waited } from './conversation-row';

const StartDialog = lazy(() => import('./start-dialog'));

const TABS = ['mine', 'waiting', 'lists', 'all'] as const;
type Tab = (typeof TABS)[number];
const CHANNEL_TYPES = [
  'WEB',
  'WHATSAPP',
  'SMS',
  'VIBER',
  'TELEGRAM',
  'MESSENGER',
  'INSTAGRAM',
  'LINE',
  'EMAIL',
  'CX_VOICE',
  'GENERIC',
] as const;

/** What there is to work on. */
export function ConversationList({ selected }: { selected: string | null }) {
  const { t, named } = useLocale();
  const { workspace } = useSignedIn();
  const [tab, setTab] = useState<Tab>('mine');
  const [text, setText] = useState('');
  const [channelType, setChannelType] = useState('');
  const [listId, setListId] = useState(workspace.lists[0]?.id ?? '');
  const [starting, setStarting] = useState(false);
  const search = useRef<HTMLInputElement>(null);
  const q = useDeferredValue(text.trim());
  useCommand('list.search', () => search.current?.focus());
  return (
    <nav className="list" aria-label={t('list.title')}>
      <div className="list-tabs" role="tablist" aria-label={t('list.title')}>
        {TABS.map((name) => (
          <button
            key={name}
            type="button"
            role="tab"
            id={`tab-${name}`}
            aria-selected={tab === name}
            aria-controls="list-panel"
            className="list-tab"
            onClick={() => setTab(name)}
          >
            {t(`list.${name}`)}
          </button>
        ))}
      </div>
      <div className="list-filters">
        <div className="list-search">
          <TextInput
            ref={search}
            size="sm"
            type="search"
            aria-label={t('list.search')}
            placeholder={t('list.search')}
            leftSection={<Search aria-hidden size={16} />}
            value={text}
            onChange={(event) => setText(event.currentTarget.value)}
          />
          <Tooltip label={t('start.open')}>
            <ActionIcon
              variant="default"
              size={36}
              aria-label={t('start.open')}
              onClick={() => setStarting(true)}
            >
              <SquarePen aria-hidden size={16} />
            </ActionIcon>
          </Tooltip>
        </div>
        {tab === 'lists' ? (
          <NativeSelect
            size="sm"
            aria-label={t('list.which')}
            data={workspace.lists.map(({ id, name }) => ({ value: id, label: name ?? id }))}
            value={listId}
            onChange={(event) => setListId(event.currentTarget.value)}
          />
        ) : (
          <NativeSelect
            size="sm"
            aria-label={t('list.channel')}
            data={[
              { value: '', label: t('list.anyChannel') },
              ...CHANNEL_TYPES.map((type) => ({ value: type, label: named('channel', type) })),
            ]}
            value={channelType}
            onChange={(event) => setChannelType(event.currentTarget.value)}
          />
        )}
      </div>
      <div className="list-panel" role="tabpanel" id="list-panel" aria-labelledby={`tab-${tab}`}>
        {tab === 'lists' ? (
          <Requests listId={listId} selected={selected} />
        ) : (
          <Found tab={tab} q={q} channelType={channelType} selected={selected} />
        )}
      </div>
      {starting ? (
        <Suspense fallback={null}>
          <StartDialog close={() => setStarting(false)} />
        </Suspense>
      ) : null}
    </nav>
  );
}

interface FoundProps {
  readonly tab: Exclude<Tab, 'lists'>;
  readonly q: string;
  readonly channelType: string;
  readonly selected: string | null;
}

function Found({ tab, q, channelType, selected }: FoundProps) {
  const { t } = useLocale();
  const { me } = useSignedIn();
  const filter: ListFilter = {
    ...(tab === 'mine' ? { agentId: me.subject, open: 'true' } : {}),
    ...(tab === 'waiting' ? { open: 'true', limit: '200' } : {}),
    ...(channelType ? { channelType } : {}),
    ...(q ? { q } : {}),
  };
  const list = useConversations(filter);
  const items = useMemo(() => {
    const all = list.data?.pages.flatMap((page) => page.items) ?? [];
    if (tab === 'mine')
      // What the stream has told since then counts.
      return all.filter((item) => item.agentIds.includes(me.subject) && item.state !== 'CLOSED');
    if (tab === 'waiting')
      return all
        .filter((item) => isOpen(item) && item.waitingSince !== null)
        .sort((a, b) => ((a.waitingSince ?? '') < (b.waitingSince ?? '') ? -1 : 1));
    return all;
  }, [list.data, tab, me.subject]);
  const { hasNextPage, isFetching, fetchNextPage } = list;
  useEffect(() => {
    // Who waits longest may stand on the last page.
    if (tab === 'waiting' && hasNextPage && !isFetching) void fetchNextPage();
  }, [tab, hasNextPage, isFetching, fetchNextPage]);
  if (list.isPending) return <Loading />;
  if (list.isError && items.length === 0)
    return <Failed error={list.error} retry={() => void list.refetch()} />;
  if (items.length === 0)
    return (
      <Empty title={t(q ? 'list.nothingFound' : `list.empty.${tab}`)}>
        {q ? null : t(`list.hint.${tab}`)}
      </Empty>
    );
  return (
    <Rows
      items={items}
      selected={selected}
      more={list.hasNextPage ? () => void list.fetchNextPage() : null}
    />
  );
}

/** Rows that are seen, and no other: lists may hold thousands. */
function Rows({
  items,
  selected,
  more,
}: {
  items: readonly Summary[];
  selected: string | null;
  more: (() => void) | null;
}) {
  const { t } = useLocale();
  const scroller = useRef<HTMLDivElement>(null);
  const rows = useVirtualizer({
    count: items.length,
    getScrollElement: () => scroller.current,
    estimateSize: () => 76,
    overscan: 8,
    getItemKey: (n) => items[n]?.id ?? n,
  });
  const move = (step: number) => {
    const at = items.findIndex(({ id }) => id === selected);
    const next = items[Math.min(items.length - 1, Math.max(0, at + step))];
    if (next) select(next.id);
  };
  useCommand('list.next', () => move(1));
  useCommand('list.previous', () => move(-1));
  return (
    <div className="rows" ref={scroller}>
      <ul className="rows-inner" style={{ height: rows.getTotalSize() }}>
        {rows.getVirtualItems().map(({ index, key, start }) => {
          const item = items[index];
          return item ? (
            <li
              key={key}
              data-index={index}
              ref={rows.measureElement}
              className="row-place"
              style={{ transform: `translateY(${start}px)` }}
            >
              <ConversationRow summary={item} selected={item.id === selected} />
            </li>
          ) : null;
        })}
      </ul>
      {more ? (
        <Button variant="subtle" size="xs" fullWidth onClick={more}>
          {t('list.more')}
        </Button>
      ) : null}
    </div>
  );
}

interface ListRequest {
  readonly conversationId: string;
  readonly state: string;
  readonly waitingSince: string | null;
  readonly conversation?: Summary;
}

/** What is parked on a pull list; a join takes it. */
function Requests({ listId, selected }: { listId: string; selected: string | null }) {
  const { t, named } = useLocale();
  const { api, me } = useSignedIn();
  const client = useQueryClient();
  const toast = useToast();
  const said = useErrorText();
  const path = `/v1/lists/${encodeURIComponent(listId)}/requests`;
  const list = useQuery({
    queryKey: keys.requests(listId),
    enabled: listId !== '',
    queryFn: ({ signal }) => api.call<PageOf<ListRequest>>('GET', path, { signal }),
    refetchInterval: 15_000,
  });
  const act = useMutation({
    mutationFn: ({ id, how }: { id: string; how: 'join' | 'close' }) =>
      api.call('POST', `${path}/${encodeURIComponent(id)}/${how}`),
    onSuccess: (_, { id, how }) => {
      if (how === 'join') select(id);
    },
    onError: (error) => toast(said(error), 'error'),
    onSettled: () => {
      void client.invalidateQueries({ queryKey: keys.requests(listId) });
      void client.invalidateQueries({ queryKey: keys.lists });
    },
  });
  if (listId === '') return <Empty title={t('list.noLists')} />;
  if (list.isPending) return <Loading />;
  if (list.isError) return <Failed error={list.error} retry={() => void list.refetch()} />;
  if (list.data.items.length === 0) return <Empty title={t('list.empty.lists')} />;
  return (
    <ul className="rows">
      {list.data.items.map(({ conversationId: id, state, conversation, waitingSince }) => (
        <li key={id} className="request">
          <button
            type="button"
            className="request-what"
            aria-current={id === selected ? 'true' : undefined}
            onClick={() => select(id)}
          >
            <strong dir="auto">{conversation?.customerName ?? t('customer.unknown')}</strong>
            <span className="dim">
              {named('listState', state)} · <Waited since={waitingSince} />
            </span>
          </button>
          <Button
            size="xs"
            variant="light"
            loading={act.isPending && act.variables.id === id}
            onClick={() => act.mutate({ id, how: 'join' })}
          >
            {t('list.join')}
          </Button>
          {me.role === 'supervisor' ? (
            <Button
              size="xs"
              variant="subtle"
              color="gray"
              onClick={() => act.mutate({ id, how: 'close' })}
            >
              {t('list.close')}
            </Button>
          ) : null}
        </li>
      ))}
    </ul>
  );
}
