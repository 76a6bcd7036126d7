import type { Refusal } from '../errors';
import type { Actor } from './actor';
import type { AddNote, RaiseHand } from './acts';
import { HAND_RAISE_SECONDS, NOTE_MAX } from './bounds';
import { startDeadline } from './deadlines';
import type { ConversationEvent } from './events';
import { isOpen, isPrimary, presentAgent } from './facts';
import type { ConversationState } from './model';
import { refuse } from './refusal';
import { lowerHand } from './stays';
import { record, type Turn } from './turn';

/** Staff who are here, and supervisors from outside, write notes and whispers (domain.md 4.2). */
export function whyNotNote(state: ConversationState, { actor, text }: AddNote): Refusal | null {
  const refusal = whyNotStaff(state, actor);
  if (refusal) return refusal;
  return text.length >= 1 && text.length <= NOTE_MAX
    ? null
    : refuse('VALIDATION_FAILED', `text must have 1 to ${NOTE_MAX} characters.`);
}

/** Never reaches a connector, a bot or the customer; stops no timer but the agent's own idleness. */
export function addNote(turn: Turn, { actor, kind, text }: AddNote): void {
  if (kind === 'WHISPER')
    record(turn, 'WHISPER_MESSAGE', null, { actor, body: { type: 'PLAIN', text } });
  else record(turn, 'NOTE_ADDED', { text }, { actor });
  turn.acted.push(actor.id);
  turn.result = { seq: turn.state.lastSeq };
}

export function whyNotRaiseHand(state: ConversationState, { actor }: RaiseHand): Refusal | null {
  return presentAgent(state, actor.id)
    ? null
    : refuse('FORBIDDEN', 'Only an agent in the conversation raises a hand.');
}

/** The hand falls by itself after 30 s; a repeat adds nothing. */
export function raiseHand(turn: Turn, { actor, raised }: RaiseHand): void {
  const { state } = turn;
  if (state.raisedHands.includes(actor.id) === raised) return;
  if (raised) {
    state.raisedHands = [...state.raisedHands, actor.id];
    startDeadline(turn, `handRaise:${actor.id}`, HAND_RAISE_SECONDS);
  } else lowerHand(turn, actor.id);
  record(turn, 'HAND_RAISED', { agentId: actor.id, raised }, { actor });
}

export function handFalls(turn: Turn, agentId: string): void {
  if (!turn.state.raisedHands.includes(agentId)) return;
  lowerHand(turn, agentId);
  record(turn, 'HAND_RAISED', { agentId, raised: false });
}

/** Reading and typing leave no entry; they only show that the agent is there. */
export function agentActed(
  turn: Turn,
  { agentId }: Extract<ConversationEvent, { type: 'agentActed' }>,
): void {
  if (isPrimary(turn.state, agentId)) turn.acted.push(agentId);
}

/** An agent in any role, or a supervisor. */
export function whyNotStaff(state: ConversationState, actor: Actor): Refusal | null {
  if (!isOpen(state)) return refuse('ILLEGAL_STATE', `The conversation is ${state.state}.`);
  if (actor.type === 'AGENT' && (actor.supervisor || presentAgent(state, actor.id))) return null;
  return refuse('FORBIDDEN', 'Only agents in the conversation and supervisors.');
}
