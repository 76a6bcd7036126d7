import {
  ServiceError,
  WorkflowUpdateFailedError,
  WorkflowUpdateRPCTimeoutOrCancelledError,
} from '@temporalio/client';
import {
  ActivityFailure,
  ApplicationFailure,
  RetryState,
  WorkflowNotFoundError,
} from '@temporalio/common';
import { HTTPException } from 'hono/http-exception';
import { MongoNetworkError, MongoServerSelectionError } from 'mongodb';
import { z } from 'zod';
import { faultsOf, toProblem } from '../../api/errors';
import { type ProblemCode, ProblemError } from '../../domain/errors';

/** As the gRPC library makes them: `code`, `details` and `metadata` on an Error. */
const grpc = (code: number) =>
  Object.assign(new Error('rpc'), { code, details: 'd', metadata: {} });
const refusal = (type: string, message = 'not now') =>
  ApplicationFailure.nonRetryable(message, type);

describe('toProblem', () => {
  it.each<[string, unknown, ProblemCode]>([
    [
      'a refused update',
      new WorkflowUpdateFailedError('failed', refusal('ILLEGAL_STATE')),
      'ILLEGAL_STATE',
    ],
    [
      'a refusal behind an activity',
      new WorkflowUpdateFailedError(
        'failed',
        new ActivityFailure(
          'a',
          'x',
          '1',
          RetryState.NON_RETRYABLE_FAILURE,
          'i',
          refusal('CONFLICT'),
        ),
      ),
      'CONFLICT',
    ],
    ['a bare failure', refusal('SESSION_WINDOW_CLOSED'), 'SESSION_WINDOW_CLOSED'],
    [
      'an update that failed of itself',
      new WorkflowUpdateFailedError('failed', refusal('TypeError')),
      'INTERNAL',
    ],
    [
      'no such workflow',
      new WorkflowNotFoundError('none', 'conversation:x', undefined),
      'NOT_FOUND',
    ],
    [
      'an update that nobody ran',
      new WorkflowUpdateRPCTimeoutOrCancelledError('timed out'),
      'UNAVAILABLE',
    ],
    ['Temporal gone', grpc(14), 'UNAVAILABLE'],
    ['Temporal slow', grpc(4), 'UNAVAILABLE'],
    ['Temporal swamped', grpc(8), 'UNAVAILABLE'],
    ['a query while no worker polls', grpc(9), 'UNAVAILABLE'],
    [
      'Temporal gone, wrapped by its client',
      new ServiceError('failed', { cause: grpc(14) }),
      'UNAVAILABLE',
    ],
    ['a mistake in what we asked', grpc(3), 'INTERNAL'],
    ['MongoDB gone', new MongoNetworkError('connection 5 to 10.0.0.7 closed'), 'UNAVAILABLE'],
    ['no primary', new MongoServerSelectionError('none', {} as never), 'UNAVAILABLE'],
    ['malformed JSON', new HTTPException(400, { message: 'Malformed JSON' }), 'VALIDATION_FAILED'],
    ['a media type', new HTTPException(415), 'UNSUPPORTED_MEDIA_TYPE'],
    ['a problem', new ProblemError('FORBIDDEN', 'no'), 'FORBIDDEN'],
    ['a defect', new TypeError('undefined is not a function'), 'INTERNAL'],
    ['no error at all', 'text', 'INTERNAL'],
    ['nothing', undefined, 'INTERNAL'],
    ['a failure that names an inherited property', refusal('toString'), 'INTERNAL'],
  ])('%s', (_name, error, code) => {
    expect(toProblem(error).code).toBe(code);
  });
  it('keeps the sentence of a refusal, and tells nothing of a defect', () => {
    expect(toProblem(refusal('CONFLICT', 'Task tsk_1 is open.')).detail).toBe(
      'Task tsk_1 is open.',
    );
    expect(toProblem(new Error('password is hunter2')).detail).not.toContain('hunter2');
    expect(toProblem(new MongoNetworkError('10.0.0.7')).detail).not.toContain('10.0.0.7');
  });
});

describe('faultsOf', () => {
  const Shape = z.strictObject({
    a: z.object({ b: z.array(z.strictObject({ c: z.int() })) }),
    u: z
      .union([
        z.strictObject({ type: z.literal('x'), n: z.int() }),
        z.strictObject({ type: z.literal('y') }),
      ])
      .optional(),
  });
  const paths = (value: unknown) =>
    faultsOf(Shape.safeParse(value).error as z.ZodError).map(({ path }) => path);
  it('names each place', () => {
    expect(paths({ a: { b: [{ c: 1 }, { c: 'x', d: 1, e: 2 }] }, f: 1 })).toEqual([
      'a.b[1].c',
      'a.b[1].d',
      'a.b[1].e',
      'f',
    ]);
    expect(paths('text')).toEqual(['']);
  });
  it('follows the branch of a union that comes closest', () => {
    expect(paths({ a: { b: [] }, u: { type: 'x', n: 'text' } })).toEqual(['u.n']);
  });
});
