import type { Refusal } from '../errors';
import type { Actor } from './actor';
import type { RequestAgent } from './acts';
import { MAX_LIFE_SECONDS, REMINDERS_MAX } from './bounds';
import { endConversation } from './closing';
import { defaultParty, moveControl } from './control';
import { control, whyNotControl } from './control-actions';
import type { Action } from './controller-events';
import { isKey, setData, whyNotData, whyNotSlots, withSlots } from './data';
import { clearDeadline, startDeadline } from './deadlines';
import type { ConversationEvent } from './events';
import { isFull, latestSession, presentBot, startedSessions } from './facts';
import { raise, whyNotChangeRole } from './joining';
import { leaveAll } from './leaving';
import type { ConversationState } from './model';
import { whyNotAnotherTurn, whyNotBotSpeaks } from './outbound';
import { refuse } from './refusal';
import { cancelRequest, requestAgent, whyNotRequest } from './requests';
import { endSession } from './sessions';
import { guardBotTurns, pickSession, say, sayText, whyNotSay } from './speaking';
import { subscribeBot, unsubscribeBot } from './stays';
import { suggest, whyNotSuggest } from './suggestions';
import { CONTROLLER, newId, type Turn } from './turn';

/** One action with who takes it and on which event: the `action` event of `decide`. */
export type Acting = Extract<ConversationEvent, { type: 'action' }>;
type Rule<T extends Action['type']> = {
  readonly whyNot?: (
    state: ConversationState,
    action: Extract<Action, { type: T }>,
    acting: Acting,
    now: string,
  ) => Refusal | null;
  readonly apply: (turn: Turn, action: Extract<Action, { type: T }>, acting: Acting) => void;
};

/** An action of a hook must belong to the current epoch (domain.md 7.1 rule 3); some are the controller's alone (7.2). */
export function whyNotAction(
  state: ConversationState,
  acting: Acting,
  now: string,
): Refusal | null {
  const { action, by } = acting;
  if (state.state === 'CLOSING' && !(isLastWord(acting) && action.type === 'SEND_MESSAGE'))
    return refuse('ILLEGAL_STATE', 'The conversation is closing.');
  if (by && CONTROLLER_ONLY.includes(action.type))
    return refuse('FORBIDDEN', `${action.type} is the controller's.`);
  if (by && by.epoch !== state.control.epoch)
    return refuse('ILLEGAL_STATE', `Control has moved on: epoch ${state.control.epoch}.`);
  return ruleOf(action)?.whyNot?.(state, action, acting, now) ?? null;
}

export function applyAction(turn: Turn, acting: Acting): void {
  ruleOf(acting.action)?.apply(turn, acting.action, acting);
}

const CONTROLLER_ONLY: readonly Action['type'][] = [
  'REMOVE_ALL_AGENTS',
  'ASSIGN_BOT',
  'REVOKE_BOT',
  'CHANGE_PARTICIPANT_ROLE',
];

