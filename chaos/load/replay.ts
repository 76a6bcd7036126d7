import type { History } from '@temporalio/common/lib/proto-utils';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { bundleFile, readBundle } from '../../workers/bundle';

export interface Recorded {
  readonly workflowId: string;
  readonly runId: string;
  /** The version that it ran on. */
  readonly buildId: string | null;
  readonly history: History;
}

let quiet = false;

/**
 * Replays what this checkout's code has recorded, as a worker does that takes a workflow over: by run id, why it could not. Histories of
 * other versions are left out. Throws when that is all of them.
 */
export async function unreplayable(
  histories: readonly Recorded[],
): Promise<ReadonlyMap<string, string>> {
  const workflowBundle = await readBundle(bundleFile());
  const ours = histories.filter(({ buildId }) => buildId === workflowBundle.buildId);
  if (ours.length === 0 && histories.length > 0)
    throw new Error(`none of ${histories.length} histories is of build ${workflowBundle.buildId}`);
  // What fails is told by the checker, and the driver ends by itself when it is told to.
  if (!quiet) Runtime.install({ logger: new DefaultLogger('ERROR'), shutdownSignals: [] });
  quiet = true; // there is one runtime of a process
  const failed = new Map<string, string>();
  for await (const { runId, error } of Worker.runReplayHistories({ workflowBundle }, ours))
    if (error) failed.set(runId, error.message);
  return failed;
}
