import { clearDeadline, inactivitySeconds, setDeadline, startDeadline } from './deadlines';
import {
  hasPrimaryAgent,
  isVoice,
  latestSession,
  primaryAgents,
  requestIsOpen,
  sessionById,
  startedSessions,
  voiceIsOn,
} from './facts';
import type { ChannelSession, ConversationState } from './model';
import { addSeconds } from './time';
import type { Turn } from './turn';

/** What moves customer inactivity and agent SLA: the rows of domain.md 5.2. */
export type TimerEvent =
  | 'SESSION_STARTED'
  | 'VOICE_STARTED'
  | 'CALL_LEG'
  | 'REQUEST_OPENED'
  | 'BECAME_PRIMARY'
  | 'LAST_PRIMARY_LEFT'
  | 'LAST_PRIMARY_LEFT_REQUEST_OPEN'
  | 'SESSION_ENDED'
  | 'LAST_VOICE_ENDED'
  | 'CUSTOMER_MESSAGE'
  | 'AGENT_MESSAGE'
  | 'BOT_OR_SYSTEM_MESSAGE'
  | 'TURN_ENDED'
  | 'ASK_OPENED'
  | 'ASK_SETTLED'
  | 'REQUEST_ENDED'
  | 'PAUSED'
  | 'RESUMED'
  | 'RESET_AGENT_SLA';

/** `start`: in full if not running. `restart`: in full. Both only where the session may wait (`G` of domain.md 5.2). */
type Move = 'start' | 'restart' | 'stop';
type Which = 'it' | 'others' | 'all' | 'nonVoice' | 'latest';
interface Row {
  /**
   * The agent SLA runs exactly while `owed`, ACTIVE, without a call and with a duration (see {@link settleAgentTimers}): its
   * stops and starts follow from that. Only what makes it run in full again is an event of its own.
   */
  readonly agentSla?: 'restart';
  readonly customer?: readonly (readonly [Move, Which])[];
  /** The customer column holds only while the agents owe nothing. */
  readonly unlessOwed?: true;
}

export const TIMER_TABLE: Readonly<Record<TimerEvent, Row>> = {
  SESSION_STARTED: { customer: [['start', 'it']] },
  VOICE_STARTED: {
    customer: [
      ['start', 'it'],
      ['stop', 'nonVoice'],
    ],
  },
  CALL_LEG: { customer: [['restart', 'it']] },
  REQUEST_OPENED: { customer: [['stop', 'nonVoice']] },
  BECAME_PRIMARY: { agentSla: 'restart', customer: [['stop', 'nonVoice']] },
  LAST_PRIMARY_LEFT: { customer: [['start', 'all']] },
  LAST_PRIMARY_LEFT_REQUEST_OPEN: { customer: [['stop', 'nonVoice']] },
  SESSION_ENDED: { customer: [['stop', 'it']] },
  LAST_VOICE_ENDED: {
    customer: [
      ['stop', 'it'],
      ['start', 'all'],
    ],
  },
  CUSTOMER_MESSAGE: {
    customer: [
      ['stop', 'it'],
      ['start', 'others'],
    ],
  },
  AGENT_MESSAGE: { customer: [['restart', 'all']] },
  BOT_OR_SYSTEM_MESSAGE: { customer: [['start', 'it']], unlessOwed: true },
  TURN_ENDED: { customer: [['start', 'latest']], unlessOwed: true },
  ASK_OPENED: { customer: [['stop', 'it']] },
  ASK_SETTLED: { customer: [['start', 'it']] },
  REQUEST_ENDED: { customer: [['start', 'all']] },
  PAUSED: { customer: [['stop', 'all']] },
  RESUMED: { customer: [['start', 'all']], unlessOwed: true },
  RESET_AGENT_SLA: { agentSla: 'restart' },
};

