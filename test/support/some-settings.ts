import { Channel } from '../../domain/channel/schema';
import type { ChannelSettings } from '../../domain/channel/settings';

/** Settings of a webchat channel without bot or queue, all else by default. */
export function someSettings(changed: Partial<ChannelSettings> = {}): ChannelSettings {
  const channel = Channel.parse({
    id: 'web',
    channelType: 'WEB',
    serviceIdentifier: 'web',
    connectorId: 'webchat',
  });
  return {
    ...channel,
    channelId: channel.id,
    providerId: 'webchat',
    namespace: 'web:web',
    mrdId: 'chat',
    customerInactivityTimeoutSeconds: 600,
    delivery: 'STREAM',
    window: null,
    bot: null,
    queue: null,
    ambiguousSend: 'exactly-once-with-key',
    reportsOutcome: false,
    ...changed,
  };
}
