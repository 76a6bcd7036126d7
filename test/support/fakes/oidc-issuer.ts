import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { exportJWK, generateKeyPair, SignJWT } from 'jose';

export interface OidcIssuer {
  readonly issuer: string;
  /** Who is signed in there: the next who come. `null`: nobody may. */
  person: { readonly username: string; readonly role: string } | null;
  /** Seconds that a token lives. */
  tokenSeconds: number;
  /** Grants that were asked for, in order. */
  readonly grants: string[];
  close(): Promise<void>;
}

const CLIENT_ID = 'parley-pages';
const AUDIENCE = 'parley-api';

/** The environment that makes Parley sign people in there. */
export function oidcEnv({ issuer }: OidcIssuer): Readonly<Record<string, string>> {
  return { OIDC_ISSUER: issuer, OIDC_AUDIENCE: AUDIENCE, OIDC_CLIENT_ID: CLIENT_ID };
}

interface Code {
  readonly challenge: string;
  readonly redirect: string;
  readonly nonce: string;
}

/** An OpenID Connect issuer that lets a person in without asking, and holds a public client to its proof key (RFC 7636). */
export async function startOidcIssuer(): Promise<OidcIssuer> {
  const { privateKey, publicKey } = await generateKeyPair('ES256');
  const jwk = { ...(await exportJWK(publicKey)), kid: 'k1', alg: 'ES256' };
  const codes = new Map<string, Code>();
  let refreshToken = '';
  const server = createServer((request, response) => {
    void answer(request, response).catch((error: unknown) => {
      response.writeHead(500).end(String(error));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const self: OidcIssuer = {
    issuer: `http://127.0.0.1:${port}`,
    person: null,
    tokenSeconds: 300,
    grants: [],
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
  return self;

  async function answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', self.issuer);
    const json = (status: number, body: object) =>
      response
        .writeHead(status, {
          'content-type': 'application/json',
          'access-control-allow-origin': request.headers.origin ?? '*',
        })
        .end(JSON.stringify(body));
    switch (`${request.method} ${url.pathname}`) {
      case 'GET /.well-known/openid-configuration':
        json(200, {
          issuer: self.issuer,
          jwks_uri: `${self.issuer}/keys`,
          authorization_endpoint: `${self.issuer}/authorize`,
          token_endpoint: `${self.issuer}/token`,
        });
        return;
      case 'GET /keys':
        json(200, { keys: [jwk] });
        return;
      case 'GET /authorize':
        response.writeHead(302, { location: authorize(url.searchParams) }).end();
        return;
      case 'POST /token': {
        const form = new URLSearchParams(await textOf(request));
        const tokens = await exchange(form);
        json(tokens ? 200 : 400, tokens ?? { error: 'invalid_grant' });
        return;
      }
      default:
        json(404, {});
    }
  }

  function authorize(asked: URLSearchParams): string {
    const redirect = asked.get('redirect_uri') ?? '';
    const back = new URL(redirect);
    back.searchParams.set('state', asked.get('state') ?? '');
    back.searchParams.set('iss', self.issuer);
    const isFit =
      asked.get('client_id') === CLIENT_ID &&
      asked.get('response_type') === 'code' &&
      asked.get('code_challenge_method') === 'S256' &&
      (asked.get('scope') ?? '').split(' ').includes('openid') &&
      self.person !== null;
    if (!isFit) {
      back.searchParams.set('error', 'access_denied');
      return back.href;
    }
    const code = randomBytes(16).toString('hex');
    codes.set(code, {
      challenge: asked.get('code_challenge') ?? '',
      redirect,
      nonce: asked.get('nonce') ?? '',
    });
    back.searchParams.set('code', code);
    return back.href;
  }

  async function exchange(form: URLSearchParams): Promise<object | null> {
    const grant = form.get('grant_type') ?? '';
    self.grants.push(grant);
    if (form.get('client_id') !== CLIENT_ID) return null;
    if (grant === 'refresh_token')
      return form.get('refresh_token') === refreshToken ? tokens(undefined) : null;
    const given = form.get('code') ?? '';
    const code = codes.get(given);
    codes.delete(given);
    const proof = createHash('sha256')
      .update(form.get('code_verifier') ?? '')
      .digest('base64url');
    if (!code || proof !== code.challenge || form.get('redirect_uri') !== code.redirect)
      return null;
    return tokens(code.nonce);
  }

  async function tokens(nonce: string | undefined): Promise<object> {
    const { username = '', role = '' } = self.person ?? {};
    const sign = (audience: string, claims: Record<string, unknown>) =>
      new SignJWT(claims)
        .setProtectedHeader({ alg: 'ES256', kid: 'k1' })
        .setIssuer(self.issuer)
        .setAudience(audience)
        .setSubject(username)
        .setIssuedAt()
        .setExpirationTime(`${self.tokenSeconds} s`)
        .sign(privateKey);
    refreshToken = randomBytes(16).toString('hex');
    return {
      token_type: 'Bearer',
      access_token: await sign(AUDIENCE, { parley_role: role }),
      id_token: await sign(CLIENT_ID, nonce === undefined ? {} : { nonce }),
      refresh_token: refreshToken,
      expires_in: self.tokenSeconds,
    };
  }
}

async function textOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const piece of request) text += String(piece);
  return text;
}
