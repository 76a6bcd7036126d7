import { BODY_TYPES, TEXT_MAX } from '../../domain/message/body-types';
import type { Connector } from '../connector';
import { WebchatConfig } from './config';
import { send } from './send';
import { parse, reply, verify } from './webhook';

export { directLineSecretFits, identifierFits } from './identity';

const NATIVE = BODY_TYPES.filter((type) => type !== 'TEMPLATE' && type !== 'EMAIL');

/** Our own widget: no provider, no webhook, no call (connectors.md 11.1). */
export const webchatConnector: Connector<WebchatConfig> = {
  id: 'webchat',
  channelTypes: ['WEB'],
  configSchema: WebchatConfig,
  secretAttributes: ['identitySecret', 'directLineSecret'],
  delivery: 'STREAM',
  capabilities: () => ({
    typing: true,
    readReceipts: { send: true, receive: true },
    reactions: true,
    replies: true,
    templates: false,
    media: {
      kinds: ['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'STICKER', 'LOCATION', 'CONTACT'],
      maxBytes: {},
      captionMax: 1024,
    },
    text: { max: TEXT_MAX },
    buttons: { max: 30, titleMax: 80, payloadMaxBytes: 800, listMax: 30 },
    deliveryStates: ['SENT', 'DELIVERED', 'READ'],
    idempotentSend: true,
    window: null,
    rate: {},
    ambiguousSend: 'exactly-once-with-key',
    native: NATIVE,
  }),
  verify,
  parse,
  reply,
  send,
};
