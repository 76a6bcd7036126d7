import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import { DEPLOYMENT_NAME } from '../../workers/deployment';
import { withTemporal } from '../load/collect';
import { runsOf } from '../load/histories';
import { PATIENCE_MS, type Stage } from '../stage/stage';

/** What an operator does about versions, with the calls of `temporal worker deployment` (docs/upgrade.md). */
export interface Deployment {
  /** Until one of its workers has polled. */
  known(buildId: string): Promise<void>;
  setCurrent(buildId: string): Promise<void>;
  /** A share of new runs begins on it. */
  ramp(buildId: string, percentage: number): Promise<void>;
  endRamp(): Promise<void>;
  /** The versions of each customer's runs, the oldest first; null for a run that no worker has seen yet. */
  paths(customerIds: readonly string[]): Promise<readonly (readonly (string | null)[])[]>;
}

export function deploymentOf(stage: Stage): Deployment {
  const about = ({ options }: Client) => ({
    namespace: options.namespace,
    identity: options.identity,
    deploymentName: DEPLOYMENT_NAME,
    ignoreMissingTaskQueues: true,
  });
  const patiently = async (ask: (client: Client) => Promise<unknown>) => {
    const patience = Date.now() + PATIENCE_MS;
    for (;;) {
      try {
        return await withTemporal(stage, ask);
      } catch (error) {
        if (Date.now() > patience) throw error; // a worker's own promotion may be under way
        await sleep(250);
      }
    }
  };
  return {
    async known(buildId) {
      await patiently(({ workflowService, options }) =>
        workflowService.describeWorkerDeploymentVersion({
          namespace: options.namespace,
          deploymentVersion: { deploymentName: DEPLOYMENT_NAME, buildId },
        }),
      );
    },
    async setCurrent(buildId) {
      await patiently((client) =>
        client.workflowService.setWorkerDeploymentCurrentVersion({ ...about(client), buildId }),
      );
    },
    async ramp(buildId, percentage) {
      await patiently((client) =>
        client.workflowService.setWorkerDeploymentRampingVersion({
          ...about(client),
          buildId,
          percentage,
        }),
      );
    },
    async endRamp() {
      await patiently((client) =>
        client.workflowService.setWorkerDeploymentRampingVersion({
          ...about(client),
          buildId: '',
          percentage: 0,
        }),
      );
    },
    paths: (customerIds) =>
      withTemporal(stage, (client) =>
        Promise.all(
          customerIds.map(async (id) =>
            (await runsOf(client, [id], [])).map(({ buildId }) => buildId).reverse(),
          ),
        ),
      ),
  };
}
