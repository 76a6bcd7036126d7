import type { Refusal } from '../errors';
import { applyAction } from './actions';
import { answerSla } from './agent-sla';
import {
  botFailed,
  botGone,
  botWait,
  dialogueWait,
  hookFailed,
  messageHanded,
  openAsk,
  settleAsk,
} from './bots';
import { endConversation, forceClose, proceed, seal } from './closing';
import { control } from './control-actions';
import { controllerDefault } from './controller';
import { setData } from './data';
import { onDeadline } from './due';
import type { Decision } from './effects';
import type { ConversationEvent } from './events';
import { customerFollowUp, deliveryReceipt, followUp, sendFailed } from './follow-ups';
import { hold, resume } from './hold';
import {
  channelDataUpdated,
  channelSessionEnded,
  channelSessionStarted,
  customerMessage,
} from './inbound';
import { joinAs, raise } from './joining';
import { leaveAgent } from './leaving';
import { customerChanged, mergedAway, sessionsMovedIn } from './merge';
import type { ConversationState } from './model';
import { addNote, agentActed, raiseHand } from './notes';
import { sendMessage, sentElsewhere, startOutbound } from './outbound';
import { staleReply, whyNot } from './refusals';
import { cancelRequest, requestAgent } from './requests';
import { taskChanged } from './routing-news';
import { settle } from './settle';
import { closeList, endSessionByStaff } from './staff';
import { answerSuggestion, suggest } from './suggestions';
import { moveTimers } from './timers';
import { cancelTransfer, conference, consult, transfer } from './transfers';
import { beginTurn, record, type Turn } from './turn';
import { wrapUp } from './wrap-up';

export { leavesTrace, whyNot } from './refusals';

/**
 * What one event changes and what must be done about it. Total: never throws, reads only its arguments, leaves its input as
 * it is. `now` is ISO UTC. What `whyNot` refuses changes nothing; only a stale bot reply leaves its entry (domain.md 4.3).
 */
export function decide(state: ConversationState, event: ConversationEvent, now: string): Decision {
  const refused = whyNot(state, event, now);
  if (refused) return refusedDecision(state, event, now, refused);
  const turn = beginTurn(state, now);
  handlerOf(event)?.(turn, event);
  settle(turn);
  return finish(turn);
}

type Of<T extends ConversationEvent['type']> = Extract<ConversationEvent, { type: T }>;
type Handler<T extends ConversationEvent['type']> = (turn: Turn, event: Of<T>) => void;

const HANDLERS: { readonly [T in ConversationEvent['type']]: Handler<T> } = {
  // What the customer and the channel do.
  customerMessage,
  channelSessionStarted,
  channelSessionEnded,
  channelDataUpdated,
  customerFollowUp: (turn, event) => customerFollowUp(turn, event.followUp),
  sentElsewhere,

  // What agents, bots and operators ask for.
  startOutbound,
  sendMessage: (turn, { request }) => sendMessage(turn, request),
  hold: (turn, { request }) => hold(turn, request),
  resume: (turn, { request }) => resume(turn, request),
  requestAgent: (turn, { request }) => requestAgent(turn, request),
  cancelRequest: (turn, { request }) => cancelRequest(turn, request),
  transfer: (turn, { request }) => transfer(turn, request),
  consult: (turn, { request }) => consult(turn, request),
  conference: (turn, { request }) => conference(turn, request),
  cancelTransfer: (turn, { request }) => cancelTransfer(turn, request),
  joinAs: (turn, { request }) => joinAs(turn, request),
  leave: (turn, { request }) => leaveAgent(turn, request.agentId, request.reason),
  changeRole: (turn, { request }) => raise(turn, request),
  wrapUp: (turn, { request }) => wrapUp(turn, request),
  control: (turn, { request }) => control(turn, request),
  updateData: (turn, { request }) => setData(turn, request.set, request.actor),
  endSession: (turn, { request }) => endSessionByStaff(turn, request),
  closeListRequest: (turn, { request }) => closeList(turn, request),
  addNote: (turn, { request }) => addNote(turn, request),
  followUp: (turn, { request }) => followUp(turn, request),
  raiseHand: (turn, { request }) => raiseHand(turn, request),
  answerSla: (turn, { request }) => answerSla(turn, request),
  suggest: (turn, { request }) => suggest(turn, request),
  answerSuggestion: (turn, { request }) => answerSuggestion(turn, request),
  agentActed,
  endConversation: (turn, { request }) =>
    request.force
      ? forceClose(turn, request)
      : endConversation(turn, request.actor, 'FORCE_CLOSED'),

  // News of routing, providers and time.
  taskChanged: (turn, { news }) => taskChanged(turn, news),
  deliveryReceipt: (turn, { receipt }) => deliveryReceipt(turn, receipt),
  sendFailed,
  deadlinePassed: (turn, { name }) => onDeadline(turn, name),

  // What the controller, hooks and bots do.
  action: applyAction,
  controllerDefault: (turn, { event }) => controllerDefault(turn, event),
  messageHanded,
  turnEnded: (turn) => moveTimers(turn, 'TURN_ENDED'),
  askOpened: openAsk,
  askSettled: settleAsk,
  dialogueWait,
  botWait,
  hookFailed,
  botFailed,
  botGone,

  // The customer's record, merges, and the end.
  customerChanged,
  mergedAway,
  sessionsMovedIn,
  closingProceeds: proceed,
  sealed: seal,
};

/** Looked up by the event's type: the two fit by construction, which the compiler cannot follow. */
function handlerOf<T extends ConversationEvent['type']>(event: Of<T>): Handler<T> | undefined {
  return HANDLERS[event.type as T];
}

function refusedDecision(
  state: ConversationState,
  event: ConversationEvent,
  now: string,
  refused: Refusal,
): Decision {
  const stale = staleReply(state, event);
  if (!stale) return { state, entries: [], effects: [], refused };
  const turn = beginTurn(state, now);
  const data = { ...stale, currentEpoch: state.control.epoch };
  record(turn, 'STALE_BOT_REPLY', data, {
    actor: { type: 'BOT', id: stale.botId, name: null },
  });
  return { ...finish(turn), refused };
}

function finish({ state, entries, effects, result }: Turn): Decision {
  return { state, entries, effects, ...(result ? { result } : {}) };
}
