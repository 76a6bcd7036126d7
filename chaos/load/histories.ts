import type { Client } from '@temporalio/client';
import type { History } from '@temporalio/common/lib/proto-utils';
import { routingStart } from '../../workflows/routing/messages';
import type { WorkflowRun } from '../checker/record';
import { unreplayable } from './replay';

const STATUS = ['UNSPECIFIED', 'RUNNING', 'COMPLETED', 'FAILED', 'CANCELED', 'TERMINATED'];
/** temporal.api.enums.v1.EventType */
const TASK_COMPLETED = 7;
const TASK_TIMED_OUT = 8;
const TASK_FAILED = 9;
/** temporal.api.enums.v1.WorkflowTaskFailedCause */
const NON_DETERMINISTIC_ERROR = 24;

/** Every run of these customers' workflows and routing's newest, with what its history tells of its health. Reads only. */
export async function runsOf(
  client: Client,
  customerIds: readonly string[],
  conversationIds: readonly string[],
): Promise<readonly WorkflowRun[]> {
  const ids = [
    ...customerIds.map((id) => `conversation:${id}`),
    ...conversationIds.map((id) => `closing:${id}`),
  ];
  const routing = routingStart().workflowId;
  const found = await Promise.all([
    ...ids.map((workflowId) => runsNamed(client, workflowId)),
    runOf(client, routing, undefined).then((newest) => (newest ? [newest] : [])),
  ]);
  const runs = found.flat();
  const failed = await unreplayable(runs.map(({ run, history }) => ({ ...run, history })));
  return runs.map(({ run }) => ({ ...run, unreplayable: failed.get(run.runId) ?? null }));
}

/** The workflows of these customers that still run, in words. */
export async function runningOf(
  client: Client,
  customerIds: readonly string[],
): Promise<readonly string[]> {
  const running = await Promise.all(
    customerIds.map(async (id) => {
      const described = await client.workflow
        .getHandle(`conversation:${id}`)
        .describe()
        .catch(() => null);
      return described?.status.name === 'RUNNING' ? [`${described.workflowId} runs`] : [];
    }),
  );
  return running.flat();
}

interface Read {
  readonly run: Omit<WorkflowRun, 'unreplayable'>;
  readonly history: History;
  /** The run that it continues, if any. */
  readonly before: string | undefined;
}

async function runsNamed(client: Client, workflowId: string): Promise<readonly Read[]> {
  const runs: Read[] = [];
  const seen = new Set<string>();
  let runId: string | undefined;
  do {
    const read = await runOf(client, workflowId, runId);
    if (!read || seen.has(read.run.runId)) return runs;
    seen.add(read.run.runId);
    runs.push(read);
    runId = read.before;
  } while (runId);
  return runs;
}

/** The newest run without `runId`. */
async function runOf(
  client: Client,
  workflowId: string,
  runId: string | undefined,
): Promise<Read | null> {
  const handle = client.workflow.getHandle(workflowId, runId);
  const described = await handle.describe().catch(() => null);
  if (!described) return null;
  const history = await handle.fetchHistory();
  const events = history.events ?? [];
  let inARow = 0;
  let most = 0;
  for (const { eventType } of events) {
    if (eventType === TASK_FAILED || eventType === TASK_TIMED_OUT) inARow += 1;
    if (eventType === TASK_COMPLETED) inARow = 0;
    most = Math.max(most, inARow);
  }
  const { raw } = described;
  const first = events[0]?.workflowExecutionStartedEventAttributes;
  return {
    before: first?.continuedExecutionRunId || undefined,
    history,
    run: {
      workflowId,
      runId: described.runId,
      type: described.type,
      status: STATUS[raw.workflowExecutionInfo?.status ?? 0] ?? 'CONTINUED_AS_NEW',
      buildId: raw.workflowExecutionInfo?.versioningInfo?.deploymentVersion?.buildId ?? null,
      events: events.length,
      bytes: Number(described.historySize ?? 0),
      failedInARow: most,
      nonDeterministic: events.filter(
        ({ workflowTaskFailedEventAttributes: failed }) =>
          failed?.cause === NON_DETERMINISTIC_ERROR,
      ).length,
      pendingAttempt: raw.pendingWorkflowTask?.attempt ?? 0,
      largestPayloadBytes: largest(events),
    },
  };
}

/** Of any payload in it: what travels by value. */
function largest(value: unknown): number {
  if (value instanceof Uint8Array) return value.length;
  if (typeof value !== 'object' || value === null) return 0;
  return Math.max(0, ...Object.values(value).map(largest));
}
