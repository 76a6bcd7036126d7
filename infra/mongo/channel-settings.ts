import type { Capabilities } from '../../domain/channel/capabilities';
import type { Channel } from '../../domain/channel/schema';
import type { ChannelSettings } from '../../domain/channel/settings';
import type { ChannelType } from '../../domain/channel/types';
import { identityNamespace } from '../../domain/customer/identity';
import type { StoredResource } from '../stores';

/** What this side needs of a connector; the catalogue's entries fit as they are. */
export interface ConnectorFacts {
  /** Names of attributes, dotted below the first level, that are secrets. */
  readonly secretAttributes: readonly string[];
  readonly delivery: 'STREAM' | 'SEND';
  /** Of its attributes, defaults among them. */
  readonly configSchema: {
    safeParse(
      attributes: unknown,
    ): { readonly success: true; readonly data: unknown } | { readonly success: false };
  };
  capabilities(cfg: never, channelType: ChannelType): Capabilities;
}

/** Everything configured that a channel's settings are made of. */
export interface ChannelParts {
  readonly channel: Channel;
  readonly connector: {
    readonly id: string;
    readonly providerId: string;
    readonly cfg: Readonly<Record<string, unknown>>;
  };
  readonly facts: ConnectorFacts;
  readonly mrdId: string;
  readonly bot: StoredResource | null;
  /** The channel's queue, or its list in mode PULL. */
  readonly queue: StoredResource | null;
}

/** Seconds until a silent customer's session ends, where the channel does not say (domain.md section 15). */
const INACTIVITY_SECONDS = 600;
const VOICE_INACTIVITY_SECONDS = 14_400;
const RESERVATION_SECONDS = 20;

/** What a session copies of its channel (domain.md 3.1). */
export function channelSettings({
  channel,
  connector,
  facts,
  mrdId,
  bot,
  queue,
}: ChannelParts): ChannelSettings {
  const { channelType } = channel;
  const capabilities = facts.capabilities(connector.cfg as never, channelType);
  const inactivity = channelType === 'CX_VOICE' ? VOICE_INACTIVITY_SECONDS : INACTIVITY_SECONDS;
  return {
    channelId: channel.id,
    channelType,
    serviceIdentifier: channel.serviceIdentifier,
    connectorId: connector.id,
    providerId: connector.providerId,
    namespace: identityNamespace(channel),
    mrdId,
    routingMode: channel.routingMode,
    queueId: channel.queueId,
    listId: channel.listId,
    agentRequestTtlSeconds: channel.agentRequestTtlSeconds,
    requestPriority: channel.requestPriority,
    preferLastAgent: channel.preferLastAgent,
    lastAgentTimeoutSeconds: channel.lastAgentTimeoutSeconds,
    onLastAgentLeave: channel.onLastAgentLeave,
    maxAssistants: channel.maxAssistants,
    maxBotTurns: channel.maxBotTurns,
    onBotFailure: channel.onBotFailure,
    customerInactivityTimeoutSeconds: channel.customerInactivityTimeoutSeconds ?? inactivity,
    customerInactivityThresholds: channel.customerInactivityThresholds,
    agentIdleSeconds: channel.agentIdleSeconds,
    customerLeftSeconds: channel.customerLeftSeconds,
    maxLifeSeconds: channel.maxLifeSeconds,
    reentryWindowSeconds: channel.reentryWindowSeconds,
    holdMaxSeconds: channel.holdMaxSeconds,
    closingSendGraceSeconds: channel.closingSendGraceSeconds,
    wrapUp: channel.wrapUp,
    humanAgentTag: channel.humanAgentTag,
    ambiguousWaitMs: channel.ambiguousWaitMs,
    notices: channel.notices,
    ...(channel.windowTemplate && { windowTemplate: channel.windowTemplate }),
    ...(capabilities.writingOptsIn && { writingOptsIn: true }),
    delivery: facts.delivery,
    ...(capabilities.text.max === 0 ? { callsOnly: true } : {}),
    window: capabilities.window,
    bot: bot && bot['enabled'] !== false ? botSettings(bot) : null,
    botTimeoutSeconds: channel.botTimeoutSeconds,
    queue: queue && queueSettings(queue),
    ambiguousSend: policyOf(channel, capabilities),
    // A provider that reports no more than what its answer to the call said sends no news to wait for.
    reportsOutcome: capabilities.deliveryStates.includes('DELIVERED'),
  };
}

type BotSettings = NonNullable<ChannelSettings['bot']>;
type QueueSettings = NonNullable<ChannelSettings['queue']>;

function botSettings(bot: StoredResource): BotSettings {
  const kind = bot['kind'] as BotSettings['kind']; // parsed when it was saved
  return { id: bot.id, kind, ...(bot['suggests'] === true && { suggests: true }) };
}

/** A channel may choose between the two weaker policies; the stronger ones come from the connector (connectors.md 1.7). */
function policyOf(
  { ambiguousSend }: Channel,
  capabilities: Capabilities,
): ChannelSettings['ambiguousSend'] {
  const declared = capabilities.ambiguousSend;
  const weaker = declared === 'at-most-once' || declared === 'at-least-once';
  return weaker && ambiguousSend ? ambiguousSend : declared;
}

function queueSettings(queue: StoredResource): QueueSettings {
  const { agentSlaSeconds, reservationSeconds, agentSlaThresholds, requestTtlSeconds, mrdId } =
    queue as Partial<QueueSettings>; // parsed when it was saved
  return {
    agentSlaSeconds: agentSlaSeconds ?? null,
    reservationSeconds: reservationSeconds ?? RESERVATION_SECONDS,
    agentSlaThresholds: agentSlaThresholds ?? [],
    ...(requestTtlSeconds ? { requestTtlSeconds } : {}),
    ...(mrdId ? { mrdId } : {}),
  };
}
