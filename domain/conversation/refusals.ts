import type { Refusal } from '../errors';
import { whyNotAction } from './actions';
import { whyNotAnswerSla } from './agent-sla';
import { whyNotAsk, whyNotDialogueWait } from './bots';
import { whyNotSeal } from './closing';
import { whyNotControl } from './control-actions';
import { hasPassed } from './deadlines';
import type { EntryData } from './entries';
import type { ConversationEvent } from './events';
import { hasStarted } from './facts';
import { whyNotCustomerFollowUp, whyNotFollowUp } from './follow-ups';
import { whyNotHold, whyNotResume } from './hold';
import { whyNotSessionEnded } from './inbound';
import { whyNotChangeRole, whyNotJoin } from './joining';
import { whyNotLeave } from './leaving';
import { whyNotMovedIn } from './merge';
import type { ConversationState } from './model';
import { whyNotNote, whyNotRaiseHand } from './notes';
import { whyNotBotSpeaks, whyNotSend, whyNotStartOutbound } from './outbound';
import { refuse } from './refusal';
import { whyNotRequest } from './requests';
import { whyNotTaskChanged } from './routing-news';
import {
  whyNotCancelRequest,
  whyNotCloseList,
  whyNotEndConversation,
  whyNotEndSession,
  whyNotUpdateData,
} from './staff';
import { whyNotAnswerSuggestion, whyNotSuggest } from './suggestions';
import { whyNotCancelTransfer, whyNotHandOver } from './transfers';
import { whyNotWrapUp } from './wrap-up';

/**
 * Why `decide` would refuse an event: null when it would not. Read-only and total, so that update validators may ask; `decide`
 * asks again, since the state may have moved on.
 */
export function whyNot(
  state: ConversationState,
  event: ConversationEvent,
  now: string,
): Refusal | null {
  const guard = guardOf(event);
  if (!guard) return refuse('VALIDATION_FAILED', 'Unknown event.');
  const about = conversationOf(event);
  if (about !== undefined && about !== state.conversationId)
    return refuse('NOT_FOUND', "The conversation is not the customer's present one.");
  const phase = phaseOf(state);
  if (!(guard.in ?? ['OPEN']).includes(phase)) return refuse('ILLEGAL_STATE', PHASE_TEXT[phase]);
  return guard.whyNot?.(state, event, now) ?? null;
}

/** A refused event that must reach `decide` all the same, since it leaves an entry: validators let it through. */
export function leavesTrace(state: ConversationState, event: ConversationEvent): boolean {
  return staleReply(state, event) !== null;
}

/**
 * The late reply in an event: a bot speaks without control, or of an older epoch. It is refused, and leaves a
 * STALE_BOT_REPLY all the same (domain.md 4.3): a validator that asks {@link whyNot} must let it through to `decide`.
 */
export function staleReply(
  state: ConversationState,
  event: ConversationEvent,
): Pick<StaleReply, 'botId' | 'controlEpoch' | 'body'> | null {
  if (phaseOf(state) !== 'OPEN') return null;
  const reply = replyOf(state, event);
  return reply && whyNotBotSpeaks(state, reply.botId, reply.controlEpoch) ? reply : null;
}

/** BLANK: opened, but nothing has happened. OPEN: every state but CLOSING and CLOSED. */
type Phase = 'BLANK' | 'OPEN' | 'CLOSING' | 'CLOSED';
type Of<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;
type StaleReply = EntryData['STALE_BOT_REPLY'];

interface Guard<T extends ConversationEvent['type']> {
  /** Where the event is allowed at all. @default ['OPEN'] */
  readonly in?: readonly Phase[];
  readonly whyNot?: (state: ConversationState, event: Of<T>, now: string) => Refusal | null;
}

const PHASE_TEXT: Readonly<Record<Phase, string>> = {
  BLANK: 'The conversation has not started.',
  OPEN: 'The conversation is open.',
  CLOSING: 'The conversation is closing.',
  CLOSED: 'The conversation is closed.',
};

const FIRST = ['BLANK', 'OPEN'] as const;
const TO_THE_END = ['OPEN', 'CLOSING'] as const;
const WHEN_OPEN = {};

