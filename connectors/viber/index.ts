import type { Capabilities, Connector } from '../connector';
import { ViberConfig } from './config';
import { registerWebhook } from './register';
import { send } from './send';
import { parse, reply, verify } from './webhook';

/** Viber bots (connectors.md 4). */
export const viberConnector: Connector<ViberConfig> = {
  id: 'viber',
  channelTypes: ['VIBER'],
  configSchema: ViberConfig,
  secretAttributes: ['authToken'],
  delivery: 'SEND',
  capabilities,
  verify,
  parse,
  reply,
  registerWebhook,
  send,
};

const MEGABYTE = 1_000_000;

function capabilities(): Capabilities {
  return {
    typing: false,
    readReceipts: { send: false, receive: true },
    reactions: false,
    replies: false,
    templates: false,
    media: {
      kinds: ['IMAGE', 'VIDEO', 'FILE', 'LOCATION'],
      maxBytes: { IMAGE: MEGABYTE, VIDEO: 26 * MEGABYTE, FILE: 50 * MEGABYTE },
      captionMax: 512,
      captionMaxOf: { VIDEO: 0, FILE: 0 },
      types: { IMAGE: ['image/jpeg', 'image/png', 'image/gif'], VIDEO: ['video/mp4'] },
      sizeNeeded: ['VIDEO', 'FILE'],
    },
    text: { max: 7000 },
    buttons: { max: 24, titleMax: 80, payloadMaxBytes: 800 },
    deliveryStates: ['SENT', 'DELIVERED', 'READ', 'FAILED'],
    idempotentSend: false,
    window: null,
    rate: {},
    ambiguousSend: 'at-least-once',
    writingOptsIn: true,
  };
}
