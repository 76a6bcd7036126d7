import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';

/** What a history is replayed against. */
export interface ReplayedCode {
  readonly code: string;
}

let quiet = false;

/** Milliseconds that a worker which knows nothing of a history takes to replay it. */
export async function replayMs(workflowBundle: ReplayedCode, history: History): Promise<number> {
  if (!quiet) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  quiet = true; // there is one runtime for all benchmarks of a process
  const begun = performance.now();
  await Worker.runReplayHistory({ workflowBundle }, history, 'replayed');
  return performance.now() - begun;
}

/** The newest run: a long one has continued as new. */
export async function historyOf(client: Client, workflowId: string): Promise<History> {
  return client.workflow.getHandle(workflowId).fetchHistory();
}

/** Until the workflow task of the last signal is done, so that the next signal gets its own. */
export async function idle(client: Client, workflowId: string): Promise<void> {
  await client.workflow
    .getHandle(workflowId)
    .query('__enhanced_stack_trace')
    .catch(() => undefined);
}
