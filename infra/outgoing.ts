import { lookup } from 'node:dns/promises';
import http from 'node:http';
import https from 'node:https';
import { isIP, isIPv4, type LookupFunction, type Socket } from 'node:net';
import { OutgoingError } from '../domain/outgoing-error';
import { AllowedHosts, isPublicAddress } from './address-rules';
import { toResponse } from './outgoing-answer';
import { Deadline, toOutgoingError } from './outgoing-deadline';
import { dialOneOf } from './outgoing-dial';

/** Every request of ours to the outside goes through here: what it may reach, how long, how much (reliability.md 10). */
export interface Outgoing {
  /**
   * For an address that is about to be saved: throws `OutgoingError('refused')` when no request could go there. A name that does
   * not resolve now passes; it is looked at again when used.
   */
  check(url: string): Promise<void>;
  /** A fetch within limits. It throws `OutgoingError`, and what `beforeFirstByte` throws. */
  fetch(limits?: OutgoingLimits): typeof globalThis.fetch;
  /**
   * A plain connection to a host, by name or address, under the same rules: for protocols other than HTTP. Throws
   * `OutgoingError`: `refused`, or `unreached` within `timeoutMs`.
   */
  dial(host: string, port: number, timeoutMs: number): Promise<Socket>;
  /**
   * The addresses at which a host may be reached, for clients that connect by themselves: to one of these and to no name. Throws as
   * `dial`.
   */
  addressesOf(host: string, port: number, timeoutMs: number): Promise<readonly Address[]>;
}
export interface OutgoingLimits {
  /** From the call to the last byte of the answer, ms. @default 15000 */
  readonly timeoutMs?: number;
  /** Without a byte either way, ms. @default timeoutMs */
  readonly idleTimeoutMs?: number;
  /** Of the answer's body, counted after decompression. @default 1048576 */
  readonly maxBytes?: number;
  /** @default 3 */
  readonly maxRedirects?: number;
  /** Runs once the connection stands and before anything is written; what it throws ends the request unsent. */
  readonly beforeFirstByte?: () => void | Promise<void>;
}
export interface Address {
  readonly address: string;
  readonly family: number;
}
export interface OutgoingDeps {
  readonly allowedPrivateHosts: readonly string[];
  /** All addresses of a name; throws when there is none. @default the system's resolver */
  readonly resolve?: (host: string) => Promise<readonly Address[]>;
}

const DEFAULTS = { timeoutMs: 15_000, maxBytes: 1_048_576, maxRedirects: 3 };

export function createOutgoing({
  allowedPrivateHosts,
  resolve = systemResolver,
}: OutgoingDeps): Outgoing {
  const allowed = new AllowedHosts(allowedPrivateHosts);

  /** Refuses by spelling, scheme and, once it is known, by every address of the host. Answers the addresses to connect to. */
  async function admit(url: string): Promise<readonly Address[]> {
    const target = admitSpelling(url, allowed);
    const host = target.hostname.replace(/^\[|\]$/g, '');
    const addresses = isIP(host) ? [{ address: host, family: isIP(host) }] : await resolve(host);
    if (addresses.length === 0) throw new OutgoingError('unreached', 'the host has no address');
    if (allowed.hasHostOf(target)) return addresses;
    const inside = addresses.every(({ address }) => allowed.hasAddress(address));
    if (target.protocol !== 'https:' && !inside) throw refused('http is for allowed hosts only');
    if (!addresses.every(({ address }) => isPublicAddress(address) || allowed.hasAddress(address)))
      throw refused('the host is at an address that is not public');
    return addresses;
  }

  async function check(url: string): Promise<void> {
    try {
      await admit(url);
    } catch (error) {
      if (error instanceof OutgoingError && error.failure === 'refused') throw error;
      const target = admitSpelling(url, allowed);
      if (target.protocol !== 'https:' && !allowed.hasHostOf(target))
        throw refused('http is for allowed hosts only');
    }
  }

  function guarded(limits: OutgoingLimits = {}): typeof globalThis.fetch {
    const { timeoutMs, maxBytes, maxRedirects } = { ...DEFAULTS, ...limits };
    const idleTimeoutMs = limits.idleTimeoutMs ?? timeoutMs;
    return async function outgoingFetch(input, init) {
      const request = await readRequest(input, init, allowed);
      const deadline = new Deadline(timeoutMs, init?.signal ?? undefined);
      try {
        let hop = request;
        for (let redirects = 0; ; redirects += 1) {
          const addresses = await deadline.race(admit(hop.url)).catch(toUnreached);
          const answer = await exchange(hop, {
            addresses,
            idleTimeoutMs,
            deadline,
            beforeFirstByte: limits.beforeFirstByte,
          });
          const next = request.redirect === 'manual' ? null : redirectOf(hop, answer);
          if (!next) return toResponse(answer, maxBytes, deadline);
          answer.destroy();
          if (request.redirect === 'error' || redirects >= maxRedirects)
            throw new OutgoingError('interrupted', 'redirected too often');
          hop = next;
        }
      } catch (error) {
        deadline.end();
        throw error;
      }
    };
  }
  async function addressesOf(
    host: string,
    port: number,
    timeoutMs: number,
  ): Promise<readonly Address[]> {
    const deadline = new Deadline(timeoutMs, undefined);
    try {
      const at = `https://${isIP(host) === 6 ? `[${host}]` : host}:${port}`; // the scheme that all may use
      return await deadline.race(admit(at)).catch(toUnreached);
    } finally {
      deadline.end();
    }
  }
  async function dial(host: string, port: number, timeoutMs: number): Promise<Socket> {
    const until = performance.now() + timeoutMs;
    const addresses = await addressesOf(host, port, timeoutMs);
    return dialOneOf(addresses, port, Math.max(1, until - performance.now()));
  }
  return { check, fetch: guarded, dial, addressesOf };
}

