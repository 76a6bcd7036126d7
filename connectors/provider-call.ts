import { ConnectorError, type ConnectorErrorFacts } from '../domain/errors';
import { OutgoingError } from '../domain/outgoing-error';

/** A provider's answer, read whole. `json` is undefined when the text is none. */
export interface ProviderAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly json: unknown;
}

/**
 * One call to a provider. Throws `ConnectorError`: `Unavailable` when certainly nothing was sent, `Ambiguous` when bytes went out
 * and no whole answer came back (connectors.md 1.6). Every answer, whatever its status, is returned.
 */
export async function callProvider(
  fetch: typeof globalThis.fetch,
  url: string,
  init: RequestInit,
): Promise<ProviderAnswer> {
  try {
    const response = await fetch(url, init);
    const text = await response.text();
    return { status: response.status, headers: response.headers, text, json: parseJson(text) };
  } catch (error) {
    throw toConnectorError(error);
  }
}

/** For statuses that no provider table speaks of (connectors.md 1.6): a 4xx is final, of a 5xx only 503 is certain. */
export function errorOfStatus(
  answer: ProviderAnswer,
  facts: ConnectorErrorFacts = {},
): ConnectorError {
  const { status, headers } = answer;
  const known = { code: String(status), ...facts };
  if (status === 429) return throttled(headers, known);
  if (status === 503)
    return new ConnectorError('Unavailable', 'HTTP 503', { ...retryAfter(headers), ...known });
  if (status >= 500) return new ConnectorError('Ambiguous', `HTTP ${status}`, known);
  return new ConnectorError('Rejected', `HTTP ${status}`, known);
}

export function throttled(headers: Headers, facts: ConnectorErrorFacts): ConnectorError {
  return new ConnectorError('Throttled', 'too fast for the provider', {
    scope: 'channel',
    ...retryAfter(headers),
    ...facts,
  });
}

/** `Retry-After` in milliseconds: seconds, or a date against the answer's own `Date`. Absent when it says nothing usable. */
export function retryAfter(headers: Headers): { readonly retryAfterMs?: number } {
  const value = headers.get('retry-after')?.trim();
  if (!value) return {};
  if (/^\d+(\.\d+)?$/.test(value)) return { retryAfterMs: Math.ceil(Number(value) * 1000) };
  const wait = Date.parse(value) - Date.parse(headers.get('date') ?? '');
  return wait > 0 ? { retryAfterMs: wait } : {};
}

/** A provider's message fit to be kept: short, without addresses, tokens and numbers of people. */
export function detailOf(text: unknown): { readonly detail?: string } {
  if (typeof text !== 'string' || text === '') return {};
  const clean = text
    .replace(/[\w.+-]+@[\w-]+(\.[\w-]+)+/g, '[address]')
    .replace(/\+?\d[\d\s().-]{5,}\d/g, '[number]')
    .replace(/\b[A-Za-z0-9_-]{24,}\b/g, '[token]');
  return { detail: clean.slice(0, 300) };
}

const NEVER_CONNECTED = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
]);

function toConnectorError(error: unknown): ConnectorError {
  if (error instanceof ConnectorError) return error;
  if (error instanceof OutgoingError) {
    if (error.failure === 'refused')
      return new ConnectorError(
        'ChannelStopped',
        error.message,
        { reason: 'config' },
        { cause: error },
      );
    if (error.failure === 'unreached')
      return new ConnectorError('Unavailable', error.message, {}, { cause: error });
    return new ConnectorError(
      'Ambiguous',
      error.message,
      { reason: error.failure },
      { cause: error },
    );
  }
  const code = codeOf(error);
  if (code && NEVER_CONNECTED.has(code))
    return new ConnectorError('Unavailable', code, {}, { cause: error });
  return new ConnectorError('Ambiguous', 'no answer', { reason: 'interrupted' }, { cause: error });
}

function codeOf(error: unknown): string | undefined {
  if (!(error instanceof Error)) return undefined;
  if ('code' in error && typeof error.code === 'string') return error.code;
  return codeOf(error.cause);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
