import { createHmac } from 'node:crypto';
import { sameBytes } from '../secrets';

/** Letters of the MAC: 60 bits, and each guess costs a mail. */
const MAC_LENGTH = 12;
/** RFC 5321: what stands before the `@`. */
const LOCAL_PART_MAX = 64;
const BASE32 = 'abcdefghijklmnopqrstuvwxyz234567';

/**
 * Where an answer is asked to go: `support+cnv_1.<mac>@…`, so that it finds its conversation whoever sends it. The plain address
 * where the token does not fit. The first secret speaks.
 */
export function replyAddress(
  address: string,
  conversationId: string,
  secrets: readonly string[],
): string {
  const [secret] = secrets;
  const at = address.lastIndexOf('@');
  if (!secret) return address;
  const local = `${address.slice(0, at)}+${conversationId}.${macOf(address, conversationId, secret)}`;
  return local.length > LOCAL_PART_MAX ? address : local + address.slice(at);
}

/** The conversation that one of the addresses names with a valid token. Any active secret may fit. */
export function conversationOf(
  recipients: readonly string[],
  address: string,
  secrets: readonly string[],
): string | null {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at).toLowerCase(), address.slice(at).toLowerCase()];
  for (const recipient of recipients.slice(0, 100)) {
    const given = recipient.trim().toLowerCase();
    if (!given.startsWith(`${local}+`) || !given.endsWith(domain)) continue;
    const token = given.slice(local.length + 1, -domain.length);
    const [, conversationId, mac] = /^(cnv_[\w-]{1,64})\.([a-z2-7]{12})$/.exec(token) ?? [];
    if (!conversationId || !mac) continue;
    const fits = (secret: string) =>
      sameBytes(Buffer.from(mac), Buffer.from(macOf(address, conversationId, secret)));
    if (secrets.some(fits)) return conversationId;
  }
  return null;
}

/** An address without what stands between `+` and `@`. */
export function withoutTag(address: string): string {
  return address
    .trim()
    .toLowerCase()
    .replace(/\+[^@]*(?=@)/, '');
}

/** Servers may change the case of what stands before the `@`, so that none matters here. */
function macOf(address: string, conversationId: string, secret: string): string {
  const text = `reply-address\n${address.toLowerCase()}\n${conversationId.toLowerCase()}`;
  const bytes = createHmac('sha256', secret).update(text).digest();
  return Array.from(bytes.subarray(0, MAC_LENGTH), (byte) => BASE32[byte & 31]).join('');
}
