import { createHash } from 'node:crypto';
import { exportJWK, exportSPKI, generateKeyPair, SignJWT } from 'jose';

/** JWTs that must let nobody in (reliability.md section 9), and the good ones that each differs from in one thing. */
export interface TokenForge {
  /** Signed as it should be; `seconds` from now until it expires, and until it begins to hold. */
  good(times?: { readonly expires?: number; readonly begins?: number }): Promise<string>;
  readonly forged: Readonly<Record<string, () => Promise<string>>>;
}

const inSeconds = (seconds: number) => Math.floor(Date.now() / 1000) + seconds;
const base64 = (value: object) => Buffer.from(JSON.stringify(value)).toString('base64url');

/** Of webchat visitors; `secret` is the product's. */
export function visitorForge(
  secret: string,
  visitor: { readonly subject: string; readonly channelId: string; readonly identifier: string },
): TokenForge {
  const hash = (text: string) => createHash('sha256').update(`${text}\n${secret}`).digest();
  const key = hash('parley customer token');
  const kid = hash('parley key id').toString('base64url').slice(0, 12);
  const header = { alg: 'HS256', typ: 'parley-customer+jwt', kid };
  const { subject: sub, ...names } = visitor;
  const claims = { ...names, sub, iss: 'parley', aud: 'parley:webchat', exp: inSeconds(300) };
  const made = (changed: object = {}, head: object = {}, signer: Uint8Array = key) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ ...header, ...head }).sign(signer);
  return {
    good: ({ expires = 300, begins } = {}) => made({ exp: inSeconds(expires), ...from(begins) }),
    forged: {
      'alg none': async () => `${base64({ ...header, alg: 'none' })}.${base64(claims)}.`,
      'another algorithm': () => made({}, { alg: 'HS512' }, Buffer.alloc(64, key)),
      'another key': () => made({}, {}, Buffer.alloc(32, 1)),
      'no signature': async () => `${(await made()).split('.').slice(0, 2).join('.')}.`,
      'an unknown kid': () => made({}, { kid: 'other' }),
      'no kid': () => made({}, { kid: undefined }),
      'another type': () => made({}, { typ: 'JWT' }),
      'another audience': () => made({ aud: 'parley:staff' }),
      'no audience': () => made({ aud: undefined }),
      'another issuer': () => made({ iss: 'elsewhere' }),
      'no expiry': () => made({ exp: undefined }),
      expired: () => made({ exp: inSeconds(-61) }),
      'not yet valid': () => made({ nbf: inSeconds(61 + 5) }),
      'no channel': () => made({ channelId: undefined }),
      'no subject': () => made({ sub: undefined }),
    },
  };
}

export interface IssuerForge extends TokenForge {
  /** What the issuer serves. */
  readonly fetch: typeof globalThis.fetch;
  /** Signed by the second of its keys, as while it rotates them. */
  rotated(): Promise<string>;
}

/** Of an issuer of sign-ins, for its user `username`. */
export async function issuerForge(issuer: string, username: string): Promise<IssuerForge> {
  const [first, second, stranger] = await Promise.all(
    [1, 2, 3].map(() => generateKeyPair('RS256', { extractable: true })),
  );
  if (!first || !second || !stranger) throw new Error('three were made');
  const publicKey = async (pair: typeof first, kid: string) => ({
    ...(await exportJWK(pair.publicKey)),
    ...{ kid, alg: 'RS256', use: 'sig' },
  });
  const keys = [await publicKey(first, 'k1'), await publicKey(second, 'k2')];
  const claims = {
    ...{ iss: issuer, aud: 'parley', sub: username },
    ...{ exp: inSeconds(300), parley_role: 'agent' },
  };
  const header = { alg: 'RS256', typ: 'JWT', kid: 'k1' };
  const made = (
    changed: object = {},
    head: object = {},
    signer: typeof first.privateKey | Uint8Array = first.privateKey,
  ) =>
    new SignJWT({ ...claims, ...changed }).setProtectedHeader({ ...header, ...head }).sign(signer);
  const asSecret = { alg: 'HS256' };
  return {
    fetch: (async (url: unknown) =>
      Response.json(
        String(url).endsWith('/jwks') ? { keys } : { issuer, jwks_uri: `${issuer}/jwks` },
      )) as typeof globalThis.fetch,
    good: ({ expires = 300, begins } = {}) => made({ exp: inSeconds(expires), ...from(begins) }),
    rotated: () => made({}, { kid: 'k2' }, second.privateKey),
    forged: {
      'alg none': async () => `${base64({ ...header, alg: 'none' })}.${base64(claims)}.`,
      'HS256 signed with the public key': async () =>
        made({}, asSecret, Buffer.from(await exportSPKI(first.publicKey))),
      'HS256 signed with the key as it is published': () =>
        made({}, asSecret, Buffer.from(JSON.stringify(keys[0]))),
      'another key': () => made({}, {}, stranger.privateKey),
      'the other key of the two': () => made({}, {}, second.privateKey),
      'an unknown kid': () => made({}, { kid: 'k9' }),
      'a token of another kind': () => made({}, { typ: 'logout+jwt' }),
      'another audience': () => made({ aud: 'other' }),
      'no audience': () => made({ aud: undefined }),
      'another issuer': () => made({ iss: 'https://elsewhere.example' }),
      'no expiry': () => made({ exp: undefined }),
      expired: () => made({ exp: inSeconds(-61) }),
      'not yet valid': () => made({ nbf: inSeconds(61 + 5) }),
      'a stranger': () => made({ sub: 'stranger' }),
      'no role': () => made({ parley_role: undefined }),
      'a role of programs': () => made({ parley_role: 'connector' }),
      'a role that there is none of': () => made({ parley_role: 'emperor' }),
    },
  };
}

function from(begins: number | undefined): { readonly nbf?: number } {
  return begins === undefined ? {} : { nbf: inSeconds(begins) };
}
