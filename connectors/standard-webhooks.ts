import { Webhook } from 'standardwebhooks';

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
