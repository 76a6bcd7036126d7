import { createRemoteJWKSet, customFetch, errors, type JWTVerifyGetKey, jwtVerify } from 'jose';
import { ProblemError } from '../domain/errors';
import { CLOCK_SKEW_SECONDS } from './customer-token';
import { createIssuerDiscovery, type DiscoverIssuer } from './oidc-discovery';
import { STAFF_ROLES, type StaffRole } from './principal';
import type { ApiConfig } from './settings';

/** What an issuer says about a person. */
export interface IssuedIdentity {
  /** The agent's `username`. */
  readonly username: string;
  readonly role: StaffRole;
  /** ISO UTC. */
  readonly expiresAt: string;
}
export interface IssuerVerifier {
  /** Throws `UNAUTHENTICATED`; `UNAVAILABLE` when the issuer's keys cannot be had. */
  verify(token: string): Promise<IssuedIdentity>;
}

/** Signatures that an issuer may use: asymmetric ones, whatever a token's header says. */
const ALGORITHMS = [
  'RS256',
  'RS384',
  'RS512',
  'PS256',
  'PS384',
  'PS512',
  'ES256',
  'ES384',
  'EdDSA',
];
/** Kinds of tokens that say who somebody is: an ID token names none or `JWT`, an access token is one of RFC 9068. */
const TYPES: ReadonlySet<string | undefined> = new Set([
  undefined,
  'jwt',
  'at+jwt',
  'application/jwt',
  'application/at+jwt',
]);
/** Roles that people have; connectors and bots carry tokens of ours. */
const PEOPLE: readonly StaffRole[] = STAFF_ROLES.filter(
  (role) => role !== 'connector' && role !== 'bot',
);

/** Staff sign-in by an OIDC issuer: tokens are checked against its published keys, found by its discovery document. */
export function createIssuerVerifier(
  { issuer, audience, roleClaim }: NonNullable<ApiConfig['oidc']>,
  fetch: typeof globalThis.fetch,
  now: () => Date,
  discover: DiscoverIssuer = createIssuerDiscovery(issuer, fetch),
): IssuerVerifier {
  let keys: JWTVerifyGetKey | undefined;
  const keySet = async (): Promise<JWTVerifyGetKey> => {
    const { keys: address } = await discover();
    keys ??= createRemoteJWKSet(address, { [customFetch]: fetch });
    return keys;
  };
  return {
    async verify(token) {
      const getKey = await keySet();
      try {
        const { payload, protectedHeader } = await jwtVerify(token, getKey, {
          algorithms: ALGORITHMS,
          issuer,
          audience,
          requiredClaims: ['exp', 'sub'],
          clockTolerance: CLOCK_SKEW_SECONDS,
          currentDate: now(),
        });
        if (!TYPES.has(protectedHeader.typ?.toLowerCase()))
          throw new errors.JWTInvalid('a token of another kind');
        return {
          username: payload.sub ?? '',
          role: roleOf(payload[roleClaim]),
          expiresAt: new Date((payload.exp ?? 0) * 1000).toISOString(),
        };
      } catch (cause) {
        if (!isTokensFault(cause))
          throw new ProblemError(
            'UNAVAILABLE',
            'The sign-in service does not answer.',
            {},
            { cause },
          );
        throw new ProblemError('UNAUTHENTICATED', 'The token is not valid.', {}, { cause });
      }
    },
  };
}

/** Whether the token is at fault, and not the way to the issuer's keys. */
function isTokensFault(error: unknown): boolean {
  if (!(error instanceof errors.JOSEError) || error instanceof errors.JWKSTimeout) return false;
  return error.code !== errors.JOSEError.code; // the general code stands for an answer that was no key set
}

/** One role, or the strongest of several. */
function roleOf(claim: unknown): StaffRole {
  const named: readonly unknown[] = Array.isArray(claim) ? claim : [claim];
  const role = PEOPLE.find((candidate) => named.includes(candidate));
  if (!role) throw new errors.JWTClaimValidationFailed('no role', {}, 'role', 'missing');
  return role;
}
