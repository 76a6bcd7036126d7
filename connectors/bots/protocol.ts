import type { BotAnswer, BotRequest } from '../../domain/bot/answer';
import { BotError } from '../../domain/bot/bot-error';
import { OutgoingError } from '../../domain/outgoing-error';

/** An external bot as it is configured; each protocol reads what it needs (domain/configuration/schema.ts). */
export interface BotConfig {
  readonly id: string;
  readonly url: string;
  readonly secret?: string;
  readonly apiKey?: string;
  readonly bearerToken?: string;
  readonly model?: string;
  readonly systemPrompt?: string;
  readonly emptyReply: 'ok' | 'failure';
}

export interface BotCallContext {
  readonly fetch: typeof globalThis.fetch;
  readonly signal: AbortSignal;
  readonly now: () => Date;
  /** Where a Bot Framework bot posts what it says later; good for this conversation and control epoch. */
  readonly serviceUrl: string;
}

/** One way to call an external bot (connectors.md section 12). Stateless; throws `BotError` and never retries by itself. */
export interface BotProtocol {
  /** What it is told beside the customer's messages. */
  readonly hears: readonly BotRequest['about']['type'][];
  /** Messages of history that go along, where the bot does not say. */
  readonly history: number;
  call(request: BotRequest, bot: BotConfig, context: BotCallContext): Promise<BotAnswer>;
}

export const SILENCE: BotAnswer = { replies: [], actions: [] };

/** A protocol's answer, read whole. `json` is undefined when the text is none. */
export interface BotHttpAnswer {
  readonly status: number;
  readonly text: string;
  readonly json: unknown;
}

/** One POST of JSON. Throws `BotError` when no whole answer came, or one that is no success. */
export async function post(
  url: string,
  body: string,
  headers: Record<string, string>,
  { fetch, signal }: BotCallContext,
): Promise<BotHttpAnswer> {
  let answer: BotHttpAnswer;
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json', accept: 'application/json', ...headers },
      body,
      signal,
      redirect: 'manual',
    });
    const text = await response.text();
    answer = { status: response.status, text, json: parseJson(text) };
  } catch (error) {
    if (signal.aborted) throw new BotError('timeout', 'no answer in time', { cause: error });
    const tooLarge = error instanceof OutgoingError && error.failure === 'tooLarge';
    if (tooLarge) throw new BotError('unreadable', 'the answer is too large', { cause: error });
    throw new BotError('network', 'no whole answer', { cause: error });
  }
  if (answer.status < 200 || answer.status > 299)
    throw new BotError('status', `HTTP ${answer.status}`);
  return answer;
}

/** `base` with the protocol's own path, unless it is written with it already. */
export function endpoint(base: string, path: string): string {
  const url = base.replace(/\/+$/, '');
  return url.endsWith(path) ? url : `${url}${path}`;
}

export function bearer(token: string | undefined): Record<string, string> {
  return token ? { authorization: `Bearer ${token}` } : {};
}

export function unreadable(what: string): BotError {
  return new BotError('unreadable', what);
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