const RULES: { readonly [T in Action['type']]: Rule<T> } = {
  SEND_MESSAGE: {
    whyNot: (state, { body, sessionId }, { by }, now) =>
      (by ? (whyNotBotSpeaks(state, by.botId, by.epoch) ?? whyNotAnotherTurn(state)) : null) ??
      whyNotSay(state, { sessionId: sessionId ?? null, body }, by ? 'BOT' : 'SYSTEM', now),
    apply: sendAction,
  },
  NOTICE: {
    apply: (turn, { notice, text }) => sayText(turn, notice, text, null),
  },
  FIND_AGENT: {
    whyNot: (state, action, acting) => whyNotRequest(state, requestOf(state, action, acting)),
    apply: (turn, action, acting) => requestAgent(turn, requestOf(turn.state, action, acting)),
  },
  CANCEL_RESOURCE: {
    apply: (turn, _action, acting) => cancelRequest(turn, { actor: actorOf(acting) }),
  },
  UPDATE_CONVERSATION_DATA: {
    whyNot: (state, { set }) => whyNotData(state, set),
    apply: (turn, { set }, acting) => setData(turn, set, actorOf(acting)),
  },
  SET_SLOT: {
    whyNot: (state, { set }) => whyNotSlots(state, set),
    apply: (turn, { set }) => {
      turn.state.slots = withSlots(turn.state, set);
    },
  },
  SCHEDULE_REMINDER: { whyNot: whyNotRemind, apply: remind },
  CANCEL_REMINDER: {
    apply: (turn, { name }) => {
      const { [name]: _, ...others } = turn.state.reminders;
      turn.state.reminders = others;
      clearDeadline(turn, `reminder:${name}`);
    },
  },
  REMOVE_CHANNEL_SESSION: {
    apply: (turn, { selector, reason }, acting) => {
      for (const id of selected(turn.state, selector, acting))
        endSession(turn, id, reason ?? 'FORCE_CLOSED', { actor: actorOf(acting) });
    },
  },
  END_CONVERSATION: {
    apply: (turn, { reason }, acting) =>
      endConversation(turn, actorOf(acting), reason ?? 'FORCE_CLOSED'),
  },
  BOT_SUGGESTION: {
    whyNot: (state, _action, acting) => whyNotSuggest(state, { actor: actorOf(acting) }),
    apply: (turn, { body, replyTo }, acting) =>
      suggest(turn, {
        actor: actorOf(acting),
        suggestionId: acting.messageId ?? newId(turn, 'entry'),
        body,
        replyTo,
      }),
  },
  PASS_CONTROL: handover((action) => ({ action: 'PASS', to: action.to })),
  OFFER_CONTROL: handover((action) => ({ action: 'OFFER', to: action.to })),
  RELEASE_CONTROL: handover(() => ({ action: 'RELEASE', to: null })),
  ACCEPT_CONTROL: handover(() => ({ action: 'ACCEPT', to: null })),
  REMOVE_ALL_AGENTS: { apply: (turn, { reason }) => leaveAll(turn, reason) },
  ASSIGN_BOT: {
    whyNot: (state, { botId }) =>
      !presentBot(state, botId) && isFull(state)
        ? refuse('CONFLICT', 'No more participants.')
        : null,
    apply: (turn, { botId }) => {
      if (!presentBot(turn.state, botId)) subscribeBot(turn, botId, 'ASSISTANT');
    },
  },
  REVOKE_BOT: { apply: revokeBot },
  CHANGE_PARTICIPANT_ROLE: {
    whyNot: (state, action) => whyNotChangeRole(state, roleChange(state, action)),
    apply: (turn, action) => raise(turn, roleChange(turn.state, action)),
  },
};

/** Looked up by the type of the action: the two fit by construction, which the compiler cannot follow. */
function ruleOf<T extends Action['type']>(
  action: Extract<Action, { type: T }>,
): Rule<T> | undefined {
  return RULES[action.type as T];
}

/** Once C is set only `onClosing` may still speak (domain.md 2.4 rule 2). */
function isLastWord({ event }: Acting): boolean {
  return event?.type === 'CLOSING';
}

function sendAction(
  turn: Turn,
  { body, sessionId, replyTo }: Extract<Action, { type: 'SEND_MESSAGE' }>,
  acting: Acting,
): void {
  const session = pickSession(turn.state, sessionId ?? null);
  if ('code' in session) return;
  say(turn, {
    type: acting.by ? 'BOT_MESSAGE' : 'SYSTEM_MESSAGE',
    actor: actorOf(acting),
    session,
    body,
    messageId: acting.messageId ?? newId(turn, 'message'),
    replyTo: replyTo ?? null,
  });
  if (acting.by && turn.state.closingAt === null) guardBotTurns(turn, acting.by.botId);
}

