import type { Capabilities, Connector } from '../connector';
import { LineConfig } from './config';
import { fetchMedia } from './fetch-media';
import { registerWebhook } from './register';
import { send } from './send';
import { parse, reply, verify } from './webhook';

/** LINE official accounts (connectors.md 7). */
export const lineConnector: Connector<LineConfig> = {
  id: 'line',
  channelTypes: ['LINE'],
  configSchema: LineConfig,
  secretAttributes: ['channelSecret', 'channelAccessToken'],
  delivery: 'SEND',
  capabilities,
  verify,
  parse,
  reply,
  registerWebhook,
  send,
  fetchMedia,
};

/** The preview of a picture may be this large; it is the picture itself. */
const PREVIEW_BYTES = 1_000_000;

/** Video needs a still picture and sound its length, which we do not have: both go as links to our copy. */
function capabilities(): Capabilities {
  return {
    typing: false,
    readReceipts: { send: false, receive: false },
    reactions: false,
    replies: false,
    templates: false,
    media: {
      kinds: ['IMAGE', 'LOCATION'],
      maxBytes: { IMAGE: PREVIEW_BYTES },
      captionMax: 0,
      types: { IMAGE: ['image/jpeg', 'image/png'] },
    },
    text: { max: 5000 },
    buttons: null,
    deliveryStates: ['SENT', 'FAILED'],
    idempotentSend: true,
    window: null,
    rate: {},
    ambiguousSend: 'exactly-once-with-key',
  };
}
