import type { Conversation } from '../../domain/conversation/view';
import type { Stores } from '../../infra/stores';
import type { RoutingDesk } from './desk';

export interface ExplainerDeps {
  readonly stores: Pick<Stores, 'routing'>;
  readonly desk: Pick<RoutingDesk, 'explain'>;
}

/** Why a conversation's requests got whom they got, and why the one that looks for an agent still does (domain.md 6.6, 6.11). */
export function createRoutingExplainer({ stores, desk }: ExplainerDeps) {
  return async function explainRouting({ id, tasks }: Pick<Conversation, 'id' | 'tasks'>) {
    const looking = tasks.find(
      ({ state, mediaState }) =>
        state === 'ACTIVE' && (mediaState === 'QUEUED' || mediaState === 'RESERVED'),
    );
    const [decisions, waiting] = await Promise.all([
      stores.routing.decisions(id),
      looking ? desk.explain(looking.id) : [],
    ]);
    const { conversationId: _, ...now } = waiting[0] ?? {};
    return {
      waiting: waiting[0] ? now : null,
      decisions: decisions.map(({ n, conversationId, ...decision }) => decision),
    };
  };
}
