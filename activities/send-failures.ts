import { ApplicationFailure } from '@temporalio/common';
import { ConnectorError, ProblemError } from '../domain/errors';

/** Nothing can go out on the channel, by our own knowledge. */
export function stopped(reason: string, message: string): ConnectorError {
  return new ConnectorError('ChannelStopped', message, { reason });
}

/** A look-up that cannot say whether the part went out: the policy then is at-most-once (connectors.md 1.7). */
export function cannotTell(cause?: unknown): ConnectorError {
  return new ConnectorError('Ambiguous', 'no look-up can tell', { reason: 'lookup' }, { cause });
}

/** The work; a failure that waiting may mend says until when that makes sense. */
export async function knowingWindow<T>(
  windowEndsAt: string | null,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!windowEndsAt || !(error instanceof ConnectorError) || !PASSING.has(error.type))
      throw error;
    const { type, message, facts } = error;
    throw new ConnectorError(type, message, { ...facts, windowEndsAt }, { cause: error });
  }
}

const PASSING: ReadonlySet<string> = new Set(['Throttled', 'Unavailable', 'ChannelStopped']);

/** connectors.md 1.6: the name decides. What is no ConnectorError keeps its own, which the workflow reads as Ambiguous. */
export function toApplicationFailure(error: unknown): ApplicationFailure {
  const known = isUnavailable(error)
    ? new ConnectorError('Unavailable', 'no row can be written')
    : error;
  const [type, facts] =
    known instanceof ConnectorError ? [known.type, known.facts] : [nameOf(known), {}];
  // Another error's text may hold anything, and histories are read by operators.
  const message = known instanceof ConnectorError ? known.message : 'failed unexpectedly';
  return ApplicationFailure.create({ type, message, nonRetryable: true, details: [facts] });
}

/** MongoDB did not answer. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'UNAVAILABLE';
}

/** The name of whatever was thrown. */
export function nameOf(error: unknown): string {
  return error instanceof Error ? error.name : 'Error';
}
