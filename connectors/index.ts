import { z } from 'zod';
import type { ChannelType } from '../domain/channel/types';
import type { AnyConnector, Capabilities } from './connector';
import { emailConnector } from './email';
import { httpConnector } from './http';
import { lineConnector } from './line';
import { instagramConnector, messengerConnector } from './messenger';
import { telegramConnector } from './telegram';
import { twilioConnector } from './twilio';
import { viberConnector } from './viber';
import { webchatConnector } from './webchat';
import { dialogConnector, whatsappCloudConnector } from './whatsapp';

/** Every connector there is, by provider id. */
const CONNECTORS: ReadonlyMap<string, AnyConnector> = new Map(
  [
    webchatConnector,
    httpConnector,
    twilioConnector,
    whatsappCloudConnector,
    dialogConnector,
    messengerConnector,
    instagramConnector,
    viberConnector,
    telegramConnector,
    lineConnector,
    emailConnector,
  ].map((connector: AnyConnector) => [connector.id, connector]),
);

/** The connector of a provider; null when there is none. */
export function connectorOf(providerId: string): AnyConnector | null {
  return CONNECTORS.get(providerId) ?? null;
}

/** A provider as `GET /v1/providers` shows it. */
export interface Provider {
  readonly id: string;
  readonly channelTypes: readonly ChannelType[];
  /** JSON Schema of a connector's `attributes`. */
  readonly attributeSchema: Readonly<Record<string, unknown>>;
  /** Attributes that reads show as `"***"`. */
  readonly secretAttributes: readonly string[];
  readonly delivery: 'STREAM' | 'SEND';
  /** By channel type, for a connector that declares nothing of its own. */
  readonly capabilities: Readonly<Record<string, Capabilities>>;
}

/** The catalogue, in the order in which it is written here. */
export const PROVIDERS: readonly Provider[] = [...CONNECTORS.values()].map((connector) => ({
  id: connector.id,
  channelTypes: connector.channelTypes,
  attributeSchema: z.toJSONSchema(connector.configSchema, { io: 'input' }),
  secretAttributes: connector.secretAttributes,
  delivery: connector.delivery,
  capabilities: Object.fromEntries(
    connector.channelTypes.map((channelType) => [
      channelType,
      connector.capabilities({}, channelType),
    ]),
  ),
}));
