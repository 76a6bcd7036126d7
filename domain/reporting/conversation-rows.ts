import type { Projection } from '../conversation/projection';
import { durationSeconds } from './durations';
import type { ReportRow } from './entities';

/** A conversation as its projection tells of it, with what lists keep beside. */
export interface ReportedConversation {
  readonly projection: Projection;
  readonly customerId: string;
  readonly customerName: string | null;
  /** Everybody who was ever part of it. */
  readonly agentIds: readonly string[];
  /** ISO UTC: when the projection was made. */
  readonly updatedAt: string;
}

/** The row of `conversation`: made when it is read, so that a running one counts its messages to the last. */
export function conversationRow({
  projection,
  customerId,
  customerName,
  agentIds,
  updatedAt,
}: ReportedConversation): ReportRow {
  const { conversation, counters, firstAgentResponseSeconds } = projection;
  const { createdAt, closedAt } = conversation;
  return {
    conversation_id: conversation.id,
    customer_id: customerId,
    customer_name: customerName,
    direction: conversation.direction,
    state: conversation.state,
    start_time: createdAt,
    end_time: closedAt,
    duration_seconds: durationSeconds(createdAt, closedAt),
    close_reason: projection.closeReason,
    disposition: conversation.disposition,
    previous_conversation_id: conversation.previousConversationId,
    first_channel_id: projection.firstChannelId,
    bot_id: projection.botId,
    message_count: conversation.messageCount,
    customer_message_count: counters['customerMessages'] ?? 0,
    bot_message_count: counters['botMessages'] ?? 0,
    agent_message_count: counters['agentMessages'] ?? 0,
    first_agent_response_seconds:
      firstAgentResponseSeconds === null ? null : Math.round(firstAgentResponseSeconds),
    agent_count: agentIds.length,
    reopen_count: counters['reopened'] ?? 0,
    record_creation_time: createdAt,
    updated_at: updatedAt,
  };
}

/** The rows of `conversation_data`: one per key that is set, by key. */
export function dataRows({ projection, updatedAt }: ReportedConversation): readonly ReportRow[] {
  const { id, data, createdAt } = projection.conversation;
  return Object.keys(data)
    .sort()
    .map((key) => ({
      conversation_id: id,
      key,
      value: data[key] ?? null,
      record_creation_time: createdAt,
      updated_at: updatedAt,
    }));
}
