import {
  defineSearchAttributeKey,
  SearchAttributeType,
  type SearchAttributeUpdatePair,
} from '@temporalio/common';
import type { ConversationState } from '../domain/conversation/model';

/** Search attributes of a conversation's run (http-api.md section 9). None ever holds an address or a text. */
export const searchAttributes = {
  conversationId: defineSearchAttributeKey('ConversationId', SearchAttributeType.KEYWORD),
  conversationState: defineSearchAttributeKey('ConversationState', SearchAttributeType.KEYWORD),
  customerId: defineSearchAttributeKey('CustomerId', SearchAttributeType.KEYWORD),
  channelTypes: defineSearchAttributeKey('ChannelTypes', SearchAttributeType.KEYWORD_LIST),
  channelIds: defineSearchAttributeKey('ChannelIds', SearchAttributeType.KEYWORD_LIST),
  agentIds: defineSearchAttributeKey('AgentIds', SearchAttributeType.KEYWORD_LIST),
  queueId: defineSearchAttributeKey('QueueId', SearchAttributeType.KEYWORD),
  waitingSince: defineSearchAttributeKey('WaitingSince', SearchAttributeType.DATETIME),
  lastCustomerMessageAt: defineSearchAttributeKey(
    'LastCustomerMessageAt',
    SearchAttributeType.DATETIME,
  ),
  messageCount: defineSearchAttributeKey('MessageCount', SearchAttributeType.INT),
};

/** The attributes as they follow from the state. Upserted when the state changes, never per message. */
export function attributesOf(state: ConversationState): SearchAttributeUpdatePair[] {
  const task = openRequest(state);
  const agents = state.participants.filter(
    ({ type, leftAt }) => type === 'AGENT' && leftAt === null,
  );
  const pair = searchAttributes;
  return [
    { key: pair.conversationId, value: state.conversationId },
    { key: pair.conversationState, value: state.state },
    { key: pair.customerId, value: state.customer.id },
    { key: pair.channelTypes, value: unique(state.sessions.map(({ channelType }) => channelType)) },
    { key: pair.channelIds, value: unique(state.sessions.map(({ channelId }) => channelId)) },
    { key: pair.agentIds, value: unique(agents.map(({ id }) => id)) },
    { key: pair.queueId, value: task?.queueId ?? null },
    { key: pair.waitingSince, value: task?.waitingSince ? new Date(task.waitingSince) : null },
    {
      key: pair.lastCustomerMessageAt,
      value: state.lastCustomerMessageAt ? new Date(state.lastCustomerMessageAt) : null,
    },
    { key: pair.messageCount, value: state.counters.messages },
  ];
}

/** The open wish for a human, if there is one. */
export function openRequest(
  state: ConversationState,
): ConversationState['tasks'][number] | undefined {
  return state.tasks.find(({ mediaState }) => mediaState === 'QUEUED' || mediaState === 'RESERVED');
}

function unique(values: readonly string[]): string[] {
  return [...new Set(values)];
}
