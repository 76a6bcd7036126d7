import { type Client, ServiceError, WorkflowUpdateFailedError } from '@temporalio/client';
import {
  ApplicationFailure,
  type UpdateDefinition,
  WorkflowNotFoundError,
} from '@temporalio/common';
import { ProblemError } from '../../domain/errors';
import type { Acted } from '../../workflows/conversation/messages';
import type { ConversationFacts } from './access';

/** Milliseconds until an act that no worker takes is given up. */
const UPDATE_TIMEOUT_MS = 10_000;

/** Asks a conversation's workflow to do something. Throws its refusal as a `ProblemError` by code, `UNAVAILABLE` when nobody answers. */
export type Act = <Request>(
  facts: Pick<ConversationFacts, 'workflowId' | 'open'>,
  update: UpdateDefinition<Acted, [Request]>,
  request: Request,
) => Promise<Acted>;

export function createAct(temporal: Client): Act {
  return async function act(facts, update, request) {
    // The customer's next conversation may run under the same id: it must not even be asked.
    if (!facts.open) throw ended();
    try {
      return await temporal.withDeadline(Date.now() + UPDATE_TIMEOUT_MS, () =>
        insisting(() =>
          temporal.workflow.getHandle(facts.workflowId).executeUpdate(update, { args: [request] }),
        ),
      );
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) throw ended();
      if (wasCutShort(error))
        throw new ProblemError(
          'UNAVAILABLE',
          'The conversation moved on meanwhile; ask again.',
          {},
          { cause: error },
        );
      throw error;
    }
  };
}

/** How often an update that met the end of a run is asked again, and the pause before each, milliseconds. */
const INSIST_TIMES = 20;
const INSIST_PAUSE_MS = 100;

/**
 * Asks again when the update met a run that was just continuing as new: the server drops the workflow task and the update with it,
 * which nobody has seen. What was taken is never asked twice.
 */
export async function insisting<T>(update: () => Promise<T>): Promise<T> {
  for (let asked = 1; ; asked += 1) {
    try {
      return await update();
    } catch (error) {
      if (asked === INSIST_TIMES || !metTheEndOfARun(error)) throw error;
      await new Promise((resolve) => setTimeout(resolve, INSIST_PAUSE_MS));
    }
  }
}

function metTheEndOfARun(error: unknown): boolean {
  const cause =
    error instanceof ServiceError ? (error.cause as { code?: number } | undefined) : undefined;
  return cause?.code === GRPC_FAILED_PRECONDITION;
}
/** `grpc.status.FAILED_PRECONDITION`: «unexpected workflow task failure». */
const GRPC_FAILED_PRECONDITION = 9;

/** The run ended between taking the request and answering it. */
function wasCutShort(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'AcceptedUpdateCompletedWorkflow'
  );
}

function ended(): ProblemError {
  return new ProblemError('ILLEGAL_STATE', 'The conversation has ended.');
}
