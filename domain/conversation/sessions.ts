import type { ChannelSettings } from '../channel/settings';
import type { Json } from '../json/json';
import type { Actor } from './actor';
import { CHANNEL_DATA_BYTES_MAX, SUGGESTIONS_MAX } from './bounds';
import { dropChoices } from './choices';
import { reclaimControl } from './control';
import { jsonBytes, setData } from './data';
import { clearDeadline } from './deadlines';
import {
  hasPrimaryAgent,
  hasStartedSession,
  isVoice,
  presentAgent,
  presentAgents,
  primaryAgents,
  sessionById,
  taskOf,
  voiceIsOn,
  waitingTask,
} from './facts';
import { endHold } from './hold';
import type { ChannelSession, DataValue, Direction, SessionEndReason } from './model';
import { becamePrimary } from './primary';
import { cancelOpenRequests, endRequest } from './request-ends';
import { sayText } from './speaking';
import { addCustomer, removeCustomer, unsubscribeAgent } from './stays';
import { closeTask, serveSession, stopServing } from './tasks';
import { inactivityOf, moveTimers } from './timers';
import { customerActor, newId, record, type Turn, tellController } from './turn';
import { startWrapUp, takeUpAgain } from './wrap-up';

/** What a new channel session is made of. */
export interface SessionParts {
  readonly settings: ChannelSettings;
  readonly customerIdentifier: string;
  readonly direction: Direction;
  readonly actor: Actor;
  readonly channelData?: Readonly<Record<string, Json>>;
  readonly customerSuggestions?: readonly string[];
  readonly source?: { readonly channelId: string; readonly eventKey: string };
}

/** A channel session begins (domain.md 3.2, T2); in WRAP_UP and CUSTOMER_LEFT the customer is back by it (T17). */
export function startSession(turn: Turn, parts: SessionParts): ChannelSession {
  const { settings, direction } = parts;
  const session: ChannelSession = {
    id: newId(turn, 'session'),
    channelId: settings.channelId,
    channelType: settings.channelType,
    customerIdentifier: parts.customerIdentifier,
    state: 'STARTED',
    endReason: null,
    startedAt: turn.now,
    endedAt: null,
    direction,
    channelData: withinBounds(parts.channelData ?? {}),
    customerSuggestions: (parts.customerSuggestions ?? []).slice(0, SUGGESTIONS_MAX),
    lastInboundAt: lastInboundOf(turn, settings.channelId, parts.customerIdentifier),
    movedFrom: null,
    settings,
  };
  admitSession(turn, session, parts.actor, parts.source);
  return session;
}

/** Takes a session in, a new one or one that a merge has moved here (domain.md 10.3). */
export function admitSession(
  turn: Turn,
  session: ChannelSession,
  actor: Actor,
  source?: SessionParts['source'],
): void {
  const { state } = turn;
  const later = state.sessions.length > 0;
  const wasGone = later && !hasStartedSession(state);
  const callBegins = isVoice(session) && !voiceIsOn(state);
  state.sessions = [...state.sessions, session];
  state.settings ??= session.settings;
  addCustomer(turn, session.id);
  serveSession(turn, session);
  turn.cause = 'CHANNEL_SESSION_STARTED';
  record(
    turn,
    'CHANNEL_SESSION_STARTED',
    {
      channelId: session.channelId,
      channelType: session.channelType,
      direction: session.direction,
      customerIdentifier: session.customerIdentifier,
      channelData: session.channelData,
      customerSuggestions: session.customerSuggestions,
      movedFrom: session.movedFrom,
    },
    { actor, sessionId: session.id, ...(source ? { source } : {}) },
  );
  moveTimers(turn, isVoice(session) ? 'VOICE_STARTED' : 'SESSION_STARTED', session.id);
  if (wasGone) customerReturned(turn);
  if (callBegins) overtakenByCall(turn);
  if (later) tellController(turn, { type: 'CHANNEL_SESSION_STARTED', sessionId: session.id });
}

/** Ends a session; ending an ENDED one changes nothing. The last one to go decides what follows (T10 to T13). */
export function endSession(
  turn: Turn,
  sessionId: string,
  reason: SessionEndReason,
  parts: {
    readonly actor?: Actor;
    readonly source?: SessionParts['source'];
    readonly movedTo?: string | null;
  } = {},
): void {
  const { state } = turn;
  const session = sessionById(state, sessionId);
  if (session?.state !== 'STARTED') return;
  const closing = state.closingAt !== null;
  if (!closing) sayGoodbye(turn, session, reason);
  const ended = { state: 'ENDED', endReason: reason, endedAt: turn.now, settings: null } as const;
  patchSession(turn, sessionId, { ...ended, callIds: [] });
  removeCustomer(turn, sessionId, leaveReasonOf(reason));
  stopServing(turn, sessionId);
  dropChoices(turn, sessionId);
  if (state.ask?.sessionId === sessionId) state.ask = null;
  turn.cause = 'CHANNEL_SESSION_ENDED';
  record(
    turn,
    'CHANNEL_SESSION_ENDED',
    {
      channelId: session.channelId,
      channelType: session.channelType,
      endReason: reason,
      ...(parts.movedTo === undefined ? {} : { movedTo: parts.movedTo }),
    },
    {
      ...(parts.actor ? { actor: parts.actor } : {}),
      sessionId,
      ...(parts.source ? { source: parts.source } : {}),
    },
  );
  clearDeadline(turn, inactivityOf(sessionId));
  if (closing) return;
  const callEnded = isVoice(session) && !voiceIsOn(state);
  moveTimers(turn, callEnded ? 'LAST_VOICE_ENDED' : 'SESSION_ENDED', sessionId);
  tellController(turn, { type: 'CHANNEL_SESSION_ENDED', sessionId, reason });
  if (!hasStartedSession(state)) lastSessionEnded(turn, reason);
}

