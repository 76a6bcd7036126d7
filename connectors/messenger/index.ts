import type { Capabilities, Connector } from '../connector';
import { GRAPH_SECRETS } from '../meta/config';
import { MessengerConfig } from './config';
import { registerWebhook } from './register';
import { markRead, send, typing } from './send';
import { accounts, handshake, parse, reply, verify } from './webhook';

const shared = {
  configSchema: MessengerConfig,
  secretAttributes: GRAPH_SECRETS,
  delivery: 'SEND',
  capabilities,
  handshake,
  accounts,
  verify,
  parse,
  reply,
  registerWebhook,
  send,
  typing,
  markRead,
} as const satisfies Partial<Connector<MessengerConfig>>;

/** Facebook Messenger (connectors.md 6). */
export const messengerConnector: Connector<MessengerConfig> = {
  id: 'messenger',
  channelTypes: ['MESSENGER'],
  ...shared,
};
/** Instagram direct messages: the same calls through the page, events of its own. */
export const instagramConnector: Connector<MessengerConfig> = {
  id: 'instagram',
  channelTypes: ['INSTAGRAM'],
  ...shared,
};

const MEGABYTE = 1_000_000;

function capabilities(): Capabilities {
  const maxBytes = 25 * MEGABYTE;
  return {
    typing: true,
    readReceipts: { send: true, receive: true },
    reactions: false,
    replies: true,
    templates: false,
    media: {
      kinds: ['IMAGE', 'VIDEO', 'AUDIO', 'FILE'],
      maxBytes: { IMAGE: maxBytes, VIDEO: maxBytes, AUDIO: maxBytes, FILE: maxBytes },
      captionMax: 0,
    },
    text: { max: 2000 },
    buttons: { max: 13, titleMax: 20, payloadMaxBytes: 1000 },
    deliveryStates: ['SENT', 'DELIVERED', 'READ', 'FAILED'],
    idempotentSend: false,
    window: { hours: 24, outside: 'tag' },
    rate: {},
    ambiguousSend: 'at-most-once',
  };
}
