import { hash } from 'node:crypto';
import { ID_PREFIXES } from '../ids';

/**
 * Key of a channel's event in the ring of the workflow and in the archive's unique index: 26 characters of lower-case base32 of the
 * SHA-256 of channel id, NUL and the provider's own key (architecture.md decision 3).
 * Not for workflow code: the sandbox has no hashes, and gets keys with its signals.
 */
export function eventKey(channelId: string, rawKey: string): string {
  return digest(channelId, rawKey);
}

/**
 * Id of a customer's message, derived so that a repeat gets its first answer with nothing looked up. `key`: the provider's message
 * id, else the raw event key.
 */
export function inboundMessageId(channelId: string, key: string): string {
  return ID_PREFIXES.message + digest(channelId, key);
}

/**
 * Id of a message of an agent or bot, derived from who sends and their `Idempotency-Key`, so that a repeat names the same message.
 * `principal`: role and subject, e.g. `agent:agt_ana`.
 */
export function outboundMessageId(principal: string, idempotencyKey: string): string {
  return ID_PREFIXES.message + digest('outbound', `${principal}\0${idempotencyKey}`);
}

/**
 * Id of medium `index` (from 0) of an inbound message, derived so that every copy of the message names the same one. It cannot be
 * counted up, and who may read it is asked of its conversation.
 */
export function inboundMediaId(messageId: string, index: number): string {
  return `med_${digest('media', `${messageId}\0${index}`)}`;
}

/** 26 characters hold 130 bits: enough that no two keys of one installation ever meet. */
const LENGTH = 26;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

function digest(scope: string, key: string): string {
  let text = '';
  let bits = 0;
  let value = 0;
  for (const byte of hash('sha256', `${scope}\0${key}`, 'buffer')) {
    value = (value << 8) | byte;
    bits += 8;
    while (bits >= 5 && text.length < LENGTH) {
      bits -= 5;
      text += BASE32[(value >>> bits) & 31];
    }
    value &= (1 << bits) - 1;
  }
  return text;
}
