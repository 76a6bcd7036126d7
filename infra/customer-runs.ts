import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { endConversationSignal } from '../workflows/conversation/messages';

/** The runs that held a customer's conversations, for erasure. */
export interface CustomerRuns {
  /** Orders a conversation to end, wherever it runs. False when none of these workflows runs. */
  end(conversationId: string, workflowIds: readonly string[]): Promise<boolean>;
  /** Deletes the histories of these workflows. False while one still runs: it is to be asked again. */
  forget(workflowIds: readonly string[]): Promise<boolean>;
  /** Deletes the histories of those runs of a workflow that ended before `before` (ISO UTC). */
  forgetEnded(workflowId: string, before: string): Promise<void>;
}

const CALL_TIMEOUT_MS = 10_000;
/** The status code of gRPC. */
const NOT_FOUND = 5;

export function createCustomerRuns(client: Client): CustomerRuns {
  const { workflow, workflowService } = client;
  const { namespace } = client.options;
  const within = <T>(call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);

  async function forgetOne(workflowId: string): Promise<boolean> {
    // The list lags behind: it may not have the newest run yet, which says itself whether it has ended.
    const newest = await ifThere(() => workflow.getHandle(workflowId).describe());
    if (newest?.status.name === 'RUNNING') return false;
    const runIds = new Set(newest ? [newest.runId] : []);
    const query = `WorkflowId = "${workflowId}"`;
    for await (const { runId } of workflow.list({ query })) runIds.add(runId);
    for (const runId of runIds) await deleteRun(workflowId, runId);
    return true;
  }

  async function deleteRun(workflowId: string, runId: string): Promise<void> {
    const workflowExecution = { workflowId, runId };
    await ifThere(() => workflowService.deleteWorkflowExecution({ namespace, workflowExecution }));
  }

  /** Null where there is nothing by that id any more. */
  async function ifThere<T>(call: () => Promise<T>): Promise<T | null> {
    try {
      return await within(call);
    } catch (error) {
      const isGone =
        error instanceof WorkflowNotFoundError ||
        (isGrpcServiceError(error) && error.code === NOT_FOUND);
      if (isGone) return null;
      throw error;
    }
  }

  return {
    async end(conversationId, workflowIds) {
      const actor = { type: 'OPERATOR' as const, id: 'privacy', name: null };
      const order = { conversationId, actor, force: true, reason: 'ERASED' };
      let heard = false;
      for (const workflowId of workflowIds) {
        const told = await ifThere(async () => {
          await workflow.getHandle(workflowId).signal(endConversationSignal, order);
          return true;
        });
        heard ||= told === true;
      }
      return heard;
    },

    async forget(workflowIds) {
      for (const workflowId of workflowIds) if (!(await forgetOne(workflowId))) return false;
      return true;
    },

    async forgetEnded(workflowId, before) {
      const query = `WorkflowId = "${workflowId}" AND CloseTime < "${before}"`;
      for await (const { runId } of workflow.list({ query })) await deleteRun(workflowId, runId);
    },
  };
}
