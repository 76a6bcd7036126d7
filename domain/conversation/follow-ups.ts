import type { Refusal } from '../errors';
import type { MessageBody } from '../message/schema';
import type { Actor } from './actor';
import type { FollowUp } from './acts';
import type { CustomerFollowUp } from './channel-events';
import { consentRefused } from './consent';
import type { ConversationEvent, DeliveryReceipt } from './events';
import { isPrimary, sessionOf } from './facts';
import type { ConversationState } from './model';
import { withdrawScheduled } from './outbound';
import { refuse } from './refusal';
import { offerToReopen } from './reopening';
import { ourId } from './speaking';
import type { RecentEntry } from './timeline-activity';
import { customerActor, type EntryParts, record, type Turn, tellController } from './turn';

/** News about an earlier message: never a new message (domain.md 8.1 rule 4, 8.3). */
interface News {
  readonly kind: 'REACTION' | 'EDIT' | 'DELETE';
  readonly messageId: string;
  readonly emoji?: string | undefined;
  readonly body?: MessageBody | undefined;
}

/** The customer edits and deletes only what is the customer's; of a message that nobody knows the provider's word is taken. */
export function whyNotCustomerFollowUp(
  state: ConversationState,
  { kind, target, body }: CustomerFollowUp,
): Refusal | null {
  const known = recentOf(state, target);
  if (kind === 'EDIT' && !body) return refuse('VALIDATION_FAILED', 'An edit needs a body.');
  if (kind !== 'REACTION' && known && known.actorType !== 'CUSTOMER')
    return refuse('FORBIDDEN', 'Only the author changes a message.');
  return null;
}

export function customerFollowUp(turn: Turn, followUp: CustomerFollowUp): void {
  const { channelId, eventKey, target, customerIdentifier } = followUp;
  const session = sessionOf(turn.state, channelId, customerIdentifier);
  recordNews(
    turn,
    { ...followUp, messageId: ourId(turn.state, target) ?? target },
    {
      actor: customerActor(turn),
      sessionId: session?.id ?? recentOf(turn.state, target)?.channelSessionId ?? null,
      source: { channelId, eventKey },
    },
  );
}

/**
 * Edits: same author only. Deletes: same author or a supervisor. All of it reaches the customer, so an agent must be PRIMARY
 * (V6); a supervisor deletes from outside, too. A scheduled message is changed or withdrawn before it exists.
 */
export function whyNotFollowUp(state: ConversationState, request: FollowUp): Refusal | null {
  const { actor, kind, messageId, body } = request;
  if (actor.type !== 'AGENT') return refuse('FORBIDDEN', 'Only agents do that.');
  if (kind === 'EDIT' && !body) return refuse('VALIDATION_FAILED', 'An edit needs a body.');
  const author = authorOf(state, request);
  if (!author) return refuse('NOT_FOUND', 'The conversation has no such message.');
  if (kind === 'DELETE' && actor.supervisor) return null;
  if (!isPrimary(state, actor.id))
    return refuse('FORBIDDEN', 'Only a PRIMARY agent writes to the customer.');
  if (kind === 'REACTION')
    return messageId in state.scheduled
      ? refuse('ILLEGAL_STATE', 'The message has not been sent yet.')
      : null;
  return author.type === actor.type && author.id === actor.id
    ? null
    : refuse('FORBIDDEN', 'Only the author changes a message.');
}

export function followUp(turn: Turn, request: FollowUp): void {
  const { actor, kind, messageId, body } = request;
  turn.acted.push(actor.id);
  const scheduled = turn.state.scheduled[messageId];
  if (scheduled && kind === 'DELETE') {
    withdrawScheduled(turn, messageId);
    return;
  }
  if (scheduled && body) {
    turn.state.scheduled = { ...turn.state.scheduled, [messageId]: { ...scheduled, body } };
    return;
  }
  const sessionId = recentOf(turn.state, messageId)?.channelSessionId ?? null;
  recordNews(turn, request, { actor, sessionId });
}

/**
 * A final failure of a message of this conversation; a hook hears of every state that it subscribed to (domain.md 8.3). A send that
 * waits for news fails by the same news that has been told already: it fails once.
 */
export function deliveryReceipt(turn: Turn, receipt: DeliveryReceipt): void {
  const { messageId, state, reasonCode } = receipt;
  if (state === 'FAILED') {
    if (turn.state.recent.some(({ failed }) => failed === messageId)) return;
    const data = { messageId, state, reasonCode } as const;
    record(turn, 'MESSAGE_DELIVERY_NOTIFICATION', data, { failed: messageId });
    if (reasonCode === 'SESSION_WINDOW_CLOSED') offerToReopen(turn, messageId);
    if (reasonCode === 'OptedOut') consentRefused(turn, messageId);
  }
  tellController(turn, { type: 'DELIVERY', messageId, state, reasonCode });
}

export function sendFailed(
  turn: Turn,
  { messageId, reasonCode }: Extract<ConversationEvent, { type: 'sendFailed' }>,
): void {
  const { conversationId } = turn.state;
  deliveryReceipt(turn, { conversationId, messageId, state: 'FAILED', reasonCode });
}

function recordNews(turn: Turn, { kind, messageId, emoji, body }: News, parts: EntryParts): void {
  if (kind === 'REACTION')
    record(turn, 'MESSAGE_REACTED', { messageId, emoji: emoji ?? '' }, parts);
  else if (kind === 'DELETE') record(turn, 'MESSAGE_DELETED', { messageId }, parts);
  else record(turn, 'MESSAGE_EDITED', { messageId }, { ...parts, body: body ?? null });
}

/** The entry's author: scheduled, recent, or as the archive told the caller. */
function authorOf(
  state: ConversationState,
  { messageId, author }: FollowUp,
): { readonly type: string; readonly id: string } | null {
  const scheduled: Actor | undefined = state.scheduled[messageId]?.actor;
  if (scheduled) return scheduled;
  const known = recentOf(state, messageId);
  return known ? { type: known.actorType, id: known.actorId } : (author ?? null);
}

function recentOf(state: ConversationState, target: string): RecentEntry | undefined {
  return state.recent.findLast(
    ({ id, providerMessageId }) => id === target || providerMessageId === target,
  );
}
