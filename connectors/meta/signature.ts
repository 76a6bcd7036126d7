import { createHmac } from 'node:crypto';
import type { RawRequest } from '../connector';
import { type Secrets, sameBytes, secretsOf } from '../secrets';

/**
 * Whether `X-Hub-Signature-256` is `sha256=` and lower-case hex HMAC-SHA256 of the body with any active app secret (connectors.md
 * 2.1). Tried over the raw bytes, then once more over the body as Meta signs it, in case a proxy has re-encoded it.
 */
export function isSignedByMeta({ headers, raw }: RawRequest, appSecret: Secrets): boolean {
  const given = headers.get('x-hub-signature-256') ?? '';
  if (!/^sha256=[0-9a-f]{64}$/.test(given)) return false;
  const signature = Buffer.from(given.slice('sha256='.length), 'hex');
  const secrets = secretsOf(appSecret);
  const fits = (body: Uint8Array | string) =>
    secrets.some((secret) =>
      sameBytes(signature, createHmac('sha256', secret).update(body).digest()),
    );
  if (fits(raw)) return true;
  const escaped = escapedBody(raw);
  return escaped !== null && fits(escaped);
}

/** The body with every UTF-16 unit above `~` as `\u` and four lower-case hex digits; null when it is no UTF-8. */
function escapedBody(raw: Uint8Array): string | null {
  try {
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(raw);
    return text.replace(
      /[\u007f-\uffff]/g, // without the u flag: by UTF-16 units
      (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
    );
  } catch {
    return null;
  }
}
