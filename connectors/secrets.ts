import { timingSafeEqual } from 'node:crypto';
import { z } from 'zod';

/** One secret, several separated by commas, or a list: any may verify while a key is rotated, the first one speaks for us. */
export const Secrets = z.union([z.string().min(1), z.array(z.string().min(1)).min(1).max(5)]);
export type Secrets = z.infer<typeof Secrets>;

/** `whsec_` and base64 of 24 to 64 random bytes; while rotating a list, by commas or as an array. */
const SECRET = 'whsec_[A-Za-z0-9+/]{32,86}={0,2}';
export const SigningSecrets = z.union([
  z
    .string()
    .regex(new RegExp(`^${SECRET}( *, *${SECRET}){0,4}$`), 'whsec_ and base64 of 24 to 64 bytes'),
  z
    .array(z.string().regex(new RegExp(`^${SECRET}$`), 'whsec_ and base64 of 24 to 64 bytes'))
    .min(1)
    .max(5),
]);

/** The active secrets, never an empty one: without any, nothing fits. */
export function secretsOf(secrets: Secrets | undefined): readonly string[] {
  const list = typeof secrets === 'string' ? secrets.split(',') : (secrets ?? []);
  return list.map((secret) => secret.trim()).filter((secret) => secret !== '');
}

/** Compares in constant time; unequal lengths are a plain no. */
export function sameBytes(a: Uint8Array, b: Uint8Array): boolean {
  return a.length === b.length && timingSafeEqual(a, b);
}
