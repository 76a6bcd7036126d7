import { useCallback, useRef, useState } from 'react';
import { useLocale } from '../shared/i18n/locale';
import { useSignedIn } from '../shared/ui/signed-in';
import { LineNotice } from '../shared/ui/states';
import { ToastContext } from './acts';
import { ConversationView } from './conversation/conversation-view';
import { ConversationList } from './list/conversation-list';
import { useAgentStream } from './live';
import { Offers } from './offers';
import { useOutbox } from './outbox';
import { Palette } from './palette/palette';
import { select, useSelection } from './selection';
import { TopBar } from './top-bar';

interface Toast {
  readonly id: number;
  readonly text: string;
  readonly kind: 'done' | 'error';
}
const TOAST_MS = 7000;

/** Where an agent works: what rings, what there is, the conversation that is open. */
export function Desk() {
  const { t } = useLocale();
  const { api, me } = useSignedIn();
  const selected = useSelection();
  const outbox = useOutbox(api);
  const [toasts, setToasts] = useState<readonly Toast[]>([]);
  const count = useRef(0);
  const toast = useCallback((text: string, kind: Toast['kind']) => {
    const id = ++count.current;
    setToasts((all) => [...all.slice(-2), { id, text, kind }]);
    setTimeout(() => setToasts((all) => all.filter((other) => other.id !== id)), TOAST_MS);
  }, []);
  useAgentStream(me.subject);
  return (
    <ToastContext value={toast}>
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
        <div className="toasts" role="status">
          {toasts.map(({ id, text, kind }) => (
            <p key={id} className="toast" data-kind={kind}>
              {text}
            </p>
          ))}
        </div>
      </div>
    </ToastContext>
  );
}
