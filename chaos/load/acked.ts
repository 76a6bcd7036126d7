import { createWriteStream, type WriteStream } from 'node:fs';
import type { Attempt } from '../checker/record';

/** What was asked for. `key` names the one thing that repeats of the request are about. */
export type Asked = Pick<Attempt, 'kind' | 'key' | 'channelId' | 'customer' | 'text'>;

/**
 * `acked.ndjson`: one line per request, written by the driver, outside of everything that is killed. `begun` and `answered` are places
 * in one order of all that the driver did: what was answered before something else began came before it.
 */
export class AckedLog {
  readonly attempts: Attempt[] = [];
  private readonly file: WriteStream;
  private tick = 0;
  private readonly done = new Set<string>();

  constructor(file: string) {
    this.file = createWriteStream(file, { flags: 'a' });
  }

  /** How many messages and acts were acknowledged, each counted once. */
  get acknowledged(): number {
    return this.done.size;
  }

  /** Makes one request. An answer that never came is status null. */
  async ask(asked: Asked, request: () => Promise<Response>): Promise<Attempt> {
    this.tick += 1;
    const begun = this.tick;
    const startedAt = Date.now();
    const { status, body } = await outcomeOf(request);
    this.tick += 1;
    const attempt: Attempt = {
      ...asked,
      begun,
      answered: this.tick,
      status,
      at: new Date(startedAt).toISOString(),
      ms: Date.now() - startedAt,
      ...(body === null ? {} : { answer: body }),
    };
    this.attempts.push(attempt);
    this.file.write(`${JSON.stringify(attempt)}\n`);
    if (isTaken(status)) this.done.add(`${asked.kind} ${asked.key}`);
    return attempt;
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.file.end(resolve));
  }
}

export function isTaken(status: number | null): boolean {
  return status !== null && status >= 200 && status < 300;
}

/** Ours to ask again, as a provider does: no answer, trouble on the server's side, too many at once. */
export function isWorthRepeating(status: number | null): boolean {
  return status === null || status >= 500 || status === 429;
}

async function outcomeOf(
  request: () => Promise<Response>,
): Promise<{ readonly status: number | null; readonly body: string | null }> {
  try {
    const answer = await within(ANSWER_WITHIN_MS, request());
    const body = await within(ANSWER_WITHIN_MS, answer.text());
    return { status: answer.status, body: body.slice(0, MOST_BODY) };
  } catch {
    return { status: null, body: null }; // the answer that never came; why is in the logs of what was killed
  }
}

/** Providers hang up after some ten seconds. */
const ANSWER_WITHIN_MS = 10_000;
const MOST_BODY = 500;

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => reject(new Error('no answer')), ms);
    work.then(resolve, reject).finally(() => clearTimeout(timer));
  });
}
