import { createHash, createHmac } from 'node:crypto';
import type { RawRequest } from '../connector';
import { type Secrets, sameBytes, secretsOf } from '../secrets';
import { type Params, readParams } from './payload';

/**
 * `X-Twilio-Signature`: base64 HMAC-SHA1 over the URL that Twilio was given and every parameter (connectors.md 3.1). Good if any
 * active token fits, with the port removed or present. `body`: the signature cannot cover the body as it came.
 */
export function checkSignature(request: RawRequest, tokens: Secrets): 'ok' | 'body' | 'signature' {
  const given = Buffer.from(request.headers.get('x-twilio-signature') ?? '', 'utf8');
  const tail = signedTail(request);
  if (tail === null) return 'body';
  const texts = urlVariants(request.url).map((url) => url + tail);
  const fits = (token: string) =>
    texts.some((text) =>
      sameBytes(
        given,
        Buffer.from(createHmac('sha1', token).update(text, 'utf8').digest('base64')),
      ),
    );
  return secretsOf(tokens).some(fits) ? 'ok' : 'signature';
}

/** All parameters of a request: of its body, of its query where it is a GET. */
export function paramsOf(request: RawRequest): Params {
  const isGet = request.method === 'GET' || request.method === 'HEAD';
  if (isGet) return queryOf(request);
  return isForm(request) ? readParams(textOf(request)) : new Map();
}

/** What stands in the hook's own address. */
export function queryOf({ url }: RawRequest): Params {
  const start = url.indexOf('?');
  return readParams(start < 0 ? '' : (url.slice(start + 1).split('#', 1)[0] ?? ''));
}

/** Hex SHA-256 of the body. */
export function digest(request: RawRequest): string {
  return createHash('sha256').update(request.raw).digest('hex');
}

/** What follows the URL in the signed text; null when the signature cannot cover the body. */
function signedTail(request: RawRequest): string | null {
  const hashes = queryOf(request).get('bodySHA256');
  if (hashes)
    return hashes.length === 1 && hashes[0]?.toLowerCase() === digest(request) ? '' : null;
  if (request.method === 'GET' || request.method === 'HEAD')
    return request.raw.length === 0 ? '' : null;
  if (request.raw.length === 0) return '';
  if (!isForm(request)) return null;
  const params = readParams(textOf(request));
  return [...params.keys()]
    .sort()
    .map((name) =>
      [...new Set(params.get(name))]
        .sort()
        .map((value) => name + value)
        .join(''),
    )
    .join('');
}

/** The URL without its port, and with one: its own, else the scheme's. Otherwise byte for byte as configured. */
function urlVariants(url: string): readonly string[] {
  const match = /^(https?):\/\/([^/?#]*@)?(\[[^\]]*\]|[^:/?#]*)(:\d*)?(.*)$/is.exec(url);
  if (!match) return [url];
  const [, scheme = '', user = '', host = '', port, rest = ''] = match;
  const build = (withPort: string) => `${scheme}://${user}${host}${withPort}${rest}`;
  return [build(''), build(port || (scheme.toLowerCase() === 'https' ? ':443' : ':80'))];
}

function isForm(request: RawRequest): boolean {
  const type = request.headers.get('content-type')?.split(';', 1)[0]?.trim().toLowerCase();
  return type === 'application/x-www-form-urlencoded';
}

function textOf(request: RawRequest): string {
  return Buffer.from(request.raw).toString('utf8');
}
