import type { Refusal } from '../errors';
import type { Actor } from './actor';
import type { SendMessage } from './acts';
import { PARTICIPANTS_MAX, SCHEDULED_BYTES_MAX, SCHEDULED_MAX } from './bounds';
import { startControl } from './control';
import { jsonBytes } from './data';
import { clearDeadline, setDeadline } from './deadlines';
import type { ConversationEvent } from './events';
import { hasStarted, isFull, isPrimary, presentAgent, sessionOf } from './facts';
import { endHold } from './hold';
import { joinPrimary } from './joining';
import type { ConversationState } from './model';
import { startConversation } from './opening';
import { refuse } from './refusal';
import { startSession } from './sessions';
import { guardBotTurns, maxBotTurns, pickSession, say, whyNotSay } from './speaking';
import { addSeconds } from './time';
import { record, type Turn } from './turn';

type Of<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;

/** Who may write to the customer: PRIMARY agents, and the bot that holds control at the current epoch (V6). */
export function whyNotSend(
  state: ConversationState,
  request: SendMessage,
  now: string,
): Refusal | null {
  const { actor, body, channelSessionId: sessionId } = request;
  if (isRepeat(state, request.messageId)) return null;
  const refusal = whyNotSpeak(state, actor, request.controlEpoch);
  if (refusal) return refusal;
  if (isLater(request, now)) return whyNotSchedule(state, request, now);
  return whyNotSay(state, { sessionId, body }, actor.type === 'BOT' ? 'BOT' : 'AGENT', now);
}

/** A reply of a bot that no longer speaks: refused, and recorded as STALE_BOT_REPLY (domain.md 4.3). */
export function whyNotBotSpeaks(
  state: ConversationState,
  botId: string,
  epoch: number | null,
): Refusal | null {
  const { control } = state;
  if (control.holder !== botId) return refuse('ILLEGAL_STATE', 'The bot does not hold control.');
  if (epoch !== null && epoch !== control.epoch)
    return refuse('ILLEGAL_STATE', `Control has moved on: epoch ${control.epoch}, not ${epoch}.`);
  return null;
}

/** The loop guard has spoken: nothing more until the customer writes (domain.md 4.5). */
export function whyNotAnotherTurn(state: ConversationState): Refusal | null {
  return state.counters.botTurns >= maxBotTurns(state)
    ? refuse('ILLEGAL_STATE', 'Too many bot messages without one of the customer.')
    : null;
}

export function sendMessage(turn: Turn, request: SendMessage): void {
  const { state } = turn;
  const known = state.recent.find(({ id }) => id === request.messageId);
  if (known) {
    turn.result = { seq: known.seq };
    return;
  }
  if (request.messageId in state.scheduled) return;
  if (isLater(request, turn.now)) schedule(turn, request);
  else sendNow(turn, request);
}

/** The moment of a scheduled message: it goes out, or fails with its reason (domain.md 5.1). */
export function sendScheduled(turn: Turn, messageId: string): void {
  const { [messageId]: message, ...others } = turn.state.scheduled;
  if (!message) return;
  turn.state.scheduled = others;
  const request: SendMessage = {
    conversationId: turn.state.conversationId,
    messageId,
    ...message,
    controlEpoch: null,
    sendAt: null,
  };
  const refusal = whyNotSend(turn.state, request, turn.now);
  if (!refusal) {
    sendNow(turn, request);
    return;
  }
  record(turn, 'MESSAGE_DELIVERY_NOTIFICATION', {
    messageId,
    state: 'FAILED',
    reasonCode: refusal.code,
  });
}

export function withdrawScheduled(turn: Turn, messageId: string): void {
  const { [messageId]: _, ...others } = turn.state.scheduled;
  turn.state.scheduled = others;
  clearDeadline(turn, `scheduled:${messageId}`);
}

/** domain.md 2.1 rule 3: by an agent or a bot, into the open conversation where there is one. */
export function whyNotStartOutbound(
  state: ConversationState,
  { start, settings }: Of<'startOutbound'>,
  now: string,
): Refusal | null {
  const { actor, agent, body } = start;
  if (isRepeat(state, start.messageId)) return null;
  if (actor.type === 'AGENT' ? agent?.agentId !== actor.id : actor.type !== 'BOT')
    return refuse('FORBIDDEN', 'Only an agent or a bot starts outbound.');
  if (!hasStarted(state)) return null;
  if (actor.type === 'BOT') {
    const refusal = whyNotBotSpeaks(state, actor.id, null) ?? whyNotAnotherTurn(state);
    if (refusal) return refusal;
  } else if (!presentAgent(state, actor.id) && isFull(state))
    return refuse('CONFLICT', `At most ${PARTICIPANTS_MAX} participants.`);
  const session = sessionOf(state, settings.channelId, start.customerIdentifier);
  const from = actor.type === 'BOT' ? 'BOT' : 'AGENT';
  return session ? whyNotSay(state, { sessionId: session.id, body }, from, now) : null;
}

