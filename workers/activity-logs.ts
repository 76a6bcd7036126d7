import type { ActivityInterceptorsFactory } from '@temporalio/worker';
import { withLogFields } from '../infra/log-fields';

/** Log lines that are written while an activity runs name it, its workflow and the conversation that it is about. */
export function activityLogs(): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const { activityType, activityId, taskQueue, attempt, workflowExecution } = info;
        const { workflowId, runId } = workflowExecution ?? {};
        const conversationId = conversationOf(input.args[0]);
        const fields = { activityType, activityId, taskQueue, attempt, workflowId, runId };
        return withLogFields({ ...fields, conversationId }, () => next(input));
      },
    },
  });
}

function conversationOf(input: unknown): string | undefined {
  const { conversationId } = (input ?? {}) as { readonly conversationId?: unknown };
  return typeof conversationId === 'string' ? conversationId : undefined;
}
