import { whyNotInWindow } from '../channel/reply-window';
import type { NoticeName } from '../channel/types';
import type { Refusal } from '../errors';
import { INBOUND_ONLY_BODY_TYPES } from '../message/body-types';
import type { MessageBody } from '../message/schema';
import type { Actor } from './actor';
import { choicesOf } from './choices';
import { whyNotConsented } from './consent';
import { latestSession, sessionById, startedSessions } from './facts';
import type { ChannelSession, ConversationState } from './model';
import { refuse } from './refusal';
import { countOnSession } from './session-counts';
import { secondsBetween } from './time';
import { moveTimers } from './timers';
import {
  CONTROLLER,
  type EntryParts,
  effect,
  newId,
  record,
  type Turn,
  tellController,
} from './turn';

export type OutboundType = 'AGENT_MESSAGE' | 'BOT_MESSAGE' | 'SYSTEM_MESSAGE';

/** One message to the customer, after all guards. */
export interface Saying {
  readonly type: OutboundType;
  readonly actor: Actor;
  readonly session: ChannelSession;
  readonly body: MessageBody;
  readonly messageId: string;
  readonly replyTo: string | null;
  readonly notice?: string;
  /** It is out already, by this id: nothing is sent. */
  readonly elsewhere?: Required<Pick<EntryParts, 'providerMessageId' | 'sentAt' | 'source'>>;
}

/** The session an outbound message goes to, or why there is none (domain.md 8.1 rule 3). */
export function pickSession(
  state: ConversationState,
  sessionId: string | null,
): ChannelSession | Refusal {
  const session = sessionId === null ? latestToWriteTo(state) : sessionById(state, sessionId);
  if (!session)
    return sessionId === null
      ? refuse('ILLEGAL_STATE', 'No channel session is open.')
      : refuse('NOT_FOUND', 'The conversation has no such channel session.');
  return session.state === 'STARTED'
    ? session
    : refuse('ILLEGAL_STATE', 'The channel session has ended.');
}

/** As {@link latestSession}, a session for calls alone only where there is no other. */
function latestToWriteTo(state: ConversationState): ChannelSession | undefined {
  const latest = latestSession(state);
  if (!latest?.settings?.callsOnly) return latest;
  return startedSessions(state).findLast(({ settings }) => !settings?.callsOnly) ?? latest;
}

/** Nothing is written where a connector only tells of calls (connectors.md 1.5). */
function whyNotWrite({ settings }: ChannelSession): Refusal | null {
  return settings?.callsOnly
    ? refuse('ILLEGAL_STATE', 'The channel is for calls: it carries no messages.')
    : null;
}

/** Why a body cannot go out on the session that it would take. */
export function whyNotSay(
  state: ConversationState,
  message: { readonly sessionId: string | null; readonly body: MessageBody },
  from: 'AGENT' | 'BOT' | 'SYSTEM',
  now: string,
): Refusal | null {
  if ((INBOUND_ONLY_BODY_TYPES as readonly string[]).includes(message.body.type))
    return refuse('VALIDATION_FAILED', `Only a customer sends ${message.body.type}.`);
  const session = pickSession(state, message.sessionId);
  if ('code' in session) return session;
  const unwanted = from === 'AGENT' ? whyNotConsented(session) : null;
  return (
    whyNotWrite(session) ?? unwanted ?? whyNotInWindow(session, { from, body: message.body }, now)
  );
}

