import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { RawRequest, Verdict } from './connector';
import { sameBytes } from './secrets';

const TOLERANCE_SECONDS = 300;
const NO = { ok: false, status: 401 } as const;

/**
 * Headers of Standard Webhooks (connectors.md section 10): `id` is the same on every attempt, `at` is this attempt's time, and every
 * active key signs. A key is `whsec_` and base64; one that is written otherwise counts by its bytes.
 */
export function signatureHeaders(
  id: string,
  body: string,
  at: Date,
  secrets: readonly string[],
): Record<string, string> {
  const signatures = secrets.map((secret) => webhookOf(secret).sign(id, at, body));
  return {
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    ...(signatures.length > 0 && { 'webhook-signature': signatures.join(' ') }),
  };
}

function webhookOf(secret: string): Webhook {
  return secret.startsWith('whsec_')
    ? new Webhook(secret)
    : new Webhook(Buffer.from(secret, 'utf8'), { format: 'raw' });
}

/**
 * Standard Webhooks: `v1,` and base64 HMAC-SHA256 over `id.timestamp.raw`. Any listed signature that fits any active key is
 * enough, other versions are skipped. Own code and not the library's: that one reads its own clock and re-encodes the body.
 */
export function verifyStandardWebhook(
  { headers, raw }: RawRequest,
  secrets: readonly string[],
  now: Date,
): Verdict {
  const id = headers.get('webhook-id') ?? '';
  const timestamp = headers.get('webhook-timestamp') ?? '';
  const listed = (headers.get('webhook-signature') ?? '').split(' ');
  if (!/^[^\s.,]{1,256}$/.test(id)) return { ...NO, reason: 'id' };
  if (!/^\d{1,12}$/.test(timestamp)) return { ...NO, reason: 'timestamp' };
  if (Math.abs(Math.floor(now.getTime() / 1000) - Number(timestamp)) > TOLERANCE_SECONDS)
    return { ...NO, reason: 'timestamp' };
  if (!listed.every((entry) => /^v\w+,[A-Za-z0-9+/=_-]+$/.test(entry)))
    return { ...NO, reason: 'signature' };
  const given = listed
    .filter((entry) => entry.startsWith('v1,'))
    .map((entry) => Buffer.from(entry.slice(3), 'utf8'));
  const fits = (secret: string) => {
    const key = keyOf(secret);
    if (key.length === 0) return false;
    const expected = createHmac('sha256', key)
      .update(`${id}.${timestamp}.`, 'utf8')
      .update(raw)
      .digest('base64');
    return given.some((signature) => sameBytes(signature, Buffer.from(expected, 'utf8')));
  };
  return secrets.some(fits) ? { ok: true } : { ...NO, reason: 'signature' };
}

function keyOf(secret: string): Buffer {
  return secret.startsWith('whsec_')
    ? Buffer.from(secret.slice('whsec_'.length), 'base64')
    : Buffer.from(secret, 'utf8');
}
