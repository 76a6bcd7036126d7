import { ChartLine, LayoutDashboard, Settings2 } from 'lucide-react';
import { lazy, useEffect, useState } from 'react';
import { ConversationPane } from '../desk/conversation/conversation-pane';
import { useOutbox } from '../desk/outbox';
import { select, useSelection } from '../desk/selection';
import { useLocale } from '../shared/i18n/locale';
import { Boundary } from '../shared/ui/boundary';
import { PageBar } from '../shared/ui/page-bar';
import { useSignedIn } from '../shared/ui/signed-in';
import { LineNotice } from '../shared/ui/states';
import { Toasts } from '../shared/ui/toasts';
import { useUnsaved } from './configuration/unsaved';
import { Overview } from './overview/overview';
import { useBoard } from './stats';
import '../desk/desk.css';
import './board.css';

// Most who look at the board look at none of them.
const Reports = lazy(() => import('./reports/reports'));
const Configuration = lazy(() => import('./configuration/configuration'));

type View = 'overview' | 'reports' | 'configuration';
const ICONS = { overview: LayoutDashboard, reports: ChartLine, configuration: Settings2 };

/** What goes on, for those who look after it; and the configuration, for administrators. */
export default function Board() {
  const { t } = useLocale();
  const { api, me } = useSignedIn();
  const selected = useSelection();
  const outbox = useOutbox(api);
  const board = useBoard();
  const unsaved = useUnsaved();
  const [view, setView] = useState<View>('overview');
  useEffect(() => {
    document.title = t('board.title');
  }, [t]);
  const views: readonly View[] =
    me.role === 'admin' ? ['overview', 'reports', 'configuration'] : ['overview', 'reports'];
  return (
    <Toasts>
      <div className="board" data-open={selected !== null}>
        <PageBar other="desk">
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
        </PageBar>
        <LineNotice />
        {selected === null ? (
          <main className="board-main">
            <Boundary place="board-place">
              {view === 'overview' ? <Overview board={board} /> : null}
              {view === 'reports' ? <Reports /> : null}
              {view === 'configuration' ? <Configuration unsaved={unsaved} /> : null}
            </Boundary>
          </main>
        ) : (
          <ConversationPane id={selected} outbox={outbox} />
        )}
      </div>
    </Toasts>
  );
}
