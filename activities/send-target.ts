import type { AnyConnector } from '../connectors/connector';
import type { Capabilities } from '../domain/channel/capabilities';
import type { Channel } from '../domain/channel/schema';
import type { ConfigStore } from '../infra/stores';
import { stopped } from './send-failures';

/** Where a part goes: its channel, and the connector with its configuration. */
export interface Target {
  readonly channel: Channel;
  readonly connector: AnyConnector;
  readonly cfg: unknown;
  readonly baseUrl: string;
  readonly enabled: boolean;
  readonly capabilities: Capabilities;
}

/** The channel with its connector as it may be used now. Throws `ChannelStopped` when it cannot be used at all. */
export async function targetOf(
  channelId: string,
  deps: {
    readonly config: Pick<ConfigStore, 'channel'>;
    readonly connectorOf: (providerId: string) => AnyConnector | null;
  },
): Promise<Target> {
  const found = await deps.config.channel(channelId);
  const connector = found && deps.connectorOf(found.connector.providerId);
  if (!found || !connector) throw stopped('config', 'unknown channel or provider');
  const { cfg, valid } = found.connector;
  if (!valid) throw stopped('config', 'the connector is not configured');
  const { channel } = found;
  return {
    channel,
    connector,
    cfg,
    baseUrl: baseUrlOf(cfg),
    enabled: channel.enabled && found.connector.enabled,
    capabilities: connector.capabilities(cfg, channel.channelType),
  };
}

function baseUrlOf(cfg: unknown): string {
  const { baseUrl } = cfg as { baseUrl?: unknown };
  return typeof baseUrl === 'string' ? baseUrl : '';
}
