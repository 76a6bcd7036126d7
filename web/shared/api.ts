import { ApiError, type Fault } from './api-error';

/** Milliseconds until a call counts as lost. */
const CALL_TIMEOUT_MS = 15_000;
/** The same for a file of 25 MiB on a slow line. */
const UPLOAD_TIMEOUT_MS = 180_000;

export { ApiError };

export interface CallOptions {
  readonly body?: unknown;
  /** One per intent of the person, kept over retries. */
  readonly key?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly version?: number;
}

export interface MediaMade {
  readonly mediaId: string;
  readonly mimeType: string;
  readonly size: number;
}

/** The API in the name of one token. Every call throws {@link ApiError}. */
export interface Api {
  call<T>(method: string, path: string, options?: CallOptions): Promise<T>;
  upload(file: File): Promise<MediaMade>;
  /** A file, to be shown by an object URL: pictures cannot send a token. */
  blob(path: string, signal?: AbortSignal): Promise<Blob>;
  /** The body of a stream, opened by a one-use ticket. */
  stream(path: string, signal: AbortSignal): Promise<ReadableStream<Uint8Array>>;
}

/** `token` is asked at every call: it may be renewed. `gone` is called when it opens nothing any more. */
export function createApi(token: () => string, gone: () => void): Api {
  async function ask(path: string, init: RequestInit, timeoutMs: number | null): Promise<Response> {
    const signals = [init.signal, timeoutMs === null ? null : AbortSignal.timeout(timeoutMs)];
    let answer: Response;
    try {
      answer = await fetch(path, {
        ...init,
        signal: AbortSignal.any(signals.filter((signal) => signal != null)),
        cache: 'no-store',
        credentials: 'omit',
      });
    } catch (error) {
      if (init.signal?.aborted) throw error;
      throw new ApiError(0, 'UNREACHABLE', '');
    }
    if (answer.ok) return answer;
    if (answer.status === 401) gone();
    throw await errorOf(answer);
  }
  const authorization = () => ({ authorization: `Bearer ${token()}` });

  const api: Api = {
    async call<T>(method: string, path: string, options: CallOptions = {}): Promise<T> {
      const { body, key, signal, version } = options;
      const answer = await ask(
        path,
        {
          method,
          headers: {
            ...authorization(),
            ...(body === undefined ? {} : { 'content-type': 'application/json' }),
            ...(key === undefined ? {} : { 'idempotency-key': key }),
            ...(version === undefined ? {} : { 'if-match': `"${version}"` }),
          },
          ...(body === undefined ? {} : { body: JSON.stringify(body) }),
          ...(signal ? { signal } : {}),
        },
        CALL_TIMEOUT_MS,
      );
      const text = await answer.text();
      return (text === '' ? null : JSON.parse(text)) as T;
    },
    async upload(file) {
      const body = new FormData();
      body.append('file', file);
      const init = { method: 'POST', headers: authorization(), body };
      return (await ask('/v1/media', init, UPLOAD_TIMEOUT_MS)).json();
    },
    async blob(path, signal) {
      const init = { headers: authorization(), ...(signal ? { signal } : {}) };
      return (await ask(path, init, UPLOAD_TIMEOUT_MS)).blob();
    },
    async stream(path, signal) {
      const { ticket } = await api.call<{ ticket: string }>('POST', '/v1/stream-tickets', {
        body: { stream: path },
        signal,
      });
      const url = `${path}${path.includes('?') ? '&' : '?'}ticket=${encodeURIComponent(ticket)}`;
      const init = { headers: { accept: 'text/event-stream' }, signal };
      const { body } = await ask(url, init, null);
      if (!body) throw new ApiError(0, 'UNREACHABLE', '');
      return body;
    },
  };
  return api;
}

async function errorOf(answer: Response): Promise<ApiError> {
  const problem = (await answer.json().catch(() => ({}))) as {
    code?: string;
    detail?: string;
    errors?: Fault[];
  };
  const seconds = Number(answer.headers.get('retry-after'));
  return new ApiError(
    answer.status,
    problem.code ?? String(answer.status),
    problem.detail ?? '',
    problem.errors ?? [],
    Number.isFinite(seconds) && seconds > 0 ? seconds * 1000 : null,
  );
}
