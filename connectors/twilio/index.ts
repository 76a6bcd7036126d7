import type { ChannelType } from '../../domain/channel/types';
import type { Capabilities, Connector } from '../connector';
import { TwilioConfig } from './config';
import { fetchMedia } from './fetch-media';
import { lookup, send } from './send';
import { parse, reply, verify } from './webhook';

/** SMS, MMS and WhatsApp through Twilio (connectors.md 3), and the legs of its calls as events. */
export const twilioConnector: Connector<TwilioConfig> = {
  id: 'twilio',
  channelTypes: ['SMS', 'WHATSAPP', 'CX_VOICE'],
  configSchema: TwilioConfig,
  secretAttributes: ['authToken', 'apiKeySecret'],
  delivery: 'SEND',
  capabilities,
  verify,
  parse,
  reply,
  send,
  lookup,
  fetchMedia,
};

const MEGABYTE = 1_000_000;

/** Calls are heard of; nothing can be written to them. */
const CALLS: Capabilities = {
  typing: false,
  readReceipts: { send: false, receive: false },
  reactions: false,
  replies: false,
  templates: false,
  media: { kinds: [], maxBytes: {}, captionMax: 0 },
  text: { max: 0 },
  buttons: null,
  deliveryStates: [],
  idempotentSend: false,
  window: null,
  rate: {},
  ambiguousSend: 'at-most-once',
};

function capabilities(_cfg: TwilioConfig, channelType: ChannelType): Capabilities {
  if (channelType === 'CX_VOICE') return CALLS;
  const whatsapp = channelType === 'WHATSAPP';
  const maxBytes = (whatsapp ? 16 : 5) * MEGABYTE;
  return {
    typing: false,
    readReceipts: { send: false, receive: whatsapp },
    reactions: false,
    replies: false,
    templates: whatsapp,
    media: {
      kinds: ['IMAGE', 'VIDEO', 'AUDIO', 'FILE'],
      maxBytes: { IMAGE: maxBytes, VIDEO: maxBytes, AUDIO: maxBytes, FILE: maxBytes },
      captionMax: 1600,
    },
    text: { max: 1600 },
    buttons: null,
    deliveryStates: [
      'ACCEPTED',
      'SENT',
      'DELIVERED',
      ...(whatsapp ? (['READ'] as const) : []),
      'FAILED',
    ],
    idempotentSend: false,
    window: whatsapp ? { hours: 24, outside: 'template' } : null,
    rate: {}, // Twilio's own queue holds ten hours of messages and sends at the number's pace
    ambiguousSend: 'reconcile-by-lookup',
  };
}
