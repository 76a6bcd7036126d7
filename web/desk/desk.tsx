import { lazy, Suspense } from 'react';
import { useLocale } from '../shared/i18n/locale';
import { useSignedIn } from '../shared/ui/signed-in';
import { LineNotice } from '../shared/ui/states';
import { Toasts } from '../shared/ui/toasts';
import { ConversationPane } from './conversation/conversation-pane';
import { ConversationList } from './list/conversation-list';
import { useAgentStream } from './live';
import { Offers } from './offers';
import { useOutbox } from './outbox';
import { useSelection } from './selection';
import { SlaNotices } from './sla-notices';
import { TopBar } from './top-bar';
import './desk.css';

const Palette = lazy(() => import('./palette/palette'));

/** Where an agent works: what rings, what there is, the conversation that is open. */
export default function Desk() {
  const { t } = useLocale();
  const { api, me } = useSignedIn();
  const selected = useSelection();
  const outbox = useOutbox(api);
  useAgentStream(me.subject);
  return (
    <Toasts>
      <div className="desk" data-open={selected !== null}>
        <TopBar />
        <LineNotice />
        <aside className="side" aria-label={t('list.region')}>
          <Offers />
          <SlaNotices />
          <ConversationList selected={selected} />
        </aside>
        {selected === null ? (
          <main className="no-conversation">
            <p>{t('desk.choose')}</p>
          </main>
        ) : (
          <ConversationPane id={selected} outbox={outbox} />
        )}
        <Suspense fallback={null}>
          <Palette />
        </Suspense>
      </div>
    </Toasts>
  );
}
