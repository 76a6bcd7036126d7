import type { Client } from '@temporalio/client';
import { type QueryDefinition, WorkflowNotFoundError } from '@temporalio/common';
import type { Conversation } from '../../domain/conversation/view';
import { ProblemError } from '../../domain/errors';
import { closingWorkflowId } from '../../domain/ids';
import { getConversationQuery } from '../../workflows/conversation/messages';

/** Milliseconds to wait for a worker that answers. */
const QUERY_TIMEOUT_MS = 8000;

/**
 * Asks the workflow that has a conversation now: its own, or the one that finishes it while the customer's next has begun. Null when
 * neither has it any more: it is closed, and the archive knows all. Throws `UNAVAILABLE` while no worker answers.
 */
export async function askConversation<T>(
  temporal: Client,
  stored: Pick<Conversation, 'id' | 'state' | 'workflowId'>,
  query: QueryDefinition<T>,
): Promise<T | null> {
  if (stored.state === 'CLOSED') return null;
  const closing = stored.state === 'CLOSING' ? [closingWorkflowId(stored.id)] : [];
  for (const workflowId of [...closing, stored.workflowId]) {
    const handle = temporal.workflow.getHandle(workflowId);
    const ask = <A>(definition: QueryDefinition<A>) =>
      temporal.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () => handle.query(definition));
    try {
      const conversation = await ask(getConversationQuery);
      // Since the projection was written the customer may have begun the next one.
      if (conversation?.id !== stored.id) continue;
      return (query as unknown) === getConversationQuery ? (conversation as T) : await ask(query);
    } catch (cause) {
      if (cause instanceof WorkflowNotFoundError) continue;
      throw new ProblemError(
        'UNAVAILABLE',
        'The conversation does not answer at the moment.',
        {},
        { cause },
      );
    }
  }
  return null;
}
