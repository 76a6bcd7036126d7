import { MEDIA_MAX_BYTES, TEXT_MAX } from '../../domain/message/body-types';
import type { Connector } from '../connector';
import { EmailConfig } from './config';
import { readMail } from './read';
import { send } from './send';
import { parse, reply, verify } from './webhook';

/** Relays take 20 to 25 MB for a whole mail, and base64 adds a third. */
const ATTACHMENT_MAX_BYTES = 15_000_000;
const ATTACHED = ['IMAGE', 'VIDEO', 'AUDIO', 'FILE', 'STICKER'] as const;

/** Mail: out by SMTP, in as raw mails at the webhook or from a mailbox (connectors.md 9). */
export const emailConnector: Connector<EmailConfig> = {
  id: 'email',
  channelTypes: ['EMAIL'],
  configSchema: EmailConfig,
  secretAttributes: ['smtp.password', 'imap.password', 'inboundSecret'],
  delivery: 'SEND',
  maxRequestBytes: MEDIA_MAX_BYTES,
  capabilities: () => ({
    typing: false,
    readReceipts: { send: false, receive: false },
    reactions: false,
    replies: true,
    templates: false,
    media: {
      kinds: ATTACHED,
      maxBytes: Object.fromEntries(ATTACHED.map((kind) => [kind, ATTACHMENT_MAX_BYTES])),
      captionMax: 1024,
    },
    text: { max: TEXT_MAX },
    buttons: null,
    deliveryStates: ['SENT', 'FAILED'],
    idempotentSend: false,
    window: null,
    rate: {},
    ambiguousSend: 'at-least-once',
    native: ['EMAIL'],
  }),
  verify,
  read: ({ raw }) => readMail(raw),
  parse,
  mailbox: ({ imap }) => imap ?? null,
  reply,
  send,
};
