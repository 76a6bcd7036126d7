import type { Refusal } from '../errors';
import { DIALOGUE_WAITS_MAX } from './bounds';
import { AGENTS, defaultParty, moveControl } from './control';
import { clearDeadline, kindOf, startDeadline } from './deadlines';
import type { ConversationEvent } from './events';
import { presentBot, sessionById } from './facts';
import type { ConversationState } from './model';
import { refuse } from './refusal';
import { unsubscribeBot } from './stays';
import { moveTimers } from './timers';
import { record, type Turn, tellController } from './turn';

type Of<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;

/** One `ask` at a time: a second one throws in the dialogue (domain.md 7.2). */
export function whyNotAsk(
  state: ConversationState,
  { sessionId }: Of<'askOpened'>,
): Refusal | null {
  if (state.ask) return refuse('CONFLICT', 'A question is open already.');
  if (state.control.holder === AGENTS)
    return refuse('ILLEGAL_STATE', 'Agents hold control: no dialogue runs.');
  return sessionById(state, sessionId)?.state === 'STARTED'
    ? null
    : refuse('ILLEGAL_STATE', 'The channel session has ended.');
}

/** The question waits in place of customer inactivity (domain.md 5.2). */
export function openAsk(turn: Turn, { sessionId, questionSeq }: Of<'askOpened'>): void {
  turn.state.ask = { sessionId, questionSeq };
  moveTimers(turn, 'ASK_OPENED', sessionId);
}

export function settleAsk(turn: Turn): void {
  const { ask } = turn.state;
  if (!ask) return;
  turn.state.ask = null;
  moveTimers(turn, 'ASK_SETTLED', ask.sessionId);
}

export function whyNotDialogueWait(
  state: ConversationState,
  { name, seconds }: Of<'dialogueWait'>,
): Refusal | null {
  if (kindOf(name) !== 'dialogue') return refuse('VALIDATION_FAILED', 'name must be dialogue:<n>.');
  if (seconds === null || name in state.deadlines) return null;
  const waits = Object.keys(state.deadlines).filter((other) => kindOf(other) === 'dialogue');
  return waits.length < DIALOGUE_WAITS_MAX
    ? null
    : refuse('CONFLICT', `At most ${DIALOGUE_WAITS_MAX} waits at once.`);
}

export function dialogueWait(turn: Turn, { name, seconds }: Of<'dialogueWait'>): void {
  if (seconds === null) clearDeadline(turn, name);
  else startDeadline(turn, name, seconds);
}

/** The bot hears of it only now, so what it says next is its first turn after this message. */
export function messageHanded(turn: Turn): void {
  turn.state.counters = { ...turn.state.counters, botTurns: 0 };
}

/** `botResponse:<botId>` runs while an external bot is being called (domain.md 5.1). */
export function botWait(turn: Turn, { botId, seconds }: Of<'botWait'>): void {
  if (seconds === null) clearDeadline(turn, `botResponse:${botId}`);
  else startDeadline(turn, `botResponse:${botId}`, seconds);
}

export function hookFailed(turn: Turn, { hook, error, botId }: Of<'hookFailed'>): void {
  record(turn, 'HOOK_FAILED', { hook, error: error.slice(0, ERROR_MAX), botId });
}

/** Longest error text that goes on the timeline, in characters. */
const ERROR_MAX = 500;

/** domain.md 4.5: BOT_TIMEOUT or BOT_FAILED, then the channel's `onBotFailure`. */
export function botFailed(turn: Turn, { botId, reason, timedOut }: Of<'botFailed'>): void {
  clearDeadline(turn, `botResponse:${botId}`);
  if (timedOut) {
    record(turn, 'BOT_TIMEOUT', { botId });
    tellController(turn, { type: 'BOT_TIMEOUT', botId });
  } else {
    record(turn, 'BOT_FAILED', { botId, reason: reason.slice(0, ERROR_MAX) });
    tellController(turn, { type: 'BOT_FAILED', botId, reason });
  }
}

/** Deleted, disabled or failed for good: it leaves, and what it held goes to the default party (domain.md 4.3). */
export function botGone(turn: Turn, { botId }: Of<'botGone'>): void {
  const { state } = turn;
  forgetBot(turn, botId);
  const bot = presentBot(state, botId);
  if (bot) unsubscribeBot(turn, bot, 'BOT_GONE');
  if (state.control.offeredTo === botId) {
    state.control = { ...state.control, offeredTo: null };
    clearDeadline(turn, 'controlOffer');
  }
  clearDeadline(turn, `botResponse:${botId}`);
  if (state.control.holder === botId) moveControl(turn, defaultParty(state), 'BOT_GONE');
}

/** No channel of this conversation names it any longer, so that it is no default party. */
function forgetBot(turn: Turn, botId: string): void {
  const { state } = turn;
  state.sessions = state.sessions.map((session) =>
    session.settings?.bot?.id === botId
      ? { ...session, settings: { ...session.settings, bot: null } }
      : session,
  );
  if (state.settings?.bot?.id === botId) state.settings = { ...state.settings, bot: null };
}
