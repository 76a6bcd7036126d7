import type { Capabilities, Connector } from '../connector';
import { TelegramConfig } from './config';
import { fetchMedia } from './fetch-media';
import { edit, react, remove, typing } from './news';
import { registerWebhook } from './register';
import { acknowledge, send } from './send';
import { parse, reply, verify } from './webhook';

/** Telegram bots (connectors.md 5): one channel is one bot, a conversation is its private chat with one person. */
export const telegramConnector: Connector<TelegramConfig> = {
  id: 'telegram',
  channelTypes: ['TELEGRAM'],
  configSchema: TelegramConfig,
  secretAttributes: ['botToken', 'secretToken'],
  delivery: 'SEND',
  capabilities,
  verify,
  parse,
  reply,
  registerWebhook,
  send,
  typing,
  react,
  edit,
  remove,
  acknowledge,
  fetchMedia,
};

const MEGABYTE = 1_000_000;
/** What Telegram fetches from a link; an upload might be 50 MB, a photo 10. */
const LINKED = 20 * MEGABYTE;
const LINKED_PHOTO = 5 * MEGABYTE;

function capabilities(): Capabilities {
  return {
    typing: true,
    readReceipts: { send: false, receive: false },
    reactions: true,
    replies: true,
    templates: false,
    media: {
      kinds: ['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'LOCATION'],
      maxBytes: { IMAGE: LINKED_PHOTO, VIDEO: LINKED, AUDIO: LINKED, FILE: LINKED },
      captionMax: 1024,
      types: {
        IMAGE: ['image/jpeg', 'image/png', 'image/webp'],
        AUDIO: ['audio/ogg', 'audio/mpeg', 'audio/mp4', 'audio/x-m4a'],
      },
    },
    text: { max: 4096 },
    buttons: { max: 30, titleMax: 80, payloadMaxBytes: 64 },
    deliveryStates: ['SENT', 'FAILED'],
    idempotentSend: false,
    window: null,
    rate: { perSecond: 30, perRecipientMs: 1000 },
    ambiguousSend: 'at-least-once',
  };
}