/** Records an outbound message, moves the timers and lets it be sent. */
export function say(turn: Turn, saying: Saying): void {
  const { state } = turn;
  const { session, body } = saying;
  const entry = record(turn, saying.type, saying.notice ? { notice: saying.notice } : null, {
    id: saying.messageId,
    actor: saying.actor,
    sessionId: session.id,
    body,
    replyTo: ourId(state, saying.replyTo),
    ...saying.elsewhere,
  });
  state.answeredSinceCustomer = true;
  count(turn, saying);
  if (saying.type === 'AGENT_MESSAGE') afterAgentMessage(turn, saying.actor.id);
  else moveTimers(turn, 'BOT_OR_SYSTEM_MESSAGE', session.id);
  const choices = choicesOf(body);
  if (choices.length > 0)
    state.openChoices = [
      ...state.openChoices.filter(({ sessionId }) => sessionId !== session.id),
      { sessionId: session.id, choices },
    ];
  if (session.settings?.delivery === 'SEND' && !saying.elsewhere)
    effect(turn, { type: 'send', messageId: entry.id, seq: entry.seq, sessionId: session.id });
  turn.result = { ...turn.result, seq: entry.seq, sessionId: session.id };
}

/** A text of the channel's to the latest session, nothing when it is silent; refused: recorded as FAILED and dropped (domain.md 3.3). */
export function sendNotice(turn: Turn, notice: NoticeName, instead?: string): void {
  const text = instead ?? latestSession(turn.state)?.settings?.notices[notice];
  if (text) sayText(turn, notice, text, null);
}

/** A SYSTEM_MESSAGE of the controller's on a session, null = the latest. */
export function sayText(turn: Turn, notice: string, text: string, sessionId: string | null): void {
  const body: MessageBody = { type: 'PLAIN', text };
  const session = pickSession(turn.state, sessionId);
  if ('code' in session) return;
  const refusal =
    whyNotWrite(session) ?? whyNotInWindow(session, { from: 'SYSTEM', body }, turn.now);
  const messageId = newId(turn, 'message');
  if (refusal)
    record(turn, 'MESSAGE_DELIVERY_NOTIFICATION', {
      messageId,
      state: 'FAILED',
      reasonCode: refusal.code,
      notice,
    });
  else
    say(turn, {
      type: 'SYSTEM_MESSAGE',
      actor: CONTROLLER,
      session,
      body,
      messageId,
      replyTo: null,
      notice,
    });
}

/** Our id of an earlier message named by our id or the provider's; an unknown one is kept as text (domain.md 8.1 rule 4). */
export function ourId(state: ConversationState, target: string | null): string | null {
  if (target === null) return null;
  const known = state.recent.findLast(
    ({ id, providerMessageId }) => id === target || providerMessageId === target,
  );
  return known?.id ?? target;
}

function count(turn: Turn, { type, session }: Saying): void {
  const { counters } = turn.state;
  const bot = type === 'BOT_MESSAGE' ? 1 : 0;
  turn.state.counters = {
    ...counters,
    messages: counters.messages + 1,
    botMessages: counters.botMessages + bot,
    botTurns: counters.botTurns + bot,
    agentMessages: counters.agentMessages + (type === 'AGENT_MESSAGE' ? 1 : 0),
  };
  if (type === 'BOT_MESSAGE') countOnSession(turn, session.id, 'bot');
  if (type === 'AGENT_MESSAGE') countOnSession(turn, session.id, 'agent');
}

function afterAgentMessage(turn: Turn, agentId: string): void {
  const { state } = turn;
  state.owed = false;
  turn.acted.push(agentId);
  if (state.firstAgentResponseSeconds === null && state.firstAgentAt !== null)
    state.firstAgentResponseSeconds = secondsBetween(state.firstAgentAt, turn.now);
  moveTimers(turn, 'AGENT_MESSAGE');
}

/** The loop guard: so many bot messages without a customer message are a failure of the bot (domain.md 4.5). */
export function guardBotTurns(turn: Turn, botId: string): void {
  if (turn.state.counters.botTurns !== maxBotTurns(turn.state)) return;
  record(turn, 'BOT_FAILED', { botId, reason: 'MAX_TURNS' });
  tellController(turn, { type: 'BOT_FAILED', botId, reason: 'MAX_TURNS' });
}

export function maxBotTurns(state: ConversationState): number {
  return latestSession(state)?.settings?.maxBotTurns ?? Number.POSITIVE_INFINITY;
}
