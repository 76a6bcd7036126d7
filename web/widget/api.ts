import type { MessageBody } from '../../domain/message/schema';
import type {
  Entry,
  EntryPage,
  SessionAnswer,
  SessionRequest,
  Settings,
  UploadAnswer,
} from './protocol';

/** Milliseconds until a call counts as lost: longer than the slowest acceptance, shorter than a visitor's patience. */
const CALL_TIMEOUT_MS = 15_000;
/** The same for a file of 25 MiB on a slow line. */
const UPLOAD_TIMEOUT_MS = 180_000;

/** Thrown when the API refuses or cannot be reached. `status` 0: no answer. `code`: of problem+json, where there is one. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  constructor(
    readonly status: number,
    readonly code: string,
    /** Milliseconds, from `Retry-After`. */
    readonly retryAfterMs: number | null = null,
  ) {
    super(`${status} ${code}`);
  }
  /** Trying again may help. */
  get passing(): boolean {
    return this.status === 0 || this.status >= 500 || [408, 425, 429].includes(this.status);
  }
  /** The token opens nothing any more. */
  get gone(): boolean {
    return this.status === 401;
  }
}

interface CallOptions {
  readonly token?: string | undefined;
  readonly body?: unknown;
  readonly idempotencyKey?: string;
  readonly signal?: AbortSignal;
  readonly accept?: string;
  /** Infinite for a stream, whose answer has no end. */
  readonly timeoutMs?: number;
}

export interface WebchatApi {
  settings(): Promise<Settings>;
  /** `token`: of the visitor's earlier chat, to be the same visitor again. `key`: one per attempt of the visitor, kept over retries. */
  start(request: SessionRequest, key: string, token?: string): Promise<SessionAnswer>;
  send(
    token: string,
    message: { readonly clientMessageId: string; readonly body: MessageBody },
  ): Promise<{ readonly messageId: string }>;
  messages(token: string, after: string | null, signal: AbortSignal): Promise<EntryPage>;
  /** The open stream; its body never ends by itself. */
  events(token: string, after: string | null, signal: AbortSignal): Promise<Response>;
  typing(token: string, typing: boolean): Promise<void>;
  /** Everything up to this entry was on the screen. */
  read(token: string, entry: Pick<Entry, 'conversationId' | 'seq'>): Promise<void>;
  end(token: string): Promise<void>;
  media(token: string, mediaId: string): Promise<Blob>;
  upload(token: string, file: File): Promise<UploadAnswer>;
}

/** The webchat API of one channel at `base` (an origin, or an origin with a path). Every method throws {@link ApiError}. */
export function createApi(
  base: string,
  channelId: string,
  fetch: typeof globalThis.fetch,
): WebchatApi {
  const root = `${base.replace(/\/+$/, '')}/webchat`;
  const channel = `${root}/${encodeURIComponent(channelId)}`;
  const page = (after: string | null) => (after ? `&after=${encodeURIComponent(after)}` : '');

  async function call(method: string, url: string, options: CallOptions = {}): Promise<Response> {
    const headers: Record<string, string> = { accept: options.accept ?? 'application/json' };
    if (options.token) headers['authorization'] = `Bearer ${options.token}`;
    if (options.idempotencyKey) headers['idempotency-key'] = options.idempotencyKey;
    const { body, timeoutMs = CALL_TIMEOUT_MS } = options;
    const json = body !== undefined && !(body instanceof FormData);
    if (json) headers['content-type'] = 'application/json';
    const signals = [
      ...(options.signal ? [options.signal] : []),
      ...(timeoutMs < Infinity ? [AbortSignal.timeout(timeoutMs)] : []),
    ];
    const answer = await fetch(url, {
      method,
      headers,
      body: json ? JSON.stringify(body) : ((body as FormData | undefined) ?? null),
      signal: AbortSignal.any(signals),
      credentials: 'omit',
      cache: 'no-store',
    }).catch(() => {
      throw new ApiError(0, 'UNREACHABLE');
    });
    if (!answer.ok) throw await refusal(answer);
    return answer;
  }
  async function json<T>(answer: Promise<Response>): Promise<T> {
    return (await (await answer).json().catch(() => {
      throw new ApiError(0, 'UNREADABLE');
    })) as T;
  }
  async function done(answer: Promise<Response>): Promise<void> {
    await (await answer).body?.cancel();
  }

  return {
    settings: () => json(call('GET', `${channel}/settings`)),
    start: (body, idempotencyKey, token) =>
      json(call('POST', `${channel}/sessions`, { body, idempotencyKey, token })),
    send: (token, body) => json(call('POST', `${root}/messages`, { token, body })),
    messages: (token, after, signal) =>
      json(call('GET', `${root}/messages?limit=200${page(after)}`, { token, signal })),
    events: (token, after, signal) =>
      call('GET', `${root}/events?${page(after).slice(1)}`, {
        token,
        signal,
        accept: 'text/event-stream',
        timeoutMs: Infinity,
      }),
    typing: (token, typing) => done(call('POST', `${root}/typing`, { token, body: { typing } })),
    read: (token, { conversationId, seq }) =>
      done(call('POST', `${root}/read`, { token, body: { conversationId, seq } })),
    end: (token) => done(call('DELETE', `${root}/session`, { token })),
    media: async (token, mediaId) =>
      (
        await call('GET', `${root}/media/${encodeURIComponent(mediaId)}`, { token, accept: '*/*' })
      ).blob(),
    upload: (token, file) => {
      const body = new FormData();
      body.append('file', file);
      return json(call('POST', `${root}/media`, { token, body, timeoutMs: UPLOAD_TIMEOUT_MS }));
    },
  };
}

async function refusal(answer: Response): Promise<ApiError> {
  const problem = (await answer.json().catch(() => null)) as { code?: unknown } | null;
  const seconds = Number(answer.headers.get('retry-after'));
  return new ApiError(
    answer.status,
    typeof problem?.code === 'string' ? problem.code : 'UNKNOWN',
    seconds > 0 ? seconds * 1000 : null,
  );
}
