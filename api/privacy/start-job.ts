import type { Client } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import { privacyWorkflowId } from '../../domain/ids';
import type { Stores } from '../../infra/stores';
import type { Job, JobKind } from '../../infra/stores/privacy';
import { HOUSEKEEPING_TASK_QUEUE } from '../../workflows/conversation/messages';
import type { eraseWorkflow } from '../../workflows/privacy/erase-workflow';
import { durably } from '../ingress/temporal-calls';

/** Begins a job, or answers the one that runs for the same purpose already. */
export type StartJob = (kind: JobKind, customerId: string) => Promise<Job>;

const WORKFLOWS = { ERASE: 'eraseWorkflow', EXPORT: 'exportWorkflow' } as const;

export function createStartJob({
  temporal,
  stores,
}: {
  readonly temporal: Client;
  readonly stores: Pick<Stores, 'jobs'>;
}): StartJob {
  return async function startJob(kind, customerId) {
    const job = await stores.jobs.begin(kind, customerId);
    // Started again where a process died between the two: the same id, so nothing happens twice.
    await durably(temporal, () =>
      temporal.workflow.start<typeof eraseWorkflow>(WORKFLOWS[kind], {
        taskQueue: HOUSEKEEPING_TASK_QUEUE,
        workflowId: privacyWorkflowId(kind, job.id),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        args: [{ jobId: job.id, customerId }],
        staticSummary: `${kind.toLowerCase()} of ${customerId}`,
      }),
    );
    return job;
  };
}
