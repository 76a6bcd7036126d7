import { setTimeout as sleep } from 'node:timers/promises';
import { PATIENCE_MS } from '../stage/stage';

/** The HTTP API as one caller. */
export interface Api {
  fetch(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Response>;
  /** The answer's JSON; null for 404. Asks again while nobody answers or the answer is a 5xx. */
  read<T>(path: string): Promise<T | null>;
  /** As {@link Api.read}, for what must not be refused. */
  write<T>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<T>;
}

/** Over a stage's link; nothing is asked again once the stage is over. */
export function apiOf(
  { url, over }: { readonly url: string; readonly over: AbortSignal },
  token: string | null,
): Api {
  const request: Api['fetch'] = (method, path, body, headers) =>
    fetch(`${url}${path}`, {
      method,
      headers: {
        ...(token ? { authorization: `Bearer ${token}` } : {}),
        ...(body === undefined ? {} : { 'content-type': 'application/json' }),
        ...headers,
      },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      signal: AbortSignal.timeout(ANSWER_WITHIN_MS),
    });
  const patiently = async (ask: () => Promise<Response>, what: string): Promise<Response> => {
    const patience = Date.now() + PATIENCE_MS;
    for (;;) {
      const answer = await ask().catch(() => null);
      if (answer && answer.status < 500 && answer.status !== 429) return answer;
      if (Date.now() > patience || over.aborted)
        throw new Error(
          `${what}: ${answer ? `${answer.status} ${await answer.text()}` : 'no answer'}`,
        );
      await answer?.body?.cancel();
      await sleep(100);
    }
  };
  return {
    fetch: request,
    async read(path) {
      const answer = await patiently(() => request('GET', path), `GET ${path}`);
      const text = await answer.text();
      if (answer.status === 404) return null;
      if (!answer.ok) throw new Error(`GET ${path}: ${answer.status} ${text}`);
      return JSON.parse(text);
    },
    async write(method, path, body, headers) {
      const answer = await patiently(
        () => request(method, path, body, headers),
        `${method} ${path}`,
      );
      const text = await answer.text();
      if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${text}`);
      return text === '' ? undefined : JSON.parse(text);
    },
  };
}

const ANSWER_WITHIN_MS = 15_000;

/** A token of a role, from the administrator. */
export async function tokenOf(
  admin: Api,
  role: string,
  subject: string,
  more: { readonly channelIds?: readonly string[] } = {},
): Promise<string> {
  const { token } = await admin.write<{ token: string }>('POST', '/v1/tokens', {
    role,
    subject,
    ...more,
  });
  return token;
}
