import { ProblemError } from '../domain/errors';

/** What of an issuer's discovery document is used (OpenID Connect Discovery 1.0). */
export interface IssuerMetadata {
  readonly keys: URL;
  /** Null where the issuer has none: then nobody can be sent there to sign in. */
  readonly authorizationEndpoint: string | null;
  readonly tokenEndpoint: string | null;
}
/** Throws `UNAVAILABLE` when the issuer does not answer, and asks again the next time. */
export type DiscoverIssuer = () => Promise<IssuerMetadata>;

export function createIssuerDiscovery(
  issuer: string,
  fetch: typeof globalThis.fetch,
): DiscoverIssuer {
  let known: Promise<IssuerMetadata> | undefined;
  const discover = async (): Promise<IssuerMetadata> => {
    const answer = await fetch(`${issuer.replace(/\/$/, '')}/.well-known/openid-configuration`);
    if (!answer.ok) throw new Error(`the issuer's discovery document answered ${answer.status}`);
    const document = (await answer.json()) as Readonly<Record<string, unknown>>;
    const keys = document['jwks_uri'];
    if (document['issuer'] !== issuer || typeof keys !== 'string')
      throw new Error("the issuer's discovery document names another issuer or no keys");
    return {
      keys: new URL(keys),
      authorizationEndpoint: webAddress(document['authorization_endpoint']),
      tokenEndpoint: webAddress(document['token_endpoint']),
    };
  };
  return () => {
    known ??= discover().catch((cause: unknown) => {
      known = undefined; // asked again by the next caller
      throw new ProblemError('UNAVAILABLE', 'The sign-in service does not answer.', {}, { cause });
    });
    return known;
  };
}

/** A browser is sent there: http and https only. */
function webAddress(value: unknown): string | null {
  if (typeof value !== 'string' || !URL.canParse(value)) return null;
  return /^https?:$/.test(new URL(value).protocol) ? value : null;
}
