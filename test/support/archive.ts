import type { PendingEntry } from '../../domain/conversation/model';
import type { Projection } from '../../domain/conversation/projection';
import type { TimelineActivity } from '../../domain/conversation/timeline-activity';
import type { AppendBatch } from '../../infra/stores';

/** An entry as a conversation makes it. */
export function anEntry(
  given: Partial<TimelineActivity> & { readonly conversationId: string; readonly seq: number },
): TimelineActivity {
  return {
    id: `msg_${given.conversationId.slice(4)}-${given.seq}`,
    type: 'CUSTOMER_MESSAGE',
    at: '2026-11-22T10:00:00.000Z',
    sentAt: null,
    actor: { type: 'CUSTOMER', id: 'cus_1', name: 'Ana' },
    channelSessionId: 'ses_1',
    body: { type: 'PLAIN', text: `message ${given.seq}` },
    data: null,
    replyTo: null,
    providerMessageId: null,
    ...given,
  };
}

/** `count` entries from `from` on, each with an event key of its own. `version` makes other content. */
export function entriesOf(
  conversationId: string,
  from: number,
  count: number,
  version = '',
): readonly PendingEntry[] {
  return Array.from({ length: count }, (_, i) => {
    const seq = from + i;
    const body = { type: 'PLAIN' as const, text: `message ${seq}${version}` };
    return {
      entry: anEntry({ conversationId, seq, body }),
      channelId: 'wa',
      eventKey: `${conversationId}-key-${seq}`,
    };
  });
}

/** A projection with what stores look at; `given` goes over the conversation. */
export function aProjection(
  conversationId: string,
  lastSeq: number,
  given: Partial<Projection['conversation']> = {},
  rest: Partial<Projection> = {},
): Projection {
  return {
    conversation: {
      id: conversationId,
      customerId: 'cus_1',
      state: 'ACTIVE',
      createdAt: '2026-11-22T10:00:00.000Z',
      closedAt: null,
      direction: 'INBOUND',
      disposition: null,
      previousConversationId: null,
      closeReason: null,
      controlEpoch: 1,
      controlHolder: 'CONTROLLER',
      controlOfferedTo: null,
      channelSessions: [],
      participants: [],
      tasks: [],
      timers: [],
      hold: null,
      listEntry: null,
      raisedHands: [],
      scheduledMessages: [],
      data: {},
      lastSeq,
      messageCount: lastSeq,
      workflowId: 'conversation:cus_1',
      runId: 'run',
      ...given,
    },
    closeReason: null,
    firstChannelId: null,
    botId: null,
    lastAgentId: null,
    counters: {},
    firstAgentResponseSeconds: null,
    lastCustomerMessageAt: null,
    waitingSince: null,
    hookWantsReceipts: false,
    ...rest,
  };
}

/** One write to the archive. */
export function aBatch(
  conversationId: string,
  given: Partial<AppendBatch> & { readonly entries: readonly PendingEntry[] },
): AppendBatch {
  const lastSeq = given.entries.at(-1)?.entry.seq ?? 0;
  return {
    conversationId,
    customerId: 'cus_1',
    head: { seq: 0, hash: conversationId },
    fence: 1000,
    projection: aProjection(conversationId, lastSeq),
    ...given,
  };
}