/** Changes members of a session. No entry. */
export function patchSession(turn: Turn, id: string, change: Partial<ChannelSession>): void {
  turn.state.sessions = turn.state.sessions.map((session) =>
    session.id === id ? { ...session, ...change } : session,
  );
}

/** Merges channel data in; CHANNEL_SESSION_DATA_UPDATED only when something differs. Over 16 KiB nothing is taken. */
export function updateChannelData(
  turn: Turn,
  session: ChannelSession,
  data: Readonly<Record<string, Json>>,
  source?: SessionParts['source'],
): void {
  const set = Object.fromEntries(
    Object.entries(data).filter(([key, value]) => !sameJson(session.channelData[key], value)),
  );
  const merged = { ...session.channelData, ...set };
  if (Object.keys(set).length === 0 || jsonBytes(merged) > CHANNEL_DATA_BYTES_MAX) return;
  patchSession(turn, session.id, { channelData: merged });
  record(
    turn,
    'CHANNEL_SESSION_DATA_UPDATED',
    { set },
    { actor: customerActor(turn), sessionId: session.id, ...(source ? { source } : {}) },
  );
  copyForm(turn, set);
}

/** Answers of the pre-chat form become conversation data `form.<key>` (domain.md 2.6). */
export function copyForm(turn: Turn, channelData: Readonly<Record<string, Json>>): void {
  const form = channelData['formData'];
  if (form === null || typeof form !== 'object' || Array.isArray(form)) return;
  const answers = Object.entries(form).map(([key, value]): [string, DataValue] => [
    `form.${key}`,
    asDataValue(value),
  ]);
  setData(turn, Object.fromEntries(answers), customerActor(turn), 'LENIENT');
}

/** T17: agents whom T10 put in wrap-up take up again; who had left before stays gone. */
function customerReturned(turn: Turn): void {
  const { state } = turn;
  state.counters = { ...state.counters, reopened: state.counters.reopened + 1 };
  clearDeadline(turn, 'customerLeft');
  for (const agent of presentAgents(state, 'WRAP_UP')) {
    const task = taskOf(state, agent.id);
    if (task?.wrapUpCause !== 'CUSTOMER_LEFT') continue;
    takeUpAgain(turn, agent, task);
    becamePrimary(turn, agent.id, task);
  }
  turn.cause = 'CHANNEL_SESSION_STARTED';
  reclaimControl(turn);
}

/** K6: who waited for an agent in a chat now calls. */
function overtakenByCall(turn: Turn): void {
  const task = waitingTask(turn.state);
  if (task?.direction === 'INBOUND' && !task.operation)
    endRequest(turn, task, { reason: 'CANCELLED', detail: 'CALL' });
}

/** T10 and T11; T12 and T13 follow from the facts alone. */
function lastSessionEnded(turn: Turn, reason: SessionEndReason): void {
  const { state } = turn;
  cancelOpenRequests(turn, requestDetailOf(reason));
  if (!hasPrimaryAgent(state)) return;
  for (const agent of presentAgents(state, 'ASSISTANT')) {
    const task = taskOf(state, agent.id);
    if (task) closeTask(turn, task, 'DONE', null);
    unsubscribeAgent(turn, agent, 'CUSTOMER_LEFT');
  }
  endHold(turn, 'CUSTOMER_LEFT');
  for (const agent of primaryAgents(state)) {
    const task = taskOf(state, agent.id);
    const present = presentAgent(state, agent.id);
    if (present && task?.wrapUp?.enabled)
      startWrapUp(turn, present, task, { wrapUpCause: 'CUSTOMER_LEFT', afterWrapUp: 'DONE' });
  }
  turn.cause = 'CHANNEL_SESSION_ENDED';
}

/** CANCELLED counts as abandoned where the customer went (domain.md section 12). */
function requestDetailOf(reason: SessionEndReason): string {
  if (reason === 'MERGED') return 'MERGED';
  const gone = reason === 'CUSTOMER' || reason === 'NETWORK' || reason === 'INACTIVITY';
  return gone ? 'CUSTOMER_LEFT' : 'ENDED';
}

/** The notice `sessionEnded`, where the business ends the session: afterwards nothing can be said on it. */
function sayGoodbye(turn: Turn, session: ChannelSession, reason: SessionEndReason): void {
  const text = session.settings?.notices.sessionEnded;
  if (text && (reason === 'AGENT' || reason === 'INACTIVITY' || reason === 'FORCE_CLOSED'))
    sayText(turn, 'sessionEnded', text, session.id);
}

/** The reply window belongs to the identity: it goes on over sessions (domain.md 3.3). */
function lastInboundOf(
  { state }: Turn,
  channelId: string,
  customerIdentifier: string,
): string | null {
  const before = state.sessions.findLast(
    (it) => it.channelId === channelId && it.customerIdentifier === customerIdentifier,
  );
  return before?.lastInboundAt ?? null;
}

function leaveReasonOf(reason: SessionEndReason) {
  return reason === 'MERGED' ? 'MERGED' : 'CUSTOMER_LEFT';
}

function withinBounds(data: Readonly<Record<string, Json>>): Readonly<Record<string, Json>> {
  return jsonBytes(data) <= CHANNEL_DATA_BYTES_MAX ? data : {};
}

function asDataValue(value: Json): DataValue {
  if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean')
    return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value;
  return JSON.stringify(value);
}

function sameJson(a: Json | undefined, b: Json): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}
