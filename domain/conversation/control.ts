import { clearDeadline, kindOf, subjectOf } from './deadlines';
import type { ControlReason } from './entries';
import {
  hasPrimaryAgent,
  hasStartedSession,
  isPresent,
  presentBot,
  startedSessions,
} from './facts';
import type { ControlHolder, ConversationState } from './model';
import { changeRole, subscribeBot } from './stays';
import { moveTimers } from './timers';
import { effect, record, type Turn } from './turn';

export const AGENTS: ControlHolder = 'AGENTS';
export const NOBODY: ControlHolder = 'CONTROLLER';

/** Who speaks when nobody says otherwise: AGENTS, else the bot of the latest session's channel, else the controller (domain.md 4.3). */
export function defaultParty(state: ConversationState): ControlHolder {
  if (hasPrimaryAgent(state)) return AGENTS;
  return startedSessions(state).at(-1)?.settings?.bot?.id ?? NOBODY;
}

export function isBot(holder: ControlHolder): boolean {
  return holder !== AGENTS && holder !== NOBODY;
}

/** Control as a conversation starts with it: the bot that starts it, else the default party, at epoch 1 and without an entry. */
export function startControl(turn: Turn, startedBy?: string): void {
  const holder = startedBy ?? defaultParty(turn.state);
  turn.state.control = { holder, epoch: 1, offeredTo: null };
  if (isBot(holder)) subscribeBot(turn, holder, 'PRIMARY');
}

/**
 * Moves control, which fences all replies of the epoch before. Nothing moves towards the
 * present holder, nor while no session is there.
 */
export function moveControl(turn: Turn, to: ControlHolder, reason: ControlReason): void {
  const { control } = turn.state;
  if (control.holder === to || !hasStartedSession(turn.state)) return;
  const epoch = control.epoch + 1;
  turn.state.control = { holder: to, epoch, offeredTo: null };
  clearDeadline(turn, 'controlOffer');
  assignBotRoles(turn, to);
  record(turn, 'CONTROL_CHANGED', { from: control.holder, to, epoch, reason });
  endDialogues(turn);
  effect(turn, { type: 'controlChanged', holder: to, epoch });
}

/** The customer is back: whoever held control while nobody was there may have gone. */
export function reclaimControl(turn: Turn): void {
  const { state } = turn;
  const { holder } = state.control;
  const here = isBot(holder)
    ? presentBot(state, holder)
    : holder === NOBODY || hasPrimaryAgent(state);
  if (here) return;
  const party = defaultParty(state);
  if (party === holder) subscribeBot(turn, party, 'PRIMARY');
  else moveControl(turn, party, 'CUSTOMER_RETURNED');
}

function assignBotRoles(turn: Turn, holder: ControlHolder): void {
  for (const bot of turn.state.participants)
    if (bot.type === 'BOT' && isPresent(bot))
      changeRole(turn, bot, bot.id === holder ? 'PRIMARY' : 'ASSISTANT');
  if (isBot(holder) && !presentBot(turn.state, holder)) subscribeBot(turn, holder, 'PRIMARY');
}

/**
 * A dialogue is tied to its epoch (domain.md 7.1 rule 3): with control go its `ask` and the calls of other bots. Its other waits
 * are ended by whoever runs it: hooks that run beside it have waits of their own, and one may sleep through the agents' stay.
 */
function endDialogues(turn: Turn): void {
  const { ask, control } = turn.state;
  for (const name of Object.keys(turn.state.deadlines))
    if (kindOf(name) === 'botResponse' && subjectOf(name) !== control.holder)
      clearDeadline(turn, name);
  if (!ask) return;
  turn.state.ask = null;
  moveTimers(turn, 'ASK_SETTLED', ask.sessionId);
}
