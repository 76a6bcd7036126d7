import {
  type Client,
  WorkflowFailedError,
  WorkflowIdConflictPolicy,
  WorkflowIdReusePolicy,
} from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { ProblemError } from '../../domain/errors';
import { mergeWorkflowId } from '../../domain/ids';
import { HOUSEKEEPING_TASK_QUEUE } from '../../workflows/conversation/messages';
import type { mergeWorkflow } from '../../workflows/housekeeping/merge-workflow';
import type { MergeInput } from '../../workflows/housekeeping/messages';

/** Milliseconds to wait for a merge, which waits for two conversations. It goes on without us. */
const MERGE_TIMEOUT_MS = 20_000;

/**
 * Merges one customer into another and waits until it is done (domain.md 10.3). A repeat changes nothing. Throws `CONFLICT`, `NOT_FOUND`,
 * and `UNAVAILABLE` when nobody knows yet how it ended.
 */
export type MergeCustomers = (input: MergeInput) => Promise<void>;

export function createMergeCustomers(temporal: Client): MergeCustomers {
  return async function mergeCustomers(input) {
    const { mergedId, survivorId } = input;
    if (mergedId === survivorId)
      throw new ProblemError('CONFLICT', 'A customer cannot be merged into itself.');
    try {
      const result = await temporal.withDeadline(Date.now() + MERGE_TIMEOUT_MS, async () => {
        const handle = await temporal.workflow.start<typeof mergeWorkflow>('mergeWorkflow', {
          taskQueue: HOUSEKEEPING_TASK_QUEUE,
          workflowId: mergeWorkflowId(mergedId),
          workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
          workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
          args: [input],
          staticSummary: `${mergedId} into ${survivorId}`,
        });
        return handle.result();
      });
      // Somebody else is merging the same customer elsewhere at this moment.
      if (result.survivorId !== survivorId)
        throw new ProblemError('CONFLICT', `The customer was merged into ${result.survivorId}.`);
    } catch (error) {
      if (error instanceof ProblemError) throw error;
      if (error instanceof WorkflowFailedError && error.cause instanceof ApplicationFailure)
        throw error.cause;
      throw new ProblemError(
        'UNAVAILABLE',
        'The merge goes on; ask again how it ended.',
        {},
        { cause: error },
      );
    }
  };
}
