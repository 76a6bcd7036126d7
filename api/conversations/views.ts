import type { z } from 'zod';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { Conversation } from '../../domain/conversation/view';
import { visibleTo } from '../../domain/conversation/visibility';
import type { ArchivedEntry, ConversationSummary, Customer } from '../../infra/stores';
import type { Principal } from '../principal';
import type {
  ConversationSummaryView,
  ConversationView,
  CustomerView,
  TimelineEntry,
} from './schemas';

/** An entry as staff see it: member by member, so that nothing of a document gets out by accident. */
export function entryView(entry: ArchivedEntry): z.infer<typeof TimelineEntry> {
  const { conversationId, seq, id, type, at, sentAt, channelSessionId, replyTo } = entry;
  return {
    conversationId,
    seq,
    id,
    type,
    at,
    sentAt,
    actor: actorView(entry.actor),
    channelSessionId,
    body: entry.body,
    data: entry.data as z.infer<typeof TimelineEntry>['data'],
    replyTo,
    providerMessageId: entry.providerMessageId,
    delivery: entry.delivery && deliveryView(entry.delivery),
    reactions: entry.reactions.map(({ emoji, actor }) => ({ emoji, actor: actorView(actor) })),
    edit: entry.edit && { body: entry.edit.body, at: entry.edit.at },
    deletedAt: entry.deletedAt,
    media: entry.media.map(mediumView),
    erasedAt: entry.erasedAt,
    hash: entry.hash,
  };
}

export function actorView({ type, id, name }: TimelineActivity['actor']) {
  return { type, id, name };
}

export function mediumView(medium: ArchivedEntry['media'][number]) {
  const { mediaId, state, mimeType, size, sha256, fileName, reasonCode } = medium;
  return { mediaId, state, mimeType, size, sha256, fileName, reasonCode };
}

export function deliveryView(delivery: NonNullable<ArchivedEntry['delivery']>) {
  const { state, times, reasonCode, providerMessageIds } = delivery;
  return { state, times: { ...times }, reasonCode, providerMessageIds: [...providerMessageIds] };
}

export function summaryView(summary: ConversationSummary): z.infer<typeof ConversationSummaryView> {
  return {
    id: summary.id,
    customerId: summary.customerId,
    customerName: summary.customerName,
    state: summary.state,
    createdAt: summary.createdAt,
    closedAt: summary.closedAt,
    direction: summary.direction,
    disposition: summary.disposition,
    lastSeq: summary.lastSeq,
    messageCount: summary.messageCount,
    channelTypes: [...summary.channelTypes],
    channelIds: [...summary.channelIds],
    agentIds: [...summary.agentIds],
    queueId: summary.queueId,
    waitingSince: summary.waitingSince,
    lastCustomerMessageAt: summary.lastCustomerMessageAt,
    erasedAt: summary.erasedAt,
  };
}

/** The conversation itself: what the projection keeps beside it for lists and reports stays inside. */
export function conversationView(
  conversation: Conversation & { readonly erasedAt?: string | null },
): z.infer<typeof ConversationView> {
  const { channelSessions, participants, tasks, timers, hold, listEntry } = conversation;
  return {
    id: conversation.id,
    customerId: conversation.customerId,
    state: conversation.state,
    createdAt: conversation.createdAt,
    closedAt: conversation.closedAt,
    closeReason: conversation.closeReason ?? null,
    direction: conversation.direction,
    disposition: conversation.disposition,
    previousConversationId: conversation.previousConversationId,
    controlEpoch: conversation.controlEpoch,
    controlHolder: conversation.controlHolder,
    controlOfferedTo: conversation.controlOfferedTo ?? null,
    channelSessions: channelSessions.map(sessionView),
    participants: participants.map(participantView),
    tasks: tasks.map(taskView),
    timers: timers.map(({ name, dueAt }) => ({ name, dueAt })),
    hold: hold && { by: hold.by, since: hold.since, dueAt: hold.dueAt },
    listEntry: listEntry && {
      listId: listEntry.listId,
      state: listEntry.state,
      waitingSince: listEntry.waitingSince,
    },
    raisedHands: [...(conversation.raisedHands ?? [])],
    scheduledMessages: (conversation.scheduledMessages ?? []).map(
      ({ messageId, sendAt, body }) => ({ messageId, sendAt, ...(body ? { body } : {}) }),
    ),
    data: { ...conversation.data } as z.infer<typeof ConversationView>['data'],
    lastSeq: conversation.lastSeq,
    messageCount: conversation.messageCount,
    workflowId: conversation.workflowId,
    runId: conversation.runId,
    erasedAt: conversation.erasedAt ?? null,
  };
}

