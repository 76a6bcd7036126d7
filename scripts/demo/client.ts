import { eventsIn } from '../event-stream';

/** Thrown when Parley refuses or is not there; `message` is for people. */
export class DemoError extends Error {
  override readonly name = 'DemoError';
}

export interface Client {
  get<T>(path: string): Promise<T>;
  post<T>(path: string, body: unknown): Promise<T>;
  /** `version` of a configured object. */
  put<T>(path: string, body: unknown, version?: number): Promise<T>;
  delete(path: string): Promise<void>;
  /** The events of a stream, without end; each `data` read as JSON. */
  events<T>(path: string, signal: AbortSignal): AsyncGenerator<T>;
}

/** The HTTP API as one caller. Every method throws {@link DemoError}; an answer of 404 to a GET is `null`. */
export function createClient(baseUrl: string, token?: string): Client {
  async function call(method: string, path: string, options: RequestInit = {}): Promise<Response> {
    const headers = new Headers(options.headers);
    if (token) headers.set('authorization', `Bearer ${token}`);
    if (options.body) headers.set('content-type', 'application/json');
    const answer = await fetch(`${baseUrl}${path}`, { ...options, method, headers }).catch(
      (error: Error) => {
        throw new DemoError(`${method} ${path} did not get through: ${reasonOf(error)}`);
      },
    );
    if (answer.ok) return answer;
    const problem = (await answer.json().catch(() => ({}))) as Problem;
    const details = problem.errors?.map(({ path: at, message }) => `${at}: ${message}`) ?? [];
    throw new DemoError(
      [
        `${method} ${path} was answered ${answer.status} ${problem.code ?? ''}`,
        problem.detail,
        ...details,
      ]
        .filter(Boolean)
        .join('\n  '),
      { cause: answer.status },
    );
  }
  const read = async (answer: Promise<Response>) => (await (await answer).json()) as never;
  return {
    get: (path) => read(call('GET', path)),
    post: (path, body) => read(call('POST', path, { body: JSON.stringify(body) })),
    put: (path, body, version) =>
      read(
        call('PUT', path, {
          body: JSON.stringify(body),
          ...(version === undefined ? {} : { headers: { 'if-match': `"${version}"` } }),
        }),
      ),
    delete: async (path) => {
      await (await call('DELETE', path)).arrayBuffer();
    },
    async *events(path, signal) {
      const answer = await call('GET', path, { signal, headers: { accept: 'text/event-stream' } });
      for await (const { data } of eventsIn(answer.body ?? [])) yield JSON.parse(data) as never;
    },
  };
}

interface Problem {
  readonly code?: string;
  readonly detail?: string;
  readonly errors?: readonly { readonly path: string; readonly message: string }[];
}

function reasonOf(error: Error): string {
  return error.cause instanceof Error ? error.cause.message || error.cause.name : error.message;
}
