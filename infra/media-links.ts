import { createHmac, timingSafeEqual } from 'node:crypto';

/**
 * Links to our copy of a medium for providers, which have no token: `<public URL>/media/<id>?expires=…&signature=…`.
 * `expires` is in seconds since 1970; the signature is over both.
 */
export interface MediaLinks {
  linkOf(mediaId: string): string;
  /** Whether the link was made here and still holds. Every secret that is still valid counts. */
  isValid(mediaId: string, expires: string, signature: string): boolean;
}

/** A provider fetches within minutes; a customer who gets it as text may open it a week later. */
const VALID_SECONDS = 7 * 86_400;

export function createMediaLinks({
  publicUrl,
  secrets,
  now = () => new Date(),
}: {
  readonly publicUrl: string;
  /** `PARLEY_SECRET`: the first signs, all verify. */
  readonly secrets: readonly [string, ...string[]];
  /** @default the system clock */
  readonly now?: () => Date;
}): MediaLinks {
  const seconds = () => Math.floor(now().getTime() / 1000);
  return {
    linkOf(mediaId) {
      const expires = String(seconds() + VALID_SECONDS);
      const signature = sign(secrets[0], mediaId, expires).toString('base64url');
      return `${publicUrl}/media/${encodeURIComponent(mediaId)}?expires=${expires}&signature=${signature}`;
    },
    isValid(mediaId, expires, signature) {
      if (!/^\d{1,12}$/.test(expires) || Number(expires) < seconds()) return false;
      const given = Buffer.from(signature, 'base64url');
      return secrets.some((secret) => {
        const expected = sign(secret, mediaId, expires);
        return given.length === expected.length && timingSafeEqual(given, expected);
      });
    },
  };
}

/** The purpose is part of the text, so that no other signature with the same secret fits. */
function sign(secret: string, mediaId: string, expires: string): Buffer {
  return createHmac('sha256', secret).update(`media-link\n${mediaId}\n${expires}`).digest();
}