/** Applies one row. `sessionId`: the session that the event is about. */
export function moveTimers(turn: Turn, event: TimerEvent, sessionId: string | null = null): void {
  const row = TIMER_TABLE[event];
  if (row.agentSla) turn.restartAgentSla = true;
  if (row.unlessOwed && turn.state.owed) return;
  for (const [move, which] of row.customer ?? [])
    for (const session of sessionsOf(turn.state, which, sessionId)) apply(turn, move, session);
}

/**
 * What runs by condition alone, evaluated after every event: the agent SLA ("exactly while", domain.md 5.2) and the agents'
 * idle times (per PRIMARY agent in ACTIVE without a call, 5.1). Takes the state that has just been derived.
 */
export function settleAgentTimers(turn: Turn): void {
  const { state } = turn;
  const free = state.state === 'ACTIVE' && !voiceIsOn(state);
  const seconds = state.agentSla?.seconds ?? null;
  if (!(free && state.owed && seconds !== null)) clearDeadline(turn, 'agentSla');
  else if (turn.restartAgentSla || !('agentSla' in state.deadlines))
    startDeadline(turn, 'agentSla', seconds);
  settleIdleTimes(turn, free);
  settleCalls(turn);
}

export function inactivityOf(sessionId: string): string {
  return `customerInactivity:${sessionId}`;
}

/**
 * On a call neither agent SLA nor idle time runs, so its own countdown must own ACTIVE (V4): where a row left it stopped (a call
 * that came while a request was open, a hold that ended with an answer owed) it starts.
 */
function settleCalls(turn: Turn): void {
  if (turn.state.state !== 'ACTIVE') return;
  for (const session of startedSessions(turn.state))
    if (isVoice(session)) apply(turn, 'start', session);
}

function settleIdleTimes(turn: Turn, free: boolean): void {
  const seconds = turn.state.settings?.agentIdleSeconds ?? 0;
  const agents = free && seconds > 0 ? primaryAgents(turn.state).map(({ id }) => id) : [];
  for (const name of Object.keys(turn.state.deadlines))
    if (name.startsWith('agentIdle:') && !agents.includes(name.slice('agentIdle:'.length)))
      clearDeadline(turn, name);
  for (const id of agents)
    if (turn.acted.includes(id) || !(`agentIdle:${id}` in turn.state.deadlines))
      startDeadline(turn, `agentIdle:${id}`, seconds);
}

function sessionsOf(
  state: ConversationState,
  which: Which,
  sessionId: string | null,
): readonly ChannelSession[] {
  switch (which) {
    case 'it': {
      const it = sessionId === null ? undefined : sessionById(state, sessionId);
      return it ? [it] : [];
    }
    case 'others':
      return startedSessions(state).filter((session) => session.id !== sessionId);
    case 'all':
      return startedSessions(state);
    case 'nonVoice':
      return startedSessions(state).filter((session) => !isVoice(session));
    case 'latest': {
      const latest = latestSession(state);
      return latest ? [latest] : [];
    }
  }
}

function apply(turn: Turn, move: Move, session: ChannelSession): void {
  const name = inactivityOf(session.id);
  if (move === 'stop') clearDeadline(turn, name);
  else if ((move === 'restart' || !(name in turn.state.deadlines)) && mayWait(turn, session))
    setDeadline(turn, name, addSeconds(turn.now, inactivitySeconds(settingsOf(session))));
}

/** `G` of domain.md 5.2. */
function mayWait({ state }: Turn, session: ChannelSession): boolean {
  return (
    session.state === 'STARTED' &&
    session.settings !== null &&
    state.held === null &&
    (isVoice(session) || !voiceIsOn(state)) &&
    (hasPrimaryAgent(state) || !requestIsOpen(state)) &&
    state.ask?.sessionId !== session.id
  );
}

/** A STARTED session has its settings: {@link mayWait} has looked. */
function settingsOf(session: ChannelSession): NonNullable<ChannelSession['settings']> {
  return session.settings as NonNullable<ChannelSession['settings']>;
}