const GUARDS: { readonly [T in ConversationEvent['type']]: Guard<T> } = {
  // What the customer and the channel do.
  customerMessage: { in: FIRST },
  channelSessionStarted: { in: FIRST },
  channelSessionEnded: { whyNot: (state, { session }) => whyNotSessionEnded(state, session) },
  channelDataUpdated: { whyNot: (state, { session }) => whyNotSessionEnded(state, session) },
  customerFollowUp: { whyNot: (state, event) => whyNotCustomerFollowUp(state, event.followUp) },
  sentElsewhere: { whyNot: (state, { message }) => whyNotSessionEnded(state, message) },

  // What agents, bots and operators ask for.
  startOutbound: { in: FIRST, whyNot: whyNotStartOutbound },
  sendMessage: { whyNot: (state, { request }, now) => whyNotSend(state, request, now) },
  hold: { whyNot: (state, { request }) => whyNotHold(state, request) },
  resume: { whyNot: (state, { request }) => whyNotResume(state, request) },
  requestAgent: { whyNot: (state, { request }) => whyNotRequest(state, request) },
  cancelRequest: { whyNot: (state, { request }) => whyNotCancelRequest(state, request) },
  transfer: { whyNot: (state, { request }) => whyNotHandOver(state, 'TRANSFER', request) },
  consult: { whyNot: (state, { request }) => whyNotHandOver(state, 'CONSULT', request) },
  conference: { whyNot: (state, { request }) => whyNotHandOver(state, 'CONFERENCE', request) },
  cancelTransfer: { whyNot: (state, { request }) => whyNotCancelTransfer(state, request) },
  joinAs: { whyNot: (state, { request }) => whyNotJoin(state, request) },
  leave: { whyNot: (state, { request }) => whyNotLeave(state, request) },
  changeRole: { whyNot: (state, { request }) => whyNotChangeRole(state, request) },
  wrapUp: { whyNot: (state, { request }) => whyNotWrapUp(state, request) },
  control: { whyNot: (state, { request }) => whyNotControl(state, request) },
  updateData: { whyNot: (state, { request }) => whyNotUpdateData(state, request) },
  endSession: { whyNot: (state, { request }) => whyNotEndSession(state, request) },
  closeListRequest: { whyNot: (state, { request }) => whyNotCloseList(state, request) },
  addNote: { whyNot: (state, { request }) => whyNotNote(state, request) },
  followUp: { whyNot: (state, { request }) => whyNotFollowUp(state, request) },
  raiseHand: { whyNot: (state, { request }) => whyNotRaiseHand(state, request) },
  answerSla: { whyNot: (state, { request }) => whyNotAnswerSla(state, request) },
  suggest: { whyNot: (state, { request }) => whyNotSuggest(state, request) },
  answerSuggestion: { whyNot: (state, { request }) => whyNotAnswerSuggestion(state, request) },
  agentActed: WHEN_OPEN,
  // Never refused when forced, wherever the conversation stands (T19).
  endConversation: {
    in: ['OPEN', 'CLOSING', 'CLOSED'],
    whyNot: (state, { request }) => whyNotEndConversation(state, request),
  },

  // News of routing, providers and time.
  taskChanged: { whyNot: (state, { news }) => whyNotTaskChanged(state, news) },
  deliveryReceipt: WHEN_OPEN,
  sendFailed: WHEN_OPEN,
  deadlinePassed: {
    in: TO_THE_END,
    whyNot: (state, { name }, now) =>
      hasPassed(state, name, now) ? null : refuse('ILLEGAL_STATE', `${name} is not due.`),
  },

  // What the controller, hooks and bots do.
  action: { in: TO_THE_END, whyNot: whyNotAction },
  controllerDefault: { in: TO_THE_END },
  messageHanded: WHEN_OPEN,
  turnEnded: WHEN_OPEN,
  askOpened: { whyNot: whyNotAsk },
  askSettled: WHEN_OPEN,
  dialogueWait: { in: TO_THE_END, whyNot: whyNotDialogueWait },
  botWait: WHEN_OPEN,
  hookFailed: { in: TO_THE_END },
  botFailed: WHEN_OPEN,
  botGone: WHEN_OPEN,

  // The customer's record, merges, and the end.
  customerChanged: WHEN_OPEN,
  mergedAway: WHEN_OPEN,
  sessionsMovedIn: { in: FIRST, whyNot: whyNotMovedIn },
  closingProceeds: { in: ['CLOSING'] },
  sealed: {
    in: ['CLOSING'],
    whyNot: whyNotSeal,
  },
};

/** Looked up by the event's type: the two fit by construction, which the compiler cannot follow. */
function guardOf<T extends ConversationEvent['type']>(event: Of<T>): Guard<T> | undefined {
  return Object.hasOwn(GUARDS, event.type) ? GUARDS[event.type as T] : undefined;
}

function phaseOf(state: ConversationState): Phase {
  if (state.state === 'CLOSING' || state.state === 'CLOSED') return state.state;
  return hasStarted(state) ? 'OPEN' : 'BLANK';
}

/** The conversation that an event names; undefined for what is meant for whichever is open. */
function conversationOf(event: ConversationEvent): string | undefined {
  if ('request' in event) return event.request.conversationId;
  if ('news' in event) return event.news.conversationId;
  if ('receipt' in event) return event.receipt.conversationId;
  return 'conversationId' in event ? event.conversationId : undefined;
}

/** What a bot says in an event, if it says something. */
function replyOf(state: ConversationState, event: ConversationEvent) {
  if (event.type === 'sendMessage' && event.request.actor.type === 'BOT') {
    const { actor, controlEpoch, body, conversationId } = event.request;
    return conversationId === state.conversationId ? { botId: actor.id, controlEpoch, body } : null;
  }
  if (event.type === 'action' && event.action.type === 'SEND_MESSAGE' && event.by)
    return { botId: event.by.botId, controlEpoch: event.by.epoch, body: event.action.body };
  return null;
}
