import type { Refusal } from '../errors';
import type { OutOfHours, RequestAgent } from './acts';
import { isOnAnotherCall, isOver, noteLateLeg, recordCallLeg } from './call-legs';
import type { CustomerMessage, SessionEnded } from './channel-events';
import { asChoice, closeChoices } from './choices';
import { consentAfterMessage } from './consent';
import { startControl } from './control';
import type { ConversationEvent } from './events';
import { hasPrimaryAgent, hasStarted, isVoice, sessionOf } from './facts';
import type { ChannelSession, ConversationState } from './model';
import { startConversation } from './opening';
import { refuse } from './refusal';
import { requestAgent, whyNotRequest } from './requests';
import { countOnSession } from './session-counts';
import { copyForm, endSession, patchSession, startSession, updateChannelData } from './sessions';
import { ourId } from './speaking';
import type { TimelineActivity } from './timeline-activity';
import { moveTimers } from './timers';
import { CONTROLLER, customerActor, record, type Turn, tellController } from './turn';

type Of<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;

/**
 * The customer wrote (T1, T2, T9, T17). Facts come first: conversation, session, message; then bot and controller
 * (domain.md 2.1 rule 2). A message that is here already adds nothing.
 */
export function customerMessage(turn: Turn, event: Of<'customerMessage'>): void {
  const { message } = event;
  if (turn.state.recent.some(({ id }) => id === message.messageId)) return;
  if (message.automatic) {
    noteAutomatic(turn, message);
    return;
  }
  if (isOver(turn.state, message)) {
    noteLateLeg(turn, message);
    return;
  }
  const { session, begins, first } = takeIn(turn, event, message);
  const entry = recordMessage(turn, session, message);
  if (begins) begin(turn, session, first, event.outOfHours);
  else updateChannelData(turn, session, message.channelData ?? {});
  const wrote = entry.type === 'CUSTOMER_MESSAGE';
  if (first || (wrote && turn.state.startPending)) announceStart(turn);
  if (wrote) tellController(turn, { type: 'CUSTOMER_MESSAGE', message: entry });
}

/** It opens nothing, owes no answer, moves no timer, and no bot hears of it: two machines would write to each other for ever. */
function noteAutomatic(turn: Turn, message: CustomerMessage): void {
  const session = sessionOf(turn.state, message.channelId, message.customerIdentifier);
  if (!session) return;
  record(
    turn,
    'CUSTOMER_MESSAGE',
    { automatic: true },
    {
      actor: customerActor(turn),
      sessionId: session.id,
      sentAt: message.sentAt,
      providerMessageId: message.providerMessageId,
      source: sourceOf(message),
      id: message.messageId,
      body: message.body,
      replyTo: ourId(turn.state, message.replyTo),
    },
  );
}

/** An explicit start by the connector (domain.md 3.2 rule 1); a session that is there already stays as it is. */
export function channelSessionStarted(turn: Turn, event: Of<'channelSessionStarted'>): void {
  const { session: started } = event;
  const present = sessionOf(turn.state, started.channelId, started.customerIdentifier);
  if (present) {
    updateChannelData(turn, present, started.channelData ?? {});
    if (started.intent === 'FIND_AGENT') askForAgent(turn);
    return;
  }
  const { session, first } = takeIn(turn, event, started, { source: started });
  begin(turn, session, first, event.outOfHours);
  const silent = started.intent === 'START_CONVERSATION';
  if (first && silent) turn.state.startPending = true;
  if (!silent && (first || turn.state.startPending)) announceStart(turn);
  if (started.intent === 'FIND_AGENT') askForAgent(turn);
}

export function whyNotSessionEnded(
  state: ConversationState,
  session: Pick<SessionEnded, 'channelId' | 'customerIdentifier'>,
): Refusal | null {
  return sessionOf(state, session.channelId, session.customerIdentifier)
    ? null
    : refuse('NOT_FOUND', 'The customer has no open session on the channel.');
}

export function channelSessionEnded(
  turn: Turn,
  { session: ended }: Of<'channelSessionEnded'>,
): void {
  const session = sessionOf(turn.state, ended.channelId, ended.customerIdentifier);
  if (ended.callId && session && isOnAnotherCall(session, ended.callId)) return;
  const actor = ended.reason === 'CUSTOMER' ? customerActor(turn) : CONTROLLER;
  if (session) endSession(turn, session.id, ended.reason, { actor, source: sourceOf(ended) });
}

export function channelDataUpdated(turn: Turn, { session: news }: Of<'channelDataUpdated'>): void {
  const session = sessionOf(turn.state, news.channelId, news.customerIdentifier);
  if (session) updateChannelData(turn, session, news.channelData, sourceOf(news));
}

