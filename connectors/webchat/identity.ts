import { createHash, createHmac } from 'node:crypto';
import { sameBytes, secretsOf } from '../secrets';
import type { WebchatConfig } from './config';

/**
 * Whether a visitor is who they say: `identifierHash` = hex HMAC-SHA256(`identitySecret`, identifier) with any active secret
 * (connectors.md 11.1). Constant time; without a secret nobody is.
 */
export function identifierFits(
  cfg: WebchatConfig,
  identifier: string | undefined,
  identifierHash: string | undefined,
): boolean {
  if (!identifier || !identifierHash || !/^[0-9a-f]{64}$/i.test(identifierHash)) return false;
  const given = Buffer.from(identifierHash, 'hex');
  return secretsOf(cfg.identitySecret).some((secret) =>
    sameBytes(given, createHmac('sha256', secret).update(identifier, 'utf8').digest()),
  );
}

/** Whether the caller of `tokens/generate` is the site's own server: an active `directLineSecret` (connectors.md 11.2). Constant time. */
export function directLineSecretFits(cfg: WebchatConfig, given: string | undefined): boolean {
  if (!given) return false;
  const digest = (text: string) => createHash('sha256').update(text, 'utf8').digest();
  return secretsOf(cfg.directLineSecret).some((secret) => sameBytes(digest(given), digest(secret)));
}