interface Outbound {
  readonly method: string;
  readonly url: string;
  readonly headers: Headers;
  readonly body: Buffer | null;
  readonly redirect: 'follow' | 'error' | 'manual';
}

async function readRequest(
  input: string | URL | Request,
  init: RequestInit | undefined,
  allowed: AllowedHosts,
): Promise<Outbound> {
  const url = input instanceof Request ? input.url : String(input);
  admitSpelling(url, allowed);
  const request = new Request(input, { ...init, signal: null });
  const bytes = request.body === null ? null : Buffer.from(await request.arrayBuffer());
  const headers = new Headers(request.headers);
  if (!headers.has('user-agent')) headers.set('user-agent', 'Parley');
  headers.set('accept-encoding', 'identity');
  return { method: request.method, url, headers, body: bytes, redirect: request.redirect };
}

/** What needs no look-up: scheme, user:password, and hosts written so as to hide an address. */
function admitSpelling(url: string, allowed: AllowedHosts): URL {
  if (!URL.canParse(url)) throw refused('not an address');
  const target = new URL(url);
  if (target.protocol !== 'https:' && target.protocol !== 'http:')
    throw refused('only http and https');
  if (target.username !== '' || target.password !== '')
    throw refused('user:password in an address');
  const host = target.hostname.replace(/^\[|\]$/g, '');
  if (isIPv4(host) && !url.includes(`//${host}`))
    throw refused('an address in an unusual spelling');
  if (isIP(host) && !isPublicAddress(host) && !allowed.hasHostOf(target))
    throw refused('the host is at an address that is not public');
  return target;
}

/** One request over one new connection to one of the given addresses. Answers when the headers are there. */
function exchange(
  { method, url, headers, body }: Outbound,
  options: {
    readonly addresses: readonly Address[];
    readonly idleTimeoutMs: number;
    readonly deadline: Deadline;
    readonly beforeFirstByte: OutgoingLimits['beforeFirstByte'];
  },
): Promise<http.IncomingMessage> {
  const { addresses, deadline, idleTimeoutMs, beforeFirstByte } = options;
  const secure = url.startsWith('https:');
  const outgoing = Object.fromEntries(headers);
  if (body) outgoing['content-length'] = String(body.length);
  return new Promise((resolvePromise, reject) => {
    let written = false;
    const fail = (error: unknown) =>
      reject(toOutgoingError(error, written ? 'interrupted' : 'unreached'));
    // No agent: a connection of an earlier request may be closing, and its loss after our first byte would leave us in doubt.
    const request = (secure ? https : http).request(url, {
      method,
      headers: outgoing,
      agent: false,
      lookup: pinned(addresses),
    });
    const stop = (error: OutgoingError) => request.destroy(error);
    deadline.onPass(stop);
    request.setTimeout(idleTimeoutMs, () =>
      stop(new OutgoingError('interrupted', 'no byte for too long')),
    );
    request.on('error', fail);
    request.on('response', resolvePromise);
    request.on('socket', (socket) => {
      socket.once(secure ? 'secureConnect' : 'connect', () => {
        const write = () => {
          if (request.destroyed) return;
          written = true;
          request.end(body ?? undefined);
        };
        if (!beforeFirstByte) return write();
        Promise.resolve()
          .then(beforeFirstByte)
          .then(write, (error: unknown) => {
            reject(error);
            request.destroy();
          });
      });
    });
  });
}

/** Connects to the addresses that were checked, whatever the name says by then. */
function pinned(addresses: readonly Address[]): LookupFunction {
  return (_host, options, callback) => {
    const all = addresses.map(({ address, family }) => ({ address, family }));
    const first = all[0];
    if (options.all || !first) callback(null, all);
    else callback(null, first.address, first.family);
  };
}

const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** What may follow a redirect to another host: nothing that could be a credential. */
const HARMLESS_HEADERS = new Set([
  'accept',
  'accept-encoding',
  'content-type',
  'range',
  'user-agent',
]);

function redirectOf(hop: Outbound, answer: http.IncomingMessage): Outbound | null {
  const { location } = answer.headers;
  const status = answer.statusCode ?? 0;
  if (!REDIRECTS.has(status) || !location) return null;
  if (!URL.canParse(location, hop.url)) throw refused('redirected to no address');
  // Kept as written where it is whole, so that an unusual spelling is seen.
  const url = URL.canParse(location) ? location : new URL(location, hop.url).href;
  const asGet = status === 303 || (status < 303 && hop.method === 'POST');
  const sameHost = new URL(url).origin === new URL(hop.url).origin;
  const headers = new Headers(
    [...hop.headers].filter(
      ([name]) =>
        (sameHost || HARMLESS_HEADERS.has(name)) && !(asGet && name.startsWith('content-')),
    ),
  );
  return { ...hop, url, headers, ...(asGet && { method: 'GET', body: null }) };
}

function refused(message: string): OutgoingError {
  return new OutgoingError('refused', message);
}

function toUnreached(error: unknown): never {
  throw toOutgoingError(error, 'unreached');
}

async function systemResolver(host: string): Promise<readonly Address[]> {
  return lookup(host, { all: true, verbatim: true });
}
