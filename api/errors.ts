import {
  isGrpcServiceError,
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import type { Context } from 'hono';
import { HTTPException } from 'hono/http-exception';
import type { z } from 'zod';
import { PROBLEM_STATUS, type ProblemCode, ProblemError } from '../domain/errors';
import type { ApiLogger, AppEnv } from './context';

/** One fault of a request: where, as a dotted path, and what. */
export interface Fault {
  readonly path: string;
  readonly message: string;
}

const TITLES: Readonly<Record<ProblemCode, string>> = {
  VALIDATION_FAILED: 'The request does not validate',
  UNAUTHENTICATED: 'No valid credential',
  FORBIDDEN: 'Not allowed',
  NOT_FOUND: 'Not found',
  METHOD_NOT_ALLOWED: 'Method not allowed',
  CONFLICT: 'Conflict',
  ILLEGAL_STATE: 'Not possible in this state',
  SESSION_WINDOW_CLOSED: 'The reply window is closed',
  PRECONDITION_FAILED: 'Changed by somebody else',
  PAYLOAD_TOO_LARGE: 'Too large',
  UNSUPPORTED_MEDIA_TYPE: 'Unsupported media type',
  IDEMPOTENCY_MISMATCH: 'Idempotency key used for another request',
  RATE_LIMITED: 'Too many requests',
  INTERNAL: 'Internal error',
  UNAVAILABLE: 'Temporarily unavailable',
};

/** Seconds that callers are asked to wait where nothing better is known. */
const RETRY_AFTER_SECONDS = 2;

/** The only translation of errors into answers: RFC 9457 problem+json. What is not known becomes a bare 500, logged with its cause. */
export function problemAnswer(
  error: unknown,
  c: Context<AppEnv>,
  logger: ApiLogger,
  extra: Readonly<Record<string, string>> = {},
): Response {
  const problem = toProblem(error);
  const requestId = c.get('requestId');
  if (problem.code === 'INTERNAL') logger.error({ requestId, err: error }, 'request failed');
  else if (problem.code === 'UNAVAILABLE')
    logger.warn({ requestId, code: problem.code, err: error }, 'a server did not answer');
  const status = PROBLEM_STATUS[problem.code];
  const headers: Record<string, string> = { 'content-type': 'application/problem+json', ...extra };
  const passes = problem.code === 'UNAVAILABLE' || problem.code === 'RATE_LIMITED';
  const wait = problem.facts.retryAfterSeconds ?? (passes ? RETRY_AFTER_SECONDS : null);
  if (wait !== null) headers['retry-after'] = String(Math.max(1, Math.ceil(wait)));
  if (problem.code === 'UNAUTHENTICATED') headers['www-authenticate'] = 'Bearer';
  // What is left of a body that nobody will read must not be taken for the next request.
  if (problem.code === 'PAYLOAD_TOO_LARGE') headers['connection'] = 'close';
  const body = {
    type: `urn:parley:problem:${problem.code}`,
    title: TITLES[problem.code],
    status,
    code: problem.code,
    detail: problem.detail,
    requestId,
    ...(problem.facts.errors ? { errors: problem.facts.errors } : {}),
  };
  return c.body(JSON.stringify(body), status, headers);
}

/** What an error means to the caller. Never throws. */
export function toProblem(error: unknown): ProblemError {
  if (error instanceof ProblemError) return error;
  if (error instanceof HTTPException) return fromHttpException(error);
  if (error instanceof WorkflowUpdateFailedError)
    return fromFailure(error.cause) ?? internal(error);
  if (error instanceof ApplicationFailure) return fromFailure(error) ?? internal(error);
  if (error instanceof WorkflowNotFoundError)
    return new ProblemError('NOT_FOUND', 'There is no such object.', {}, { cause: error });
  // Nobody ran the update in time: no worker polls, or it is swamped.
  if (error instanceof WorkflowUpdateRPCTimeoutOrCancelledError)
    return unavailable('The conversation does not answer at the moment.', error);
  if (isGrpcServiceError(error)) return fromGrpc(error);
  if (error instanceof ServiceError && isGrpcServiceError(error.cause))
    return fromGrpc(error.cause);
  if (isMongoOutage(error))
    return unavailable('The database does not answer at the moment.', error);
  return internal(error);
}

/** Every fault of a failed parse, unknown keys one by one. */
export function faultsOf(error: z.core.$ZodError, prefix: readonly PropertyKey[] = []): Fault[] {
  return error.issues.flatMap((issue) => faultsOfIssue(issue, prefix));
}

function faultsOfIssue(issue: z.core.$ZodIssue, prefix: readonly PropertyKey[]): Fault[] {
  const path = [...prefix, ...issue.path];
  if (issue.code === 'unrecognized_keys')
    return issue.keys.map((key) => ({ path: dotted([...path, key]), message: 'unknown key' }));
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    // The branch that came closest says most.
    const closest =
      [...issue.errors].sort((a, b) => depth(b) - depth(a) || a.length - b.length)[0] ?? [];
    const inner = closest.flatMap((nested) => faultsOfIssue(nested, path));
    if (inner.length > 0) return inner;
  }
  return [{ path: dotted(path), message: issue.message }];
}

