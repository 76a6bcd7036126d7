import { TEXT_MAX } from '../../domain/message/body-types';
import type { Capabilities, Connector } from '../connector';
import { HttpConfig } from './config';
import { send } from './send';
import { parse, reply, verify } from './webhook';

/** The generic connector: our own signed protocol, the same in both directions (connectors.md 10). */
export const httpConnector: Connector<HttpConfig> = {
  id: 'http',
  channelTypes: ['GENERIC', 'CX_VOICE'],
  configSchema: HttpConfig,
  secretAttributes: ['inboundSecret', 'outboundSecret'],
  delivery: 'SEND',
  capabilities,
  verify,
  parse,
  reply,
  send,
};

/** As the partner declares; what it leaves out it can do, since it is given our own model of a message. */
function capabilities({ capabilities: declared = {} }: HttpConfig): Capabilities {
  const { media, native, ...rest } = declared;
  return {
    typing: false,
    readReceipts: { send: false, receive: true },
    reactions: false,
    replies: true,
    templates: false,
    text: { max: TEXT_MAX },
    buttons: { max: 30, titleMax: 80, payloadMaxBytes: 800, listMax: 30 },
    deliveryStates: ['ACCEPTED', 'SENT', 'DELIVERED', 'READ', 'FAILED'],
    window: null,
    rate: {},
    ...rest,
    media: {
      kinds: media?.kinds ?? ['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'STICKER', 'LOCATION', 'CONTACT'],
      maxBytes: media?.maxBytes ?? {},
      captionMax: media?.captionMax ?? 1024,
    },
    native: native ?? ['URL', 'CAROUSEL', 'EMAIL'],
    idempotentSend: true,
    ambiguousSend: 'exactly-once-with-key',
  };
}
