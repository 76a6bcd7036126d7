import { lazy } from 'react';
import { Boundary } from '../../shared/ui/boundary';
import type { useOutbox } from '../outbox';
import { select } from '../selection';

const ConversationView = lazy(() => import('./conversation-view'));

const close = () => select(null);

/** The chosen conversation, fetched once the first is chosen. */
export function ConversationPane({
  id,
  outbox,
}: {
  id: string;
  outbox: ReturnType<typeof useOutbox>;
}) {
  return (
    <Boundary place="no-conversation">
      <ConversationView key={id} id={id} outbox={outbox} close={close} />
    </Boundary>
  );
}
