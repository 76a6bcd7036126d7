import { type Client, isGrpcServiceError, WorkflowNotFoundError } from '@temporalio/client';
import { endConversationSignal } from '../workflows/conversation/messages';
import type { DataKeys } from './payload-codec';
import { keysOfEvent } from './sealed-history';

/** What became of runs that ended, by their ids. */
export interface ForgottenRuns {
  /** Dark once the keys of their workflows are destroyed: they still open. */
  readonly kept: readonly string[];
  readonly deleted: readonly string[];
}

/** The runs that held a customer's conversations, for erasure. */
export interface CustomerRuns {
  /** Orders a conversation to end, wherever it runs. False when none of these workflows runs. */
  end(conversationId: string, workflowIds: readonly string[]): Promise<boolean>;
  /**
   * Deletes those histories of these workflows of which anything can be read once their keys, and those of the workflows `besides` them,
   * are destroyed, as the caller does. Null while one still runs, and nothing is deleted: it is to be asked again.
   */
  forget(
    workflowIds: readonly string[],
    besides?: readonly string[],
  ): Promise<ForgottenRuns | null>;
  isRunning(workflowId: string): Promise<boolean>;
  /** Deletes the histories of those runs of a workflow that ended before `before` (ISO UTC). */
  forgetEnded(workflowId: string, before: string): Promise<void>;
}

const CALL_TIMEOUT_MS = 10_000;
/** Events looked at per call: where nothing is sealed the first decides. */
const PAGE = 200;
/** The status code of gRPC. */
const NOT_FOUND = 5;

export function createCustomerRuns(client: Client, keys: Pick<DataKeys, 'left'>): CustomerRuns {
  const { workflow, workflowService } = client;
  const { namespace } = client.options;
  const within = <T>(call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);

  const newestOf = (workflowId: string) => ifThere(() => workflow.getHandle(workflowId).describe());

  /** All that ended; null while one runs. */
  async function endedRunsOf(workflowId: string): Promise<ReadonlySet<string> | null> {
    // The list lags behind: it may not have the newest run yet, which says itself whether it has ended.
    const newest = await newestOf(workflowId);
    if (newest?.status.name === 'RUNNING') return null;
    const runIds = new Set(newest ? [newest.runId] : []);
    const query = `WorkflowId = "${workflowId}"`;
    for await (const { runId } of workflow.list({ query })) runIds.add(runId);
    return runIds;
  }

  /** Whether nobody can read anything of it once the keys of these workflows are destroyed. Null: it is gone. */
  async function goesDark(
    workflowId: string,
    runId: string,
    without: readonly string[],
  ): Promise<boolean | null> {
    const execution = { workflowId, runId };
    const used = new Set<string>();
    let seen = 0;
    let nextPageToken: Uint8Array | undefined;
    do {
      const request = { namespace, execution, maximumPageSize: PAGE, nextPageToken };
      const page = await ifThere(() => workflowService.getWorkflowExecutionHistory(request));
      if (!page) return null;
      for (const event of page.history?.events ?? []) {
        const sealedWith = keysOfEvent(event);
        if (!sealedWith) return false;
        for (const id of sealedWith) used.add(id);
        seen += 1;
      }
      nextPageToken = page.nextPageToken?.length ? page.nextPageToken : undefined;
    } while (nextPageToken);
    // A history that is told in another form than events is not judged.
    return seen > 0 && (await keys.left([...used], without)).length === 0;
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

    async forget(workflowIds, besides = []) {
      const ended: [workflowId: string, runId: string][] = [];
      for (const workflowId of workflowIds) {
        const runIds = await endedRunsOf(workflowId);
        if (!runIds) return null;
        for (const runId of runIds) ended.push([workflowId, runId]);
      }
      const without = [...workflowIds, ...besides];
      const kept: string[] = [];
      const deleted: string[] = [];
      for (const [workflowId, runId] of ended) {
        const isDark = await goesDark(workflowId, runId, without);
        if (isDark === null) continue;
        (isDark ? kept : deleted).push(runId);
        if (!isDark) await deleteRun(workflowId, runId);
      }
      return { kept, deleted };
    },

    async isRunning(workflowId) {
      return (await newestOf(workflowId))?.status.name === 'RUNNING';
    },

    async forgetEnded(workflowId, before) {
      const query = `WorkflowId = "${workflowId}" AND CloseTime < "${before}"`;
      for await (const { runId } of workflow.list({ query })) await deleteRun(workflowId, runId);
    },
  };
}
