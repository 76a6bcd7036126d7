import type { z } from 'zod';
import type { Capabilities, Connector } from '../connector';
import { GRAPH_SECRETS } from '../meta/config';
import { CloudConfig, DialogConfig, type WhatsAppConfig } from './config';
import { registerWebhook } from './register';
import { fetchMedia, markRead, react, send, typing } from './send';
import { accounts, handshake, parse, reply, verify } from './webhook';

/** WhatsApp straight from Meta (connectors.md 2). */
export const whatsappCloudConnector: Connector<CloudConfig> = {
  ...profile('whatsapp-cloud', CloudConfig, GRAPH_SECRETS),
  accounts,
};
/** WhatsApp through 360dialog: the same messages, other addresses and credentials. */
export const dialogConnector = profile('360dialog', DialogConfig, ['apiKey', 'webhookSecret']);

function profile<Config extends WhatsAppConfig>(
  id: string,
  configSchema: z.ZodType<Config>,
  secretAttributes: readonly (keyof Config & string)[],
): Connector<Config> {
  return {
    id,
    channelTypes: ['WHATSAPP'],
    configSchema,
    secretAttributes,
    delivery: 'SEND',
    capabilities: () => CAPABILITIES,
    handshake,
    verify,
    parse,
    reply,
    registerWebhook,
    send,
    typing,
    markRead,
    react,
    fetchMedia,
  };
}

const MEBIBYTE = 1_048_576;

const CAPABILITIES: Capabilities = {
  typing: true,
  readReceipts: { send: true, receive: true },
  reactions: true,
  replies: true,
  templates: true,
  media: {
    kinds: ['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'LOCATION'],
    maxBytes: {
      IMAGE: 5 * MEBIBYTE,
      VIDEO: 16 * MEBIBYTE,
      AUDIO: 16 * MEBIBYTE,
      FILE: 100 * MEBIBYTE,
    },
    captionMax: 1024,
    captionMaxOf: { AUDIO: 0 },
  },
  text: { max: 4096 },
  buttons: { max: 3, titleMax: 20, payloadMaxBytes: 200, listMax: 10 }, // the strictest of buttons and rows
  deliveryStates: ['SENT', 'DELIVERED', 'READ', 'FAILED'],
  idempotentSend: false,
  window: { hours: 24, outside: 'template' },
  rate: { perSecond: 80 },
  ambiguousSend: 'at-most-once',
};
