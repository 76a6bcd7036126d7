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
  const failed = new Map<string, string>();
  quiet();
  for await (const { runId, error } of Worker.runReplayHistories({ workflowBundle }, each(ours)))
    if (error) failed.set(runId, error.message);
  return failed;
}

async function* each(histories: readonly Recorded[]) {
  for (const { workflowId, history } of histories) yield { workflowId, history };
}

/** What fails is told by the checker. */
function quiet(): void {
  try {
    Runtime.install({ logger: new DefaultLogger('ERROR') });
  } catch {
    // It runs already.
  }
}
