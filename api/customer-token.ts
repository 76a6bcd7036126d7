import { createHash, randomUUID } from 'node:crypto';
import { decodeProtectedHeader, errors, jwtVerify, SignJWT } from 'jose';
import { ProblemError } from '../domain/errors';
import type { CustomerPrincipal } from './principal';

const ISSUER = 'parley';
const AUDIENCE = 'parley:webchat';
const TYPE = 'parley-customer+jwt';
const ALGORITHM = 'HS256';
/** Clocks of servers may differ by this much (reliability.md section 9). */
export const CLOCK_SKEW_SECONDS = 60;

export interface CustomerTokens {
  /** A token for one visitor on one channel. `expiresAt` is ISO UTC. */
  sign(
    visitor: Pick<CustomerPrincipal, 'subject' | 'channelId' | 'identifier'>,
    ttlSeconds: number,
  ): Promise<{ readonly token: string; readonly expiresAt: string }>;
  /** Throws `UNAUTHENTICATED`. */
  verify(token: string): Promise<CustomerPrincipal>;
}

/** Signed tokens of webchat visitors: they need no store, so a visitor stays signed in while MongoDB is down. The first secret signs, all verify. */
export function createCustomerTokens(
  secrets: readonly [string, ...string[]],
  now: () => Date,
): CustomerTokens {
  const keys = new Map(
    secrets.map((secret) => [
      keyId(secret),
      createHash('sha256').update(`parley customer token\n${secret}`).digest(),
    ]),
  );
  const [firstId, firstKey] = [...keys][0] as [string, Buffer]; // there is at least one secret
  return {
    async sign({ subject, channelId, identifier }, ttlSeconds) {
      const expires = Math.floor(now().getTime() / 1000) + ttlSeconds;
      const token = await new SignJWT({ channelId, identifier })
        .setProtectedHeader({ alg: ALGORITHM, typ: TYPE, kid: firstId })
        .setIssuer(ISSUER)
        .setAudience(AUDIENCE)
        .setSubject(subject)
        .setJti(randomUUID())
        .setIssuedAt(Math.floor(now().getTime() / 1000))
        .setExpirationTime(expires)
        .sign(firstKey);
      return { token, expiresAt: new Date(expires * 1000).toISOString() };
    },
    async verify(token) {
      try {
        const key = keys.get(decodeProtectedHeader(token).kid ?? '');
        if (!key) throw new errors.JWSInvalid('unknown key');
        const { payload } = await jwtVerify(token, key, {
          algorithms: [ALGORITHM],
          issuer: ISSUER,
          audience: AUDIENCE,
          typ: TYPE,
          requiredClaims: ['exp', 'sub'],
          clockTolerance: CLOCK_SKEW_SECONDS,
          currentDate: now(),
        });
        const { sub, exp, channelId, identifier } = payload as {
          sub: string;
          exp: number;
          channelId?: unknown;
          identifier?: unknown;
        };
        if (typeof channelId !== 'string' || typeof identifier !== 'string')
          throw new errors.JWTInvalid('claims are missing');
        return {
          role: 'customer',
          subject: sub,
          channelId,
          identifier,
          expiresAt: new Date(exp * 1000).toISOString(),
        };
      } catch (cause) {
        throw new ProblemError('UNAUTHENTICATED', 'The token is not valid.', {}, { cause });
      }
    },
  };
}

/** Names a key without telling it. */
function keyId(secret: string): string {
  return createHash('sha256').update(`parley key id\n${secret}`).digest('base64url').slice(0, 12);
}