type View = z.infer<typeof ConversationView>;

function sessionView(
  session: Conversation['channelSessions'][number],
): View['channelSessions'][number] {
  return {
    id: session.id,
    channelId: session.channelId,
    channelType: session.channelType,
    customerIdentifier: session.customerIdentifier,
    state: session.state,
    endReason: session.endReason,
    startedAt: session.startedAt,
    endedAt: session.endedAt,
    direction: session.direction,
    channelData: session.channelData as View['channelSessions'][number]['channelData'],
    customerSuggestions: [...session.customerSuggestions],
    lastInboundAt: session.lastInboundAt,
    movedFrom: session.movedFrom,
    expiresAt: session.expiresAt,
    replyWindow: session.replyWindow ?? null,
  };
}

function participantView(who: Conversation['participants'][number]): View['participants'][number] {
  const { id, type, role, name, joinedAt, leftAt, leaveReason, invitedBy } = who;
  return { id, type, role, name, joinedAt, leftAt, leaveReason, invitedBy };
}

/** An agent task as conversations and task lists show it. */
export function taskView(task: Conversation['tasks'][number]): View['tasks'][number] {
  return {
    id: task.id,
    conversationId: task.conversationId,
    direction: task.direction,
    mode: task.mode,
    routingMode: task.routingMode,
    state: task.state,
    mediaState: task.mediaState,
    media: task.media.map(({ channelSessionId, mrdId, state, startedAt, endedAt }) => ({
      channelSessionId,
      mrdId,
      state,
      startedAt,
      endedAt,
    })),
    agentId: task.agentId,
    queueId: task.queueId,
    listId: task.listId,
    mrdId: task.mrdId,
    priority: task.priority,
    attributes: { ...task.attributes },
    note: task.note,
    requestedBy: task.requestedBy && { type: task.requestedBy.type, id: task.requestedBy.id },
    previousTaskId: task.previousTaskId,
    waitingSince: task.waitingSince,
    queuedAt: task.queuedAt,
    reservedAt: task.reservedAt,
    answeredAt: task.answeredAt,
    wrapUpStartedAt: task.wrapUpStartedAt,
    endedAt: task.endedAt,
    offerExpiresAt: task.offerExpiresAt,
    closeReason: task.closeReason,
    closeDetail: task.closeDetail,
    countsForCapacity: task.countsForCapacity,
  };
}

export function customerView(customer: Customer): z.infer<typeof CustomerView> {
  return {
    id: customer.id,
    name: customer.name,
    anonymous: customer.anonymous,
    attributes: { ...customer.attributes },
    mergedAttributes: Object.fromEntries(
      Object.entries(customer.mergedAttributes).map(([key, values]) => [key, [...values]]),
    ),
    labels: [...customer.labels],
    identities: customer.identities.map(({ namespace, externalId, channelId, linkedAt }) => ({
      namespace,
      externalId,
      channelId,
      linkedAt,
    })),
    mergedInto: customer.mergedInto,
    createdAt: customer.createdAt,
    updatedAt: customer.updatedAt,
    erasedAt: customer.erasedAt,
  };
}

/** What is said inside the business and not to bots (domain.md 4.5). */
const NOT_FOR_BOTS: ReadonlySet<string> = new Set([
  'WHISPER_MESSAGE',
  'NOTE_ADDED',
  'WRAPUP_APPLIED',
  'HAND_RAISED',
]);

/** Whether staff of a role sees an entry (domain.md 8.5): late bot replies are for supervisors and operators, and the bot itself. */
export function visibleToStaff(principal: Principal, entry: ArchivedEntry): boolean {
  const { role } = principal;
  if (role === 'supervisor' || role === 'operator' || role === 'admin')
    return visibleTo(entry, 'SUPERVISOR');
  if (role !== 'bot') return visibleTo(entry, 'STAFF');
  if (entry.actor.type === 'BOT') return entry.actor.id === principal.subject;
  return visibleTo(entry, 'STAFF') && !NOT_FOR_BOTS.has(entry.type);
}
