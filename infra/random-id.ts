import { randomBytes } from 'node:crypto';

const ALPHABET = 'abcdefghijklmnopqrstuvwxyz234567';

/** `prefix` and 26 characters of lower-case base32: 130 random bits. */
export function randomId(prefix: string): string {
  return prefix + Array.from(randomBytes(26), (byte) => ALPHABET[byte & 31]).join('');
}
