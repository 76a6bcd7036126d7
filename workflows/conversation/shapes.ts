import type { ConversationEvent } from '../../domain/conversation/events';
import {
  type Check,
  instant,
  isShaped,
  listOf,
  number,
  object,
  oneOf,
  optional,
  type Shape,
  shaped,
  text,
} from '../well-formed';
import type { Inboxed } from './messages';

// What a payload has to have so that no rule trips over it; whether it may be is for the rules.

const ACTOR = shaped({ type: text, id: text });
const AGENT = shaped({ agentId: text });
const BODY = shaped({ type: text });
const JOINS = oneOf('PRIMARY', 'ASSISTANT', 'OBSERVER');
const SESSION_END = oneOf('CUSTOMER', 'AGENT', 'INACTIVITY', 'NETWORK', 'FORCE_CLOSED', 'MERGED');
const FOLLOW_UP = oneOf('REACTION', 'EDIT', 'DELETE');
const from = { channelId: text, customerIdentifier: text, eventKey: text };
const about = { conversationId: text };
const by = { ...about, actor: ACTOR };

const CHANGES: Readonly<Record<string, Shape>> = {
  RESERVED: { agentId: text, offerExpiresAt: instant },
  ACCEPTED: { agent: AGENT },
  CLOSED: { reason: text },
  INTERRUPTED: { agentId: text, mrdId: text, reaction: text },
  FREE: { agentId: text },
};
const change: Check = (value) => {
  const { type } = (value ?? {}) as { readonly type?: unknown };
  const shape =
    typeof type === 'string' && Object.hasOwn(CHANGES, type) ? CHANGES[type] : undefined;
  return shape !== undefined && isShaped(value, shape);
};

export const SIGNAL_SHAPES: Readonly<Record<Inboxed['type'], Shape>> = {
  customerMessage: { ...from, messageId: text, body: BODY, channelData: optional(object) },
  channelSessionStarted: { ...from, intent: text, channelData: optional(object) },
  channelSessionEnded: { ...from, reason: SESSION_END },
  channelDataUpdated: { ...from, channelData: object },
  customerFollowUp: { ...from, kind: FOLLOW_UP, target: text, body: optional(BODY) },
  sentElsewhere: { ...from, messageId: text, body: BODY },
  startOutbound: {
    actor: ACTOR,
    channelId: text,
    customerIdentifier: text,
    messageId: text,
    body: BODY,
    agent: optional(AGENT),
  },
  agentJoined: { ...by, agent: AGENT, role: JOINS },
  agentLeft: { ...by, agentId: text, reason: text },
  agentActed: { ...about, agentId: text },
  deliveryReceipt: { ...about, messageId: text, state: text },
  taskChanged: { ...about, taskId: text, change },
  endConversation: by,
  sessionsMovedIn: {
    fromConversationId: text,
    fromCustomerId: text,
    sessions: listOf(shaped({ id: text, channelId: text, state: text })),
    participants: listOf(shaped({ id: text, type: text, role: text })),
    tasks: listOf(shaped({ id: text, state: text })),
    data: object,
  },
};

const to: Check = (value) =>
  isShaped(value, { queueId: text }) || isShaped(value, { agentId: text });
const handOver = { ...by, to };

/** Of updates, by the event that they bring. */
export const REQUEST_SHAPES: Readonly<Partial<Record<ConversationEvent['type'], Shape>>> = {
  sendMessage: { ...by, messageId: text, body: BODY, sendAt: optional(instant) },
  hold: { ...by, seconds: number },
  requestAgent: { ...by, attributes: object },
  transfer: handOver,
  consult: handOver,
  conference: handOver,
  cancelTransfer: { ...by, taskId: text },
  wrapUp: { ...by, labels: listOf(shaped({ category: text, value: text })) },
  control: { ...by, action: oneOf('PASS', 'OFFER', 'ACCEPT', 'RELEASE') },
  joinAs: { ...by, agent: AGENT, role: JOINS },
  leave: { ...by, agentId: text, reason: text },
  changeRole: { ...by, agentId: text, role: JOINS },
  updateData: { ...by, set: object },
  endSession: { ...by, sessionId: text, reason: SESSION_END },
  addNote: { ...by, kind: oneOf('NOTE', 'WHISPER'), text },
  followUp: { ...by, kind: FOLLOW_UP, messageId: text, body: optional(BODY) },
  answerSla: { ...by, answer: oneOf('STAY', 'LEAVE') },
  suggest: { ...by, suggestionId: text, body: BODY },
  answerSuggestion: {
    ...by,
    suggestionId: text,
    action: oneOf('USED', 'EDITED', 'IGNORED'),
  },
};
/** Of every other update. */
export const ANY_REQUEST: Shape = by;
export const MERGE_SHAPE: Shape = { intoCustomerId: text, survivor: shaped({ id: text }) };
