import { setTimeout as sleep } from 'node:timers/promises';
import { type Client, isGrpcServiceError } from '@temporalio/client';
import { CONVERSATION_TASK_QUEUE } from '../workflows/conversation/messages';
import { ROUTING_TASK_QUEUE } from '../workflows/routing/messages';

/** All our workers are versions of one deployment. */
export const DEPLOYMENT_NAME = 'parley';

/**
 * When a starting worker makes its version the one that new conversations begin on.
 * `always`: on one machine there is one version at a time, and going back to an older one is a start like any other.
 * `ifNewer`: an old replica that merely restarts must not take over from a newer version; going back is an operator's act.
 */
export type Promotion = 'always' | 'ifNewer';

const KNOWN_WITHIN_MS = 60_000; // the version appears with its first poll
const RETRY_EVERY_MS = 250;

/** Make a version current. Waits until the server has seen one of its workers. */
export async function promote(
  client: Client,
  buildId: string,
  promotion: Promotion,
  signal: AbortSignal,
): Promise<void> {
  const deadline = Date.now() + KNOWN_WITHIN_MS;
  for (;;) {
    try {
      if (promotion === 'always' || (await isNewest(client, buildId)))
        await setCurrent(client, buildId);
      return;
    } catch (error) {
      if (signal.aborted) return;
      if (!mayPass(error) || Date.now() > deadline) {
        throw new Error(`Version ${buildId} could not be made current.`, { cause: error });
      }
      await sleep(RETRY_EVERY_MS);
    }
  }
}

/** How many runs are pinned to a version and not closed. Read from the visibility store: a moment behind. */
export async function countOpen(client: Client, buildId: string): Promise<number> {
  const { count } = await client.workflow.count(
    `ExecutionStatus = 'Running' AND TaskQueue IN ('${CONVERSATION_TASK_QUEUE}', '${ROUTING_TASK_QUEUE}') AND TemporalWorkerDeploymentVersion = '${DEPLOYMENT_NAME}:${buildId}'`,
  );
  return count;
}

async function setCurrent(client: Client, buildId: string): Promise<void> {
  await client.workflowService.setWorkerDeploymentCurrentVersion({
    namespace: client.options.namespace,
    identity: client.options.identity,
    deploymentName: DEPLOYMENT_NAME,
    buildId,
    ignoreMissingTaskQueues: true, // its own workers on the other queues begin to poll in the same second
  });
}

async function isNewest(client: Client, buildId: string): Promise<boolean> {
  const { workerDeploymentInfo } = await client.workflowService.describeWorkerDeployment({
    namespace: client.options.namespace,
    deploymentName: DEPLOYMENT_NAME,
  });
  const current = workerDeploymentInfo?.routingConfig?.currentDeploymentVersion?.buildId;
  if (!current || current === buildId) return true;
  const born = (id: string) =>
    Number(
      workerDeploymentInfo?.versionSummaries?.find(
        ({ deploymentVersion }) => deploymentVersion?.buildId === id,
      )?.createTime?.seconds ?? Number.NaN,
    );
  if (Number.isNaN(born(buildId))) throw new VersionUnknown();
  return !(born(buildId) < born(current));
}

/** Codes of gRPC. */
const passingStatus = {
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  UNAVAILABLE: 14,
} as const;

class VersionUnknown extends Error {}

/** The version is not known yet, or another worker changes the same deployment. */
function mayPass(error: unknown): boolean {
  if (error instanceof VersionUnknown) return true;
  const passing: readonly number[] = Object.values(passingStatus);
  return isGrpcServiceError(error) && passing.includes(error.code);
}
