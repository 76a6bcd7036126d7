import type { ChannelSettings } from '../channel/settings';
import type { Actor } from './actor';
import { setDeadline } from './deadlines';
import type { Opening } from './events';
import type { ConversationData, ConversationState, Direction } from './model';
import { addSeconds, secondsBetween } from './time';
import { record, type Turn } from './turn';

/**
 * A blank conversation: nothing has happened yet. The first event given to `decide` (customerMessage, channelSessionStarted,
 * startOutbound, sessionsMovedIn) starts it; any other is refused.
 */
export function open(opening: Opening, now: string): ConversationState {
  return {
    schema: 1,
    conversationId: opening.conversationId,
    customer: opening.customer,
    state: 'CREATED',
    direction: opening.direction,
    createdAt: now,
    closingAt: null,
    closedAt: null,
    closeReason: null,
    disposition: null,
    previousConversationId: opening.previous?.conversationId ?? null,
    lastAgentId: opening.previous?.lastAgentId ?? null,
    reentry: false,
    settings: null,
    sessions: [],
    participants: [],
    tasks: [],
    control: { holder: 'CONTROLLER', epoch: 1, offeredTo: null },
    held: null,
    owed: false,
    everAgent: false,
    answeredSinceCustomer: true,
    latestCustomerSessionId: null,
    listEntry: null,
    requesting: null,
    startPending: false,
    agentSla: null,
    deadlines: {},
    thresholdsPassed: {},
    ask: null,
    data: {},
    slots: {},
    reminders: {},
    openChoices: [],
    scheduled: {},
    raisedHands: [],
    recent: [],
    lastSeq: 0,
    idCounter: 0,
    counters: {
      messages: 0,
      customerMessages: 0,
      botMessages: 0,
      agentMessages: 0,
      botTurns: 0,
      reopened: 0,
    },
    firstAgentAt: null,
    firstAgentResponseSeconds: null,
    lastCustomerMessageAt: null,
    mergedInto: null,
    closingAs: null,
    previousEnd: opening.previous
      ? { closedAt: opening.previous.closedAt, data: opening.previous.data }
      : null,
  };
}

/** T1, the first entry: CONVERSATION_STARTED. The channel decides whether it is a re-entry (domain.md 2.4 rule 4). */
export function startConversation(
  turn: Turn,
  settings: ChannelSettings,
  direction: Direction,
  actor: Actor,
): void {
  const { state } = turn;
  const data = reentryData(state, settings, turn.now);
  state.createdAt = turn.now;
  state.direction = direction;
  state.reentry = data !== null;
  state.data = data ?? {};
  state.previousEnd = null;
  setDeadline(turn, 'maxLife', addSeconds(turn.now, settings.maxLifeSeconds));
  record(
    turn,
    'CONVERSATION_STARTED',
    {
      direction,
      channelId: settings.channelId,
      channelType: settings.channelType,
      previousConversationId: state.previousConversationId,
      reentry: state.reentry,
      data: state.data,
    },
    { actor },
  );
}

function reentryData(
  { previousEnd }: ConversationState,
  { reentryWindowSeconds }: ChannelSettings,
  now: string,
): ConversationData | null {
  if (!previousEnd || reentryWindowSeconds === 0) return null;
  const ago = secondsBetween(previousEnd.closedAt, now);
  return ago <= reentryWindowSeconds ? { ...previousEnd.data, reentry: true } : null;
}
