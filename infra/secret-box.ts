import { createCipheriv, createDecipheriv, createHash, hkdfSync, randomBytes } from 'node:crypto';

/** Encrypts what the database must not show in plain (reliability.md section 11). */
export interface SecretBox {
  /** `context` says what the text is and where it belongs: it opens under the same context only. */
  seal(text: string, context: string): string;
  /** Throws {@link SecretBoxError} when no secret of the list fits, or text or context were changed. */
  open(sealed: string, context: string): string;
}

/** Thrown when a sealed text cannot be opened. Says nothing about its content. */
export class SecretBoxError extends Error {
  override readonly name = 'SecretBoxError';
}

const CIPHER = 'aes-256-gcm';
const NONCE_BYTES = 12; // what GCM is made for
const TAG_BYTES = 16;

/**
 * AES-256-GCM with keys derived from `PARLEY_SECRET` by HKDF-SHA-256: the first secret of the list seals, all open. A sealed text is
 * `v1.{key id}.{base64url of nonce, tag and ciphertext}`.
 */
export function createSecretBox(secrets: readonly [string, ...string[]]): SecretBox {
  const keys = secrets.map(keyOf);
  const [first = keyOf(secrets[0])] = keys;
  return {
    seal(text, context) {
      const nonce = randomBytes(NONCE_BYTES);
      const cipher = createCipheriv(CIPHER, first.key, nonce).setAAD(Buffer.from(context));
      const sealed = Buffer.concat([cipher.update(text, 'utf8'), cipher.final()]);
      const bytes = Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
      return `v1.${first.id}.${bytes.toString('base64url')}`;
    },

    open(sealed, context) {
      const [version, id, text = ''] = sealed.split('.');
      const fitting = keys.find((key) => key.id === id);
      if (version !== 'v1' || !fitting)
        throw new SecretBoxError('Sealed with a secret that is not in the list.');
      const bytes = Buffer.from(text, 'base64url');
      try {
        const decipher = createDecipheriv(CIPHER, fitting.key, bytes.subarray(0, NONCE_BYTES), {
          authTagLength: TAG_BYTES,
        })
          .setAAD(Buffer.from(context))
          .setAuthTag(bytes.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
        const opened = [decipher.update(bytes.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()];
        return Buffer.concat(opened).toString('utf8');
      } catch (cause) {
        throw new SecretBoxError('The sealed text or its context was changed.', { cause });
      }
    },
  };
}

/** The id tells which secret sealed a text; it is a hash of the derived key, so it tells nothing else. */
function keyOf(secret: string): { readonly id: string; readonly key: Buffer } {
  const key = Buffer.from(hkdfSync('sha256', secret, '', 'parley stored secrets', 32));
  return { key, id: createHash('sha256').update(key).digest('base64url').slice(0, 8) };
}
