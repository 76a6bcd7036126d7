import {
  hasPrimaryAgent,
  isWaiting,
  primaryAgents,
  requestIsOpen,
  startedSessions,
} from '../../../domain/conversation/facts';
import type { ConversationState, PendingEntry } from '../../../domain/conversation/model';
import type { RoutingEffect } from '../../../domain/routing/effects';
import type { RoutingState } from '../../../domain/routing/state';
import type { Logged } from '../routing-log';

/** What routing tells of offers and agents. */
export function notesOfRouting(effect: RoutingEffect): readonly Logged[] {
  switch (effect.type) {
    case 'tell': {
      const { taskId, conversationId, change } = effect.news;
      if (change.type === 'RESERVED')
        return [{ type: 'reserved', taskId, agentId: change.agentId }];
      if (change.type === 'ACCEPTED')
        return [{ type: 'won', taskId, agentId: change.agent.agentId, conversationId }];
      return [];
    }
    case 'agentEvent': {
      const { agentId, event, data } = effect;
      const [taskId, conversationId] = [String(data['taskId']), String(data['conversationId'])];
      if (event === 'OFFER_REVOKED') return [{ type: 'revoked', taskId, agentId }];
      if (event === 'TASK_ENDED') return [{ type: 'freed', agentId, conversationId }];
      return [];
    }
    case 'stateChanged': {
      const { agentId, mrdId, to: state } = effect;
      return [{ type: mrdId === null ? 'agent' : 'mrd', agentId, state }];
    }
    default:
      return [];
  }
}

/** What the timeline says of requests, and who looks after the customer now. */
export function notesOf(
  state: ConversationState,
  entries: readonly PendingEntry[],
): readonly Logged[] {
  return [...entries.flatMap(({ entry }) => notesOfEntry(entry)), ...ownersOf(state)];
}

function notesOfEntry(entry: PendingEntry['entry']): readonly Logged[] {
  const data = entry.data as Record<string, string> | null;
  if (!data) return [];
  const { conversationId } = entry;
  const { taskId = '', agentId = '' } = data;
  switch (entry.type) {
    case 'TASK_ENQUEUED':
      return [{ type: 'enqueued', conversationId, ...data } as unknown as Logged];
    case 'TRANSFER_STARTED':
      return [{ type: 'sagaBegun', taskId }];
    case 'TRANSFER_COMPLETED':
    case 'TRANSFER_FAILED':
      return [{ type: 'sagaOver', taskId }];
    case 'TASK_STATE_CHANGED':
      if (data['state'] === 'CLOSED')
        return [{ type: 'closed', taskId, reason: data['closeReason'] ?? '' }];
      if (data['mediaState'] === 'ACTIVE' && !data['movedTo'])
        return [{ type: 'answered', taskId, agentId, conversationId }];
      return [];
    default:
      return [];
  }
}

function ownersOf(state: ConversationState): readonly Logged[] {
  if (state.closingAt !== null) return [];
  const { holder } = state.control;
  return [
    {
      type: 'owners',
      conversationId: state.conversationId,
      customers: startedSessions(state).length,
      owners: [
        ...primaryAgents(state).map(({ id }) => id),
        ...(requestIsOpen(state) ? ['request'] : []),
        ...(holder === 'AGENTS' && !hasPrimaryAgent(state) ? [] : [holder]),
      ],
    },
  ];
}

/**
 * Both sides as they stand when nothing is on its way. A conversation that closes tells routing of its end when its closing goes on: what
 * an agent has there is neither side's word against the other's until then.
 */
export function noteOfRest(
  routing: RoutingState,
  conversations: readonly ConversationState[],
): Logged {
  const closing = new Set(
    conversations.flatMap(({ state, conversationId }) =>
      state === 'CLOSING' ? [conversationId] : [],
    ),
  );
  const work = (agentId: string, conversationId: string) => `${agentId} ${conversationId}`;
  return {
    type: 'rest',
    routing: {
      waiting: [...routing.waiting.keys()].sort(),
      work: [...routing.agents.values()]
        .flatMap((it) =>
          [...it.places.keys()].filter((id) => !closing.has(id)).map((id) => work(it.id, id)),
        )
        .sort(),
    },
    conversations: {
      waiting: conversations.flatMap((it) => it.tasks.filter(isWaiting).map(({ id }) => id)).sort(),
      work: conversations
        .filter(({ conversationId }) => !closing.has(conversationId))
        .flatMap((it) =>
          it.tasks
            .filter((task) => task.state !== 'CLOSED' && !isWaiting(task))
            .map(({ agentId }) => work(agentId ?? '', it.conversationId)),
        )
        .sort(),
    },
  };
}
