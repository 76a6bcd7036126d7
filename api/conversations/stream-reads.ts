import type { ArchivedEntry, StoredConversation } from '../../infra/stores';
import type { RouteDeps } from '../context';

/**
 * Agents have read these messages of the customer: whoever follows a channel that delivers by stream (webchat) is told by the stream,
 * now or when they come back.
 */
export type MarkStreamsRead = (
  conversation: StoredConversation,
  messages: readonly ArchivedEntry[],
) => Promise<void>;

export function createStreamReads({
  stores,
  connectors,
}: Pick<RouteDeps, 'stores' | 'connectors'>): MarkStreamsRead {
  async function isStream(channelId: string): Promise<boolean> {
    const found = await stores.config.channel(channelId);
    return found !== null && connectors.get(found.connector.providerId)?.delivery === 'STREAM';
  }

  return async function markStreamsRead({ id, customerId, channelSessions }, messages) {
    const channelOf = new Map(channelSessions.map((session) => [session.id, session.channelId]));
    const newest = new Map<string, ArchivedEntry>();
    for (const message of messages) {
      const channelId = channelOf.get(message.channelSessionId ?? '');
      if (channelId) newest.set(channelId, message);
    }
    for (const [channelId, { id: messageId, seq }] of newest)
      if (await isStream(channelId))
        await stores.readMarks.raise({ conversationId: id, channelId, customerId, messageId, seq });
  };
}