function depth(issues: readonly z.core.$ZodIssue[]): number {
  return Math.max(0, ...issues.map((issue) => issue.path.length));
}

/** `a.b[0].c`; the empty path is the whole body. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, part) =>
      typeof part === 'number'
        ? `${text}[${part}]`
        : text === ''
          ? String(part)
          : `${text}.${String(part)}`,
    '',
  );
}

/** A refusal of a request's form. */
export function invalid(
  errors: readonly Fault[],
  detail = 'The request does not validate.',
): ProblemError {
  return new ProblemError('VALIDATION_FAILED', detail, { errors });
}

function fromFailure(cause: unknown): ProblemError | null {
  if (!(cause instanceof Error)) return null;
  if (cause instanceof ApplicationFailure && isProblemCode(cause.type))
    return new ProblemError(cause.type, cause.message, {}, { cause });
  return 'cause' in cause ? fromFailure(cause.cause) : null;
}

function fromHttpException(error: HTTPException): ProblemError {
  if (error.status === 415)
    return new ProblemError(
      'UNSUPPORTED_MEDIA_TYPE',
      'The content type is not one that this route takes.',
    );
  if (error.status === 413) return new ProblemError('PAYLOAD_TOO_LARGE', 'The body is too large.');
  if (error.status >= 400 && error.status < 500)
    return invalid([{ path: '', message: 'malformed body' }], 'The body cannot be read.');
  return internal(error);
}

/** gRPC status codes by number. FAILED_PRECONDITION is what a query gets while no worker polls. */
const GRPC = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNAVAILABLE: 14,
} as const;

function fromGrpc(error: Error & { readonly code: number }): ProblemError {
  if (error.code === GRPC.NOT_FOUND)
    return new ProblemError('NOT_FOUND', 'There is no such object.', {}, { cause: error });
  const passing: readonly number[] = [
    GRPC.DEADLINE_EXCEEDED,
    GRPC.RESOURCE_EXHAUSTED,
    GRPC.FAILED_PRECONDITION,
    GRPC.ABORTED,
    GRPC.UNAVAILABLE,
    GRPC.CANCELLED,
  ];
  return passing.includes(error.code)
    ? unavailable('Temporal does not answer at the moment.', error)
    : internal(error);
}

function isMongoOutage(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  return /^Mongo(ServerSelection|Network|NetworkTimeout|NotConnected|TopologyClosed|WriteConcern|OperationTimeout|PoolCleared|ConnectionPoolClosed|ClientClosed)/.test(
    error.name,
  );
}

function unavailable(detail: string, cause: unknown): ProblemError {
  return new ProblemError(
    'UNAVAILABLE',
    detail,
    { retryAfterSeconds: RETRY_AFTER_SECONDS },
    { cause },
  );
}

function internal(cause: unknown): ProblemError {
  return new ProblemError('INTERNAL', 'Something went wrong on our side.', {}, { cause });
}

function isProblemCode(type: string | undefined | null): type is ProblemCode {
  return typeof type === 'string' && Object.hasOwn(PROBLEM_STATUS, type);
}