function requestOf(
  state: ConversationState,
  action: Extract<Action, { type: 'FIND_AGENT' }>,
  acting: Acting,
): RequestAgent {
  return {
    conversationId: state.conversationId,
    actor: actorOf(acting),
    queueId: action.queueId ?? null,
    agentId: action.agentId ?? null,
    priority: action.priority ?? null,
    attributes: action.attributes ?? {},
    ttlSeconds: action.ttlSeconds ?? null,
    note: action.note ?? null,
    ...(action.tellWait ? { tellWait: true } : {}),
  };
}

function whyNotRemind(
  state: ConversationState,
  { name, delaySeconds }: Extract<Action, { type: 'SCHEDULE_REMINDER' }>,
): Refusal | null {
  const longest = state.settings?.maxLifeSeconds ?? MAX_LIFE_SECONDS;
  if (!isKey(name)) return refuse('VALIDATION_FAILED', 'A reminder needs a name.');
  if (!(delaySeconds >= 1 && delaySeconds <= longest))
    return refuse('VALIDATION_FAILED', `A reminder waits 1 to ${longest} s.`);
  const others = Object.keys(state.reminders).filter((other) => other !== name);
  return others.length < REMINDERS_MAX
    ? null
    : refuse('CONFLICT', `At most ${REMINDERS_MAX} reminders.`);
}

function remind(
  turn: Turn,
  { name, delaySeconds, data }: Extract<Action, { type: 'SCHEDULE_REMINDER' }>,
): void {
  turn.state.reminders = { ...turn.state.reminders, [name]: data ?? null };
  startDeadline(turn, `reminder:${name}`, delaySeconds);
}

/** Selectors of domain.md 7.2: session id, `event`, `latest`, `all`, a channel type. */
function selected(
  state: ConversationState,
  selector: string,
  { event }: Acting,
): readonly string[] {
  const started = startedSessions(state);
  if (selector === 'all') return started.map(({ id }) => id);
  if (selector === 'latest') return latestSession(state) ? [latestSession(state)?.id ?? ''] : [];
  const wanted = selector === 'event' ? sessionOfEvent(event) : selector;
  return started
    .filter(({ id, channelType }) => id === wanted || channelType === wanted)
    .map(({ id }) => id);
}

function sessionOfEvent(event: Acting['event']): string | null {
  if (event && 'sessionId' in event) return event.sessionId;
  return event?.type === 'CUSTOMER_MESSAGE' ? event.message.channelSessionId : null;
}

type ControlType = 'PASS_CONTROL' | 'OFFER_CONTROL' | 'RELEASE_CONTROL' | 'ACCEPT_CONTROL';

function handover<T extends ControlType>(
  what: (action: Extract<Action, { type: T }>) => {
    readonly action: 'PASS' | 'OFFER' | 'ACCEPT' | 'RELEASE';
    readonly to: string | null;
  },
): Rule<T> {
  return {
    whyNot: (state, action, acting) =>
      whyNotControl(state, { actor: actorOf(acting), ...what(action) }),
    apply: (turn, action, acting) => control(turn, { actor: actorOf(acting), ...what(action) }),
  };
}

function revokeBot(turn: Turn, { botId }: Extract<Action, { type: 'REVOKE_BOT' }>): void {
  const bot = presentBot(turn.state, botId);
  if (!bot) return;
  unsubscribeBot(turn, bot, 'REMOVED');
  if (turn.state.control.holder !== botId) return;
  const party = defaultParty(turn.state);
  moveControl(turn, party === botId ? 'CONTROLLER' : party, 'RELEASE');
}

function roleChange(
  { conversationId }: ConversationState,
  { agentId, role }: Extract<Action, { type: 'CHANGE_PARTICIPANT_ROLE' }>,
) {
  return { conversationId, actor: CONTROLLER, agentId, role };
}

function actorOf({ by }: Acting): Actor {
  return by ? { type: 'BOT', id: by.botId, name: null } : CONTROLLER;
}
