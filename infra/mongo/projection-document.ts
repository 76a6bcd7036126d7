import type { UpdateFilter } from 'mongodb';
import type { Projection } from '../../domain/conversation/projection';
import type { ConversationChange, ConversationSummary, StoredConversation } from '../stores';
import type { ConversationDocument } from './collections';

/** The update that stores a conversation's projection with everything that lists filter by. */
export function projectionUpdate(
  projection: Projection,
  {
    fence,
    customerId,
    confirmedSeq,
  }: Pick<ConversationDocument, 'fence' | 'customerId' | 'confirmedSeq'>,
): UpdateFilter<ConversationDocument> {
  const { conversation } = projection;
  const { channelSessions, participants, tasks } = conversation;
  const agents = participants.filter(({ type }) => type === 'AGENT');
  const bots = participants.filter(({ type }) => type === 'BOT').map(({ id }) => id);
  const waiting = tasks.find(
    ({ mediaState }) => mediaState === 'QUEUED' || mediaState === 'RESERVED',
  );
  const queueId = waiting?.queueId ?? tasks.findLast((task) => task.queueId !== null)?.queueId;
  return {
    $set: {
      fence,
      lastSeq: conversation.lastSeq,
      confirmedSeq,
      projection,
      customerId,
      customerName:
        participants.find(({ type, name }) => type === 'CUSTOMER' && name)?.name ?? null,
      state: conversation.state,
      open: isOpen(conversation.state),
      live: conversation.state !== 'CLOSED',
      createdAt: conversation.createdAt,
      closedAt: conversation.closedAt,
      queueId: queueId ?? null,
      botId: projection.botId,
      presentAgentIds: unique(agents.filter(({ leftAt }) => leftAt === null).map(({ id }) => id)),
      ringingAgentIds: unique(
        tasks.flatMap((task) => (task.mediaState === 'RESERVED' ? (task.agentId ?? []) : [])),
      ),
      onList: conversation.listEntry !== null,
      uses: usesOf(projection),
    },
    $addToSet: {
      agentIds: { $each: unique(agents.map(({ id }) => id)) },
      botIds: { $each: unique([...bots, ...(projection.botId ? [projection.botId] : [])]) },
      channelIds: { $each: unique(channelSessions.map(({ channelId }) => channelId)) },
      channelTypes: { $each: unique(channelSessions.map(({ channelType }) => channelType)) },
      sessionChannels: { $each: channelSessions.map(({ id, channelId }) => `${id} ${channelId}`) },
    },
  };
}

/** What a list shows of a conversation. */
export function toSummary(document: ConversationDocument): ConversationSummary {
  const { conversation, waitingSince, lastCustomerMessageAt } = document.projection;
  const {
    id,
    customerId,
    state,
    createdAt,
    closedAt,
    direction,
    disposition,
    lastSeq,
    messageCount,
  } = conversation;
  return {
    id,
    customerId,
    state,
    createdAt,
    closedAt,
    direction,
    disposition,
    lastSeq,
    messageCount,
    customerName: document.customerName,
    channelTypes: document.channelTypes,
    channelIds: document.channelIds,
    agentIds: document.presentAgentIds,
    queueId: document.queueId,
    waitingSince,
    lastCustomerMessageAt,
    erasedAt: document.erasedAt ?? null,
  };
}

export function toChange(document: ConversationDocument): ConversationChange {
  const { tasks, listEntry } = document.projection.conversation;
  return { ...toSummary(document), tasks, listEntry };
}

export function toStored(document: ConversationDocument): StoredConversation {
  const { conversation, ...projection } = document.projection;
  return { ...conversation, projection, erasedAt: document.erasedAt ?? null };
}

/** Open = any state but CLOSING and CLOSED. */
function isOpen(state: string): boolean {
  return state !== 'CLOSING' && state !== 'CLOSED';
}

function usesOf({ conversation }: Projection): readonly string[] {
  const started = conversation.channelSessions.filter(({ state }) => state === 'STARTED');
  const open = conversation.tasks.filter(({ state }) => state !== 'CLOSED');
  return unique([
    ...started.map(({ channelId }) => `channels:${channelId}`),
    ...(conversation.listEntry ? [`lists:${conversation.listEntry.listId}`] : []),
    ...open.flatMap(({ queueId, listId, mrdId, agentId }) => [
      ...(queueId ? [`queues:${queueId}`] : []),
      ...(listId ? [`lists:${listId}`] : []),
      `mrds:${mrdId}`,
      ...(agentId ? [`agents:${agentId}`] : []),
    ]),
  ]);
}

function unique<T>(values: readonly T[]): T[] {
  return [...new Set(values)];
}