export function startOutbound(turn: Turn, { start, settings }: Of<'startOutbound'>): void {
  const { state } = turn;
  const { actor, agent } = start;
  if (isRepeat(state, start.messageId)) return;
  const first = !hasStarted(state);
  if (first) startConversation(turn, settings, 'OUTBOUND', actor);
  const session =
    sessionOf(state, settings.channelId, start.customerIdentifier) ??
    startSession(turn, {
      settings,
      customerIdentifier: start.customerIdentifier,
      direction: 'OUTBOUND',
      actor,
    });
  if (first) startControl(turn, actor.type === 'BOT' ? actor.id : undefined);
  if (agent) joinPrimary(turn, agent, { direction: 'OUTBOUND', taskId: start.taskId });
  sendNow(turn, {
    conversationId: state.conversationId,
    actor,
    messageId: start.messageId,
    channelSessionId: session.id,
    body: start.body,
    replyTo: null,
    controlEpoch: null,
    sendAt: null,
  });
}

/** Nobody that we know by name wrote it; it counts as an agent's message and is not sent again (connectors.md 6). */
export function sentElsewhere(turn: Turn, { message }: Of<'sentElsewhere'>): void {
  const { state } = turn;
  const { messageId, channelId, customerIdentifier, providerMessageId, eventKey, sentAt } = message;
  const session = sessionOf(state, channelId, customerIdentifier);
  if (!session || isRepeat(state, messageId)) return;
  endHold(turn, 'AGENT_MESSAGE', PROVIDER_INBOX);
  say(turn, {
    type: 'AGENT_MESSAGE',
    actor: PROVIDER_INBOX,
    session,
    body: message.body,
    messageId,
    replyTo: null,
    elsewhere: { providerMessageId, sentAt, source: { channelId, eventKey } },
  });
}

const PROVIDER_INBOX: Actor = { type: 'APP', id: 'provider-inbox', name: null };

function sendNow(turn: Turn, request: SendMessage): void {
  const { actor } = request;
  const session = pickSession(turn.state, request.channelSessionId);
  if ('code' in session) return;
  const bot = actor.type === 'BOT';
  if (!bot) endHold(turn, 'AGENT_MESSAGE', actor);
  say(turn, {
    type: bot ? 'BOT_MESSAGE' : 'AGENT_MESSAGE',
    actor,
    session,
    body: request.body,
    messageId: request.messageId,
    replyTo: request.replyTo,
  });
  if (bot) guardBotTurns(turn, actor.id);
}

function whyNotSpeak(state: ConversationState, actor: Actor, epoch: number | null): Refusal | null {
  if (actor.type === 'BOT')
    return whyNotBotSpeaks(state, actor.id, epoch) ?? whyNotAnotherTurn(state);
  if (actor.type !== 'AGENT') return refuse('FORBIDDEN', 'Only agents and bots write messages.');
  return isPrimary(state, actor.id)
    ? null
    : refuse('FORBIDDEN', 'Only a PRIMARY agent writes to the customer.');
}

function whyNotSchedule(
  state: ConversationState,
  { sendAt, body, messageId }: SendMessage,
  now: string,
): Refusal | null {
  if (messageId in state.scheduled) return null;
  const latest = addSeconds(now, state.settings?.maxLifeSeconds ?? 0);
  if (sendAt !== null && sendAt > latest)
    return refuse('VALIDATION_FAILED', 'sendAt lies beyond the longest life of a conversation.');
  const bodies = Object.values(state.scheduled).map((message) => message.body);
  if (bodies.length >= SCHEDULED_MAX || jsonBytes([...bodies, body]) > SCHEDULED_BYTES_MAX)
    return refuse(
      'CONFLICT',
      `At most ${SCHEDULED_MAX} scheduled messages and ${SCHEDULED_BYTES_MAX} bytes.`,
    );
  return null;
}

function schedule(turn: Turn, request: SendMessage): void {
  const { messageId, actor, channelSessionId, body, replyTo, sendAt } = request;
  turn.state.scheduled = {
    ...turn.state.scheduled,
    [messageId]: { actor, channelSessionId, body, replyTo },
  };
  setDeadline(turn, `scheduled:${messageId}`, sendAt ?? turn.now);
  if (actor.type === 'AGENT') turn.acted.push(actor.id);
}

function isLater({ sendAt }: SendMessage, now: string): boolean {
  return sendAt !== null && sendAt > now;
}

function isRepeat(state: ConversationState, messageId: string): boolean {
  return state.recent.some(({ id }) => id === messageId);
}
