import type { Refusal } from '../errors';
import type { Actor } from './actor';
import type { ControlAction } from './acts';
import { CONTROL_OFFER_SECONDS, PARTICIPANTS_MAX } from './bounds';
import { AGENTS, defaultParty, isBot, moveControl, NOBODY } from './control';
import { clearDeadline, startDeadline } from './deadlines';
import { hasPrimaryAgent, hasStartedSession, isFull, isPrimary, presentBot } from './facts';
import type { ControlHolder, ConversationState } from './model';
import { refuse } from './refusal';
import { addSeconds } from './time';
import { record, type Turn } from './turn';

type Handover = Pick<ControlAction, 'actor' | 'action' | 'to'>;

/** The handover table of domain.md 4.3: who may pass, offer, accept and release control. */
export function whyNotControl(state: ConversationState, request: Handover): Refusal | null {
  const { actor, action, to } = request;
  const party = partyOf(state, actor);
  if (party === null)
    return refuse(
      'FORBIDDEN',
      'Only bots in the conversation and PRIMARY agents hand control over.',
    );
  if (!hasStartedSession(state)) return refuse('ILLEGAL_STATE', 'The customer has left.');
  if (action === 'RELEASE') return null;
  if (action === 'ACCEPT') return whyNotAcceptControl(state, party);
  if (to === null || to === NOBODY || to === '')
    return refuse('VALIDATION_FAILED', 'to must be a bot or AGENTS.');
  if (to === state.control.holder) return null;
  if (party !== state.control.holder && party !== AGENTS)
    return refuse('FORBIDDEN', 'Only the holder of control or a PRIMARY agent hands it over.');
  if (to === AGENTS && !hasPrimaryAgent(state))
    return refuse('ILLEGAL_STATE', 'No agent is here; request one.');
  return isBot(to) && !presentBot(state, to) && isFull(state)
    ? refuse('CONFLICT', `At most ${PARTICIPANTS_MAX} participants.`)
    : null;
}

/** Repeats change nothing; the epoch is always told. */
export function control(turn: Turn, request: Handover): void {
  apply(turn, request);
  turn.result = { ...turn.result, epoch: turn.state.control.epoch };
}

/** The offer has lapsed. */
export function offerLapsed(turn: Turn): void {
  turn.state.control = { ...turn.state.control, offeredTo: null };
}

function apply(turn: Turn, { actor, action, to }: Handover): void {
  const { state } = turn;
  const party = partyOf(state, actor);
  if (actor.type === 'AGENT') turn.acted.push(actor.id);
  switch (action) {
    case 'PASS':
      moveControl(turn, to ?? state.control.holder, 'PASS');
      return;
    case 'OFFER':
      offer(turn, to ?? state.control.holder, actor);
      return;
    case 'ACCEPT':
      if (state.control.offeredTo !== null && state.control.offeredTo === party)
        moveControl(turn, party, 'ACCEPT');
      return;
    case 'RELEASE':
      if (party === state.control.holder) moveControl(turn, defaultParty(state), 'RELEASE');
      return;
  }
}

function offer(turn: Turn, to: ControlHolder, actor: Actor): void {
  const { control: held } = turn.state;
  if (to === held.holder || to === held.offeredTo) return;
  turn.state.control = { ...held, offeredTo: to };
  clearDeadline(turn, 'controlOffer');
  startDeadline(turn, 'controlOffer', CONTROL_OFFER_SECONDS);
  const dueAt = addSeconds(turn.now, CONTROL_OFFER_SECONDS);
  record(turn, 'CONTROL_OFFERED', { from: held.holder, to, dueAt }, { actor });
}

/** By the holder: no change. By anybody but the pending party: FORBIDDEN. */
function whyNotAcceptControl(state: ConversationState, party: ControlHolder): Refusal | null {
  const { holder, offeredTo } = state.control;
  if (party === holder || party === offeredTo) return null;
  return refuse('FORBIDDEN', 'Control was not offered to you.');
}

/** The party that an actor speaks for. A bot that was offered control need not be in the conversation yet. */
function partyOf(state: ConversationState, actor: Actor): ControlHolder | null {
  if (actor.type === 'AGENT') return isPrimary(state, actor.id) ? AGENTS : null;
  if (actor.type !== 'BOT') return null;
  const known = presentBot(state, actor.id) || state.control.offeredTo === actor.id;
  return known ? actor.id : null;
}
