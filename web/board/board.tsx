import { ActionIcon, Button, Tooltip } from '@mantine/core';
import { ChartLine, Headset, LayoutDashboard, LogOut, Settings2 } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import { ConversationView } from '../desk/conversation/conversation-view';
import { useOutbox } from '../desk/outbox';
import { select, useSelection } from '../desk/selection';
import { useLocale } from '../shared/i18n/locale';
import { Appearance } from '../shared/ui/appearance';
import { Mark } from '../shared/ui/mark';
import { useSignedIn } from '../shared/ui/signed-in';
import { LineNotice, Loading } from '../shared/ui/states';
import { Toasts } from '../shared/ui/toasts';
import { Overview } from './overview/overview';
import { useBoard } from './stats';

// Most who look at the board look at neither.
const Reports = lazy(() => import('./reports/reports'));
const Configuration = lazy(() => import('./configuration/configuration'));

type View = 'overview' | 'reports' | 'configuration';
const ICONS = { overview: LayoutDashboard, reports: ChartLine, configuration: Settings2 };

/** What goes on, for those who look after it; and the configuration, for administrators. */
export function Board() {
  const { t } = useLocale();
  const { api, me, signOut } = useSignedIn();
  const selected = useSelection();
  const outbox = useOutbox(api);
  const board = useBoard();
  const [view, setView] = useState<View>('overview');
  useEffect(() => {
    document.title = t('board.title');
  }, [t]);
  const views: readonly View[] =
    me.role === 'admin' ? ['overview', 'reports', 'configuration'] : ['overview', 'reports'];
  return (
    <Toasts>
      <div className="board" data-open={selected !== null}>
        <header className="top-bar">
          <div className="brand">
            <Mark />
            <span>Parley</span>
          </div>
          <nav className="views" aria-label={t('board.region')}>
            {views.map((name) => {
              const Icon = ICONS[name];
              return (
                <button
                  key={name}
                  type="button"
                  className="view"
                  aria-current={view === name && selected === null ? 'page' : undefined}
                  onClick={() => {
                    select(null);
                    setView(name);
                  }}
                >
                  <Icon aria-hidden size={16} />
                  {t(`board.${name}`)}
                </button>
              );
            })}
          </nav>
          <span className="grow" />
          {me.role === 'supervisor' ? (
            <Button
              component="a"
              href="/desk"
              variant="subtle"
              color="gray"
              size="compact-md"
              leftSection={<Headset aria-hidden size={16} />}
            >
              {t('board.desk')}
            </Button>
          ) : null}
          <Appearance />
          <Tooltip label={t('desk.signOut')}>
            <ActionIcon
              variant="subtle"
              color="gray"
              size="lg"
              aria-label={t('desk.signOut')}
              onClick={signOut}
            >
              <LogOut aria-hidden size={18} className="flip" />
            </ActionIcon>
          </Tooltip>
        </header>
        <LineNotice />
        {selected === null ? (
          <main className="board-main">
            <Suspense fallback={<Loading />}>
              {view === 'overview' ? <Overview board={board} /> : null}
              {view === 'reports' ? <Reports /> : null}
              {view === 'configuration' ? <Configuration /> : null}
            </Suspense>
          </main>
        ) : (
          <ConversationView
            key={selected}
            id={selected}
            outbox={outbox}
            close={() => select(null)}
          />
        )}
      </div>
    </Toasts>
  );
}
