import { type Client, WorkflowNotFoundError, WorkflowUpdateFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import { conversationWorkflowId } from '../domain/ids';
import {
  CONVERSATION_TASK_QUEUE,
  getConversationQuery,
  type MergeInto,
  type MergeOutcome,
  mergeIntoUpdate,
} from '../workflows/conversation/messages';

/** Calls that one conversation's housekeeping makes on another. Each may be repeated. */
export interface ConversationWorkflows {
  /** Signals each fact in order, starting the workflow where none runs. */
  handOn(
    customerId: string,
    inbox: readonly { readonly type: string; readonly payload: unknown }[],
  ): Promise<void>;
  /** The open conversation in the workflow of this customer, null when there is none. Throws while that cannot be told. */
  openConversationOf(customerId: string): Promise<string | null>;
  /** Null when the workflow does not run. */
  mergeInto(customerId: string, merge: MergeInto): Promise<MergeOutcome | null>;
}

/** Milliseconds for one call: a worker that answers at all answers sooner. */
const CALL_TIMEOUT_MS = 10_000;

export function createConversationWorkflows(client: Client): ConversationWorkflows {
  const { workflow } = client;
  return {
    async handOn(customerId, inbox) {
      for (const { type, payload } of inbox) {
        await within(() =>
          workflow.signalWithStart('conversationWorkflow', {
            taskQueue: CONVERSATION_TASK_QUEUE,
            workflowId: conversationWorkflowId(customerId),
            workflowIdConflictPolicy: 'USE_EXISTING',
            args: [{ customerId }],
            signal: type,
            signalArgs: [payload],
          }),
        );
      }
    },

    async openConversationOf(customerId) {
      const handle = workflow.getHandle(conversationWorkflowId(customerId));
      try {
        const conversation = await within(() => handle.query(getConversationQuery));
        if (conversation)
          return conversation.state === 'CLOSING' || conversation.state === 'CLOSED'
            ? null
            : conversation.id;
        const { status } = await within(() => handle.describe());
        if (status.name !== 'RUNNING') return null;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return null;
        throw error;
      }
      // Its first step is under way: a moment later it has a conversation, or has handed its inbox on and is gone.
      throw ApplicationFailure.retryable(
        `The workflow of ${customerId} is about to open a conversation`,
        'Opening',
      );
    },

    async mergeInto(customerId, merge) {
      const handle = workflow.getHandle(conversationWorkflowId(customerId));
      // The id makes a repeat find the first answer.
      const updateId = `merge-${merge.fromCustomerId ?? customerId}-${merge.survivor.id}`;
      try {
        return await within(() =>
          handle.executeUpdate(mergeIntoUpdate, { args: [merge], updateId }),
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || endedMeanwhile(error)) return null;
        throw error;
      }
    },
  };

  function within<T>(call: () => Promise<T>): Promise<T> {
    return client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  }
}

/** The workflow took the update and completed before it answered. */
function endedMeanwhile(error: unknown): boolean {
  return (
    error instanceof WorkflowUpdateFailedError &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'AcceptedUpdateCompletedWorkflow'
  );
}
