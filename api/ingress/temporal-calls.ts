import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { ProblemError } from '../../domain/errors';

/** Milliseconds one call to Temporal may take: below what providers wait, above what a busy server needs. */
const CALL_TIMEOUT_MS = 8000;

/**
 * Runs calls to Temporal with a deadline. Whatever fails is `UNAVAILABLE` and asks for a repeat, since nobody knows what was stored;
 * only that a workflow does not run comes through as it is.
 */
export async function durably<T>(temporal: Client, call: () => Promise<T>): Promise<T> {
  try {
    return await temporal.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  } catch (cause) {
    if (cause instanceof WorkflowNotFoundError) throw cause;
    throw new ProblemError('UNAVAILABLE', 'It could not be stored; send it again.', {}, { cause });
  }
}
