import type { Client } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import { type SignalDefinition, WorkflowNotFoundError } from '@temporalio/common';
import { conversationWorkflowId } from '../../domain/ids';
import { CONVERSATION_TASK_QUEUE } from '../../workflows/conversation/messages';
import type { conversationWorkflow } from '../../workflows/conversation/workflow';
import { searchAttributes } from '../../workflows/search-attributes';
import { SeenRunning } from './seen-running';
import { durably } from './temporal-calls';

/** Tells a customer's conversation. Both return once Temporal has stored the signal, and throw `UNAVAILABLE` when it may not have. */
export interface ConversationSignals {
  /** Starts the run when there is none. `channelId`: where it begins, for operators. */
  signalWithStart<T>(
    customerId: string,
    channelId: string,
    signal: SignalDefinition<[T]>,
    event: T,
  ): Promise<void>;
  /** False when no run is there. */
  signalIfRunning<T>(customerId: string, signal: SignalDefinition<[T]>, event: T): Promise<boolean>;
}

export function createConversationSignals(temporal: Client): ConversationSignals {
  const seenRunning = new SeenRunning();

  async function signalIfRunning<T>(
    customerId: string,
    signal: SignalDefinition<[T]>,
    event: T,
  ): Promise<boolean> {
    try {
      await durably(temporal, () =>
        temporal.workflow.getHandle(conversationWorkflowId(customerId)).signal(signal, event),
      );
      return true;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
      seenRunning.delete(customerId);
      return false;
    }
  }

  return {
    signalIfRunning,
    async signalWithStart(customerId, channelId, signal, event) {
      if (seenRunning.has(customerId) && (await signalIfRunning(customerId, signal, event))) return;
      await durably(temporal, () =>
        temporal.workflow.signalWithStart<typeof conversationWorkflow, [typeof event]>(
          'conversationWorkflow',
          {
            taskQueue: CONVERSATION_TASK_QUEUE,
            workflowId: conversationWorkflowId(customerId),
            workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
            workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
            args: [{ customerId }],
            signal,
            signalArgs: [event],
            typedSearchAttributes: [{ key: searchAttributes.customerId, value: customerId }],
            // Operators read these; they hold ids only.
            staticSummary: `Customer ${customerId}`,
            staticDetails: `Begun on channel \`${channelId}\``,
          },
        ),
      );
      seenRunning.add(customerId);
    },
  };
}
