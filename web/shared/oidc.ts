import { store, stored } from './session';

/** How people of this workspace can sign in with its issuer, as `GET /v1/sign-in` tells. */
export interface Issuer {
  readonly issuer: string;
  readonly clientId: string;
  readonly scope: string;
  readonly authorizationEndpoint: string;
  readonly tokenEndpoint: string;
  readonly token: 'access_token' | 'id_token';
  readonly audience: string;
}
/** What the issuer gave, as this tab keeps it. */
export interface Granted {
  readonly token: string;
  readonly refreshToken: string | null;
  /** ms since 1970; null where the issuer does not say. */
  readonly expiresAt: number | null;
  readonly issuer: Issuer;
}

interface Journey {
  readonly issuer: Issuer;
  readonly state: string;
  readonly nonce: string;
  readonly verifier: string;
  /** Where on the page they were. */
  readonly hash: string;
}
const JOURNEY_KEY = 'parley.journey';
const GRANT_KEY = 'parley.grant';

/** Thrown when the issuer's answer is none that this tab asked for, or it refused. */
export class IssuerRefusal extends Error {
  override readonly name = 'IssuerRefusal';
}

/** Whether pages can do it here: proof keys need the browser's cryptography, which plain http has on this machine only. */
export const canGoToIssuer = (): boolean => globalThis.crypto?.subtle !== undefined;

/** Leaves the page for the issuer: authorization code with a proof key (RFC 7636). */
export async function goToIssuer(issuer: Issuer): Promise<void> {
  const journey: Journey = {
    issuer,
    state: random(),
    nonce: random(),
    verifier: random(),
    hash: location.hash,
  };
  store(JOURNEY_KEY, journey);
  const url = new URL(issuer.authorizationEndpoint);
  const asked = {
    response_type: 'code',
    client_id: issuer.clientId,
    redirect_uri: ownAddress(),
    scope: issuer.scope,
    state: journey.state,
    nonce: journey.nonce,
    code_challenge: await challengeOf(journey.verifier),
    code_challenge_method: 'S256',
    // Some issuers give a token for an API only when it is named.
    ...(issuer.token === 'access_token' ? { audience: issuer.audience } : {}),
  };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  location.assign(url);
}

/** Whether the address holds an issuer's answer. */
export function hasAnswer(): boolean {
  const answer = new URLSearchParams(location.search);
  return answer.has('state') && (answer.has('code') || answer.has('error'));
}

/** Takes the answer out of the address and gets the tokens for it. Throws {@link IssuerRefusal} or the network's error. */
export async function takeAnswer(): Promise<Granted> {
  const answer = new URLSearchParams(location.search);
  const journey = stored<Journey>(JOURNEY_KEY);
  store(JOURNEY_KEY, null);
  history.replaceState(null, '', location.pathname + (journey?.hash ?? ''));
  const code = answer.get('code');
  const by = answer.get('iss');
  if (!journey || answer.get('state') !== journey.state)
    throw new IssuerRefusal('nobody left from this tab');
  if (by !== null && by !== journey.issuer.issuer) throw new IssuerRefusal('another issuer');
  if (code === null) throw new IssuerRefusal(answer.get('error') ?? '');
  const { granted, nonce } = await ask(journey.issuer, {
    grant_type: 'authorization_code',
    code,
    redirect_uri: ownAddress(),
    code_verifier: journey.verifier,
  });
  if (nonce !== journey.nonce) throw new IssuerRefusal('the ID token is of another journey');
  keepGrant(granted);
  return granted;
}

/** A new token for an old one's refresh token, which the issuer may replace as well. */
export async function renew({ issuer, refreshToken }: Granted): Promise<Granted> {
  const { granted } = await ask(issuer, {
    grant_type: 'refresh_token',
    refresh_token: refreshToken ?? '',
  });
  const kept = { ...granted, refreshToken: granted.refreshToken ?? refreshToken };
  keepGrant(kept);
  return kept;
}

export const storedGrant = (): Granted | null => stored<Granted>(GRANT_KEY);
function keepGrant(granted: Granted): void {
  store(GRANT_KEY, granted);
}

interface Tokens {
  readonly access_token?: string;
  readonly id_token?: string;
  readonly refresh_token?: string;
  readonly expires_in?: number;
}

async function ask(
  issuer: Issuer,
  form: Readonly<Record<string, string>>,
): Promise<{ granted: Granted; nonce: unknown }> {
  const answer = await fetch(issuer.tokenEndpoint, {
    method: 'POST',
    body: new URLSearchParams({ ...form, client_id: issuer.clientId }),
    credentials: 'omit',
    cache: 'no-store',
    signal: AbortSignal.timeout(15_000),
  });
  if (answer.status >= 400 && answer.status < 500) throw new IssuerRefusal(`${answer.status}`);
  if (!answer.ok) throw new Error(`the issuer answered ${answer.status}`);
  const tokens = (await answer.json()) as Tokens;
  const token = tokens[issuer.token];
  if (!token) throw new IssuerRefusal(`no ${issuer.token}`);
  const seconds = Number(tokens.expires_in);
  return {
    granted: {
      token,
      refreshToken: tokens.refresh_token ?? null,
      expiresAt: seconds > 0 ? Date.now() + seconds * 1000 : null,
      issuer,
    },
    nonce: claimsOf(tokens.id_token ?? '')['nonce'],
  };
}

/** Read, not verified: it came from the issuer itself by TLS, and the API checks what it is shown. */
function claimsOf(jwt: string): Readonly<Record<string, unknown>> {
  try {
    const part = (jwt.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/');
    return JSON.parse(atob(part)) as Record<string, unknown>;
  } catch {
    return {};
  }
}

/** Registered with the issuer: `…/desk` and `…/board`. */
function ownAddress(): string {
  return location.origin + location.pathname;
}
function random(): string {
  return base64Url(crypto.getRandomValues(new Uint8Array(32)));
}
async function challengeOf(verifier: string): Promise<string> {
  const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(verifier));
  return base64Url(new Uint8Array(hash));
}
function base64Url(bytes: Uint8Array): string {
  return btoa(String.fromCharCode(...bytes))
    .replaceAll('+', '-')
    .replaceAll('/', '_')
    .replaceAll('=', '');
}