/** Conversation and session, as far as they are not there yet. `begins`: the session is new; `first`: the conversation, too. */
function takeIn(
  turn: Turn,
  { settings }: Of<'customerMessage'> | Of<'channelSessionStarted'>,
  from: Pick<
    CustomerMessage,
    | 'channelId'
    | 'customerIdentifier'
    | 'customerName'
    | 'channelData'
    | 'customerSuggestions'
    | 'direction'
  >,
  parts: { readonly source?: { readonly channelId: string; readonly eventKey: string } } = {},
): { readonly session: ChannelSession; readonly begins: boolean; readonly first: boolean } {
  const { state } = turn;
  const first = !hasStarted(state);
  if (state.customer.name === null && from.customerName !== null)
    state.customer = { ...state.customer, name: from.customerName };
  const direction = from.direction ?? 'INBOUND';
  const actor = direction === 'INBOUND' ? customerActor(turn) : CONTROLLER;
  if (first) startConversation(turn, settings, direction, actor);
  const present = sessionOf(state, from.channelId, from.customerIdentifier);
  if (present) return { session: present, begins: false, first };
  const session = startSession(turn, {
    settings,
    customerIdentifier: from.customerIdentifier,
    direction,
    actor,
    ...(from.channelData ? { channelData: from.channelData } : {}),
    ...(from.customerSuggestions ? { customerSuggestions: from.customerSuggestions } : {}),
    ...(parts.source ? { source: sourceOf(parts.source) } : {}),
  });
  return { session, begins: true, first };
}

/** What follows the facts of a new session: form answers, control at the start, the channel's calendar (domain.md 6.10). */
function begin(
  turn: Turn,
  session: ChannelSession,
  first: boolean,
  outOfHours: OutOfHours | null | undefined,
): void {
  copyForm(turn, session.channelData);
  if (first) startControl(turn);
  if (!outOfHours) return;
  const { calendarId, opensAt } = outOfHours;
  record(turn, 'OUT_OF_HOURS', { calendarId, opensAt, taskId: null }, { sessionId: session.id });
  tellController(turn, { type: 'OUT_OF_HOURS', calendarId, opensAt, taskId: null });
}

/** `onConversationStarted` comes once: at the start, or with the first message after START_CONVERSATION. */
function announceStart(turn: Turn): void {
  turn.state.startPending = false;
  tellController(turn, { type: 'CONVERSATION_STARTED' });
}

function askForAgent(turn: Turn): void {
  const request: RequestAgent = {
    conversationId: turn.state.conversationId,
    actor: CONTROLLER,
    queueId: null,
    agentId: null,
    priority: null,
    attributes: {},
    ttlSeconds: null,
    note: null,
  };
  if (!whyNotRequest(turn.state, request)) requestAgent(turn, request);
}

function recordMessage(
  turn: Turn,
  session: ChannelSession,
  message: CustomerMessage,
): TimelineActivity {
  const actor = { ...customerActor(turn), name: message.customerName ?? turn.state.customer.name };
  const parts = {
    actor,
    sessionId: session.id,
    sentAt: message.sentAt,
    providerMessageId: message.providerMessageId,
    source: sourceOf(message),
  };
  if (message.body.type === 'VOICE') return recordCallLeg(turn, session, message.body, parts);
  const body = asChoice(turn.state, session.id, message.body);
  const entry = record(turn, 'CUSTOMER_MESSAGE', null, {
    ...parts,
    id: message.messageId,
    body,
    replyTo: ourId(turn.state, message.replyTo),
  });
  closeChoices(turn, session.id, body);
  afterCustomerMessage(turn, session);
  return entry;
}

function afterCustomerMessage(turn: Turn, session: ChannelSession): void {
  const { state } = turn;
  patchSession(turn, session.id, { lastInboundAt: turn.now });
  consentAfterMessage(turn, session.id);
  countOnSession(turn, session.id, 'customer');
  state.latestCustomerSessionId = session.id;
  state.lastCustomerMessageAt = turn.now;
  state.answeredSinceCustomer = false;
  state.counters = {
    ...state.counters,
    messages: state.counters.messages + 1,
    customerMessages: state.counters.customerMessages + 1,
    botTurns: 0,
  };
  if (hasPrimaryAgent(state)) state.owed = true;
  // On a call no agent SLA runs that could own the waiting: a text there is a sign of life like any leg event.
  moveTimers(turn, isVoice(session) ? 'CALL_LEG' : 'CUSTOMER_MESSAGE', session.id);
}

function sourceOf({
  channelId,
  eventKey,
}: {
  readonly channelId: string;
  readonly eventKey: string;
}) {
  return { channelId, eventKey };
}
