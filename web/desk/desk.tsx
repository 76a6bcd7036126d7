import { useLocale } from '../shared/i18n/locale';
import { useSignedIn } from '../shared/ui/signed-in';
import { LineNotice } from '../shared/ui/states';
import { Toasts } from '../shared/ui/toasts';
import { ConversationView } from './conversation/conversation-view';
import { ConversationList } from './list/conversation-list';
import { useAgentStream } from './live';
import { Offers } from './offers';
import { useOutbox } from './outbox';
import { Palette } from './palette/palette';
import { select, useSelection } from './selection';
import { TopBar } from './top-bar';

/** Where an agent works: what rings, what there is, the conversation that is open. */
export function Desk() {
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
          <ConversationList selected={selected} />
        </aside>
        {selected === null ? (
          <main className="no-conversation">
            <p>{t('desk.choose')}</p>
          </main>
        ) : (
          <ConversationView
            key={selected}
            id={selected}
            outbox={outbox}
            close={() => select(null)}
          />
        )}
        <Palette />
      </div>
    </Toasts>
  );
}
