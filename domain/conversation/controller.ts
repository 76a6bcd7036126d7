import type { NoticeName } from '../channel/types';
import { applyAction, whyNotAction } from './actions';
import type { Action, ControllerEvent } from './controller-events';
import {
  hasPrimaryAgent,
  latestSession,
  latestSettings,
  requestIsOpen,
  sessionById,
} from './facts';
import type { ConversationState } from './model';
import { placeRequest } from './requests';
import type { Turn } from './turn';

/**
 * The default decision for each event: what the controller does when no hook decides (the last column of domain.md 7.1).
 * Actions run in order, each once; one that is refused is passed over.
 */
export function controllerDefault(turn: Turn, event: ControllerEvent): void {
  if (turn.state.closingAt !== null) return;
  if (event.type === 'AGENT_REQUESTED') {
    placeRequest(turn, event.request);
    return;
  }
  for (const action of defaultActions(turn.state, event)) {
    const acting = { type: 'action', action, by: null, event } as const;
    if (!whyNotAction(turn.state, acting, turn.now)) applyAction(turn, acting);
  }
}

/** The table as data, for the simulator and `explain`, too. AGENT_REQUESTED is placed as asked and has no actions. */
export function defaultActions(
  state: ConversationState,
  event: ControllerEvent,
): readonly Action[] {
  switch (event.type) {
    case 'CONVERSATION_STARTED':
      return notice(state, 'greeting');
    case 'CUSTOMER_MESSAGE':
      return findAgent(state, event.message.channelSessionId);
    case 'CHANNEL_SESSION_EXPIRED':
      return [{ type: 'REMOVE_CHANNEL_SESSION', selector: event.sessionId, reason: 'INACTIVITY' }];
    case 'AGENT_SUBSCRIBED':
      return notice(state, 'agentJoined');
    case 'AGENT_UNSUBSCRIBED':
      return notice(state, 'agentLeft');
    case 'NO_AGENT_AVAILABLE':
      return notice(state, 'noAgentAvailable');
    case 'OUT_OF_HOURS':
      return notice(state, 'outOfHours');
    case 'AGENT_SLA_EXPIRED':
      return [{ type: 'REMOVE_ALL_AGENTS', reason: 'RESPONSE_TIMEOUT' }];
    case 'CONVERSATION_PAUSED':
      return notice(state, 'hold');
    case 'CONVERSATION_RESUMED':
      // "We are back" is said only by somebody who is.
      return hasPrimaryAgent(state) ? notice(state, 'resume') : [];
    case 'BOT_TIMEOUT':
    case 'BOT_FAILED':
      return onBotFailure(state);
    default:
      return [];
  }
}

function notice(state: ConversationState, name: NoticeName): readonly Action[] {
  const text = latestSession(state)?.settings?.notices[name];
  return text ? [{ type: 'NOTICE', notice: name, text }] : [];
}

/** Nobody has answered and nobody is looked for: an agent is, where the channel has a queue or list. */
function findAgent(state: ConversationState, sessionId: string | null): readonly Action[] {
  const settings =
    (sessionId === null ? null : sessionById(state, sessionId)?.settings) ?? latestSettings(state);
  const somewhere = settings?.routingMode === 'PULL' ? settings.listId : settings?.queueId;
  const waits = !hasPrimaryAgent(state) && !requestIsOpen(state) && !state.answeredSinceCustomer;
  return waits && somewhere ? [{ type: 'FIND_AGENT' }] : [];
}

/** domain.md 4.5. */
function onBotFailure(state: ConversationState): readonly Action[] {
  switch (latestSettings(state)?.onBotFailure) {
    case 'HANDOFF':
      return [{ type: 'FIND_AGENT' }];
    case 'TEXT':
      return notice(state, 'botFailure');
    case 'CLOSE':
      return [{ type: 'REMOVE_CHANNEL_SESSION', selector: 'latest', reason: 'FORCE_CLOSED' }];
    default:
      return [];
  }
}
