import {
  MongoError,
  MongoErrorLabel,
  MongoNetworkError,
  MongoNotConnectedError,
  MongoOperationTimeoutError,
  MongoServerError,
  MongoServerSelectionError,
  MongoTopologyClosedError,
  MongoWriteConcernError,
} from 'mongodb';
import { ProblemError } from '../../domain/errors';

/** Seconds that a caller is asked to wait: the driver looks for a primary about as often. */
const RETRY_AFTER_SECONDS = 3;

/** Whether MongoDB could not be reached, or could not promise a write. The same call may work later. */
export function isUnavailable(error: unknown): boolean {
  if (error instanceof ProblemError) return error.code === 'UNAVAILABLE';
  if (!(error instanceof MongoError)) return isSocketError(error);
  if (UNAVAILABLE_CLASSES.some((type) => error instanceof type)) return true;
  if (error.hasErrorLabel(MongoErrorLabel.RetryableWriteError)) return true;
  if (!(error instanceof MongoServerError)) return isSocketError(error.cause);
  if (UNAVAILABLE_CODES.has(Number(error.code))) return true;
  // A bulk write wraps whatever kept it from being sent; then there is no answer of the server.
  const { errorResponse } = error as { readonly errorResponse?: unknown };
  return (
    isSocketError(errorResponse) ||
    (errorResponse instanceof MongoError && isUnavailable(errorResponse))
  );
}

/** The driver lets some of Node's own through. Told by their members: they may come from another realm. */
function isSocketError(error: unknown): boolean {
  const { syscall, code } = (error ?? {}) as {
    readonly syscall?: unknown;
    readonly code?: unknown;
  };
  return typeof syscall === 'string' || SOCKET_CODES.has(String(code));
}

/** Rethrows `error`, as `UNAVAILABLE` where MongoDB was not there. */
export function rethrow(error: unknown): never {
  if (isUnavailable(error) && !(error instanceof ProblemError)) throw unavailable(error);
  throw error;
}

export function unavailable(cause: unknown): ProblemError {
  const facts = { retryAfterSeconds: RETRY_AFTER_SECONDS };
  return new ProblemError('UNAVAILABLE', 'The database does not answer.', facts, { cause });
}

/** The store with every asynchronous method throwing `UNAVAILABLE` while MongoDB is down, as infra/stores promises. */
export function guarded<T extends object>(store: T): T {
  return new Proxy(store, {
    get(target, name, receiver) {
      const member: unknown = Reflect.get(target, name, receiver);
      if (typeof member !== 'function') return member;
      return (...args: unknown[]) => {
        const result: unknown = member.apply(target, args);
        return result instanceof Promise ? result.catch(rethrow) : result;
      };
    },
  });
}

/** A unique index refused the write. */
export function isDuplicateKey(error: unknown): boolean {
  return error instanceof MongoServerError && error.code === 11_000;
}

const UNAVAILABLE_CLASSES = [
  MongoNetworkError,
  MongoServerSelectionError,
  MongoNotConnectedError,
  MongoTopologyClosedError,
  MongoOperationTimeoutError,
  MongoWriteConcernError,
];
const SOCKET_CODES = new Set(['EPIPE', 'ECONNRESET', 'ECONNREFUSED', 'ECONNABORTED', 'ETIMEDOUT']);
/** NotWritablePrimary, shutdown, step-down, write concern timeout, exceeded time limit. */
const UNAVAILABLE_CODES = new Set([50, 64, 91, 189, 262, 10_107, 11_600, 11_602, 13_435, 13_436]);
