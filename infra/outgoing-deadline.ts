import { OutgoingError } from '../domain/outgoing-error';

/** One clock for the whole call, and the caller's signal. */
export class Deadline {
  /** What the call fails with, once its time is over. */
  passed: OutgoingError | null = null;
  readonly #listeners: ((error: OutgoingError) => void)[] = [];
  readonly #timer: NodeJS.Timeout;
  readonly #signal: AbortSignal | undefined;
  readonly #abort = () => this.#pass('called off');
  constructor(timeoutMs: number, signal: AbortSignal | undefined) {
    this.#timer = setTimeout(() => this.#pass('no answer in time'), timeoutMs);
    this.#signal = signal;
    if (signal?.aborted) this.#abort();
    else signal?.addEventListener('abort', this.#abort);
  }
  /** Calls back once, at once when it has passed already. */
  onPass(listener: (error: OutgoingError) => void): void {
    if (this.passed) listener(this.passed);
    else this.#listeners.push(listener);
  }
  /** Rejects when the time is over before the work. */
  race<T>(work: Promise<T>): Promise<T> {
    return new Promise((resolvePromise, reject) => {
      this.onPass(reject);
      work.then(resolvePromise, reject);
    });
  }
  /** The call is over. */
  end(): void {
    clearTimeout(this.#timer);
    this.#signal?.removeEventListener('abort', this.#abort);
  }
  #pass(message: string): void {
    this.end();
    this.passed = new OutgoingError('interrupted', message);
    for (const listener of this.#listeners) listener(this.passed);
  }
}

/** Before a byte was written whatever goes wrong means that nothing was sent. */
export function toOutgoingError(
  error: unknown,
  failure: 'unreached' | 'interrupted',
): OutgoingError {
  if (error instanceof OutgoingError)
    return error.failure === 'interrupted' && failure === 'unreached'
      ? new OutgoingError('unreached', error.message, { cause: error })
      : error;
  const code = error instanceof Error && 'code' in error ? String(error.code) : 'failed';
  return new OutgoingError(failure, code, { cause: error });
}
