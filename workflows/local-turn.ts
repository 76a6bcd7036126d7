import { proxyLocalActivities, sleep, workflowInfo } from '@temporalio/workflow';

/**
 * Share of a workflow task's time that one local activity may take with all its tries, and after which none begins: the last one has
 * ended before the worker prolongs the task, at 0.8.
 */
const SHARE = 0.35;
const NEXT_TASK_MS = 1;

type Call = (input: unknown) => Promise<never>;

let proxy: Readonly<Record<string, Call>> | null = null;
/**
 * The local activity that runs: its end, and the workflow task that began it, by the length of the history then; null where a replay
 * began it.
 */
export const turn = {
  running: null as Promise<void> | null,
  begunIn: null as number | null,
};
/** The workflow task that the last call was in, known by the length of the history. */
const task = { historyLength: -1, begunAt: 0, failed: false };

/**
 * Two short tries of an activity beside the workflow task; throws when both fail. One at a time, and none for which the task would have
 * to be prolonged, or a replay would see other times and another order than the run did (docs/adr/0020). So it may have to wait for
 * another one, or for the next workflow task.
 */
export function inTurn(name: string, input: unknown): Promise<never> {
  return turn.running || taskIsSpent() ? later(name, input) : begin(name, input);
}

async function later(name: string, input: unknown): Promise<never> {
  for (;;) {
    if (turn.running) await turn.running;
    else if (taskIsSpent()) await sleep(NEXT_TASK_MS, { summary: `next task, for ${name}` });
    else return begin(name, input);
  }
}

function begin(name: string, input: unknown): Promise<never> {
  const call = activity(name)(input);
  const { historyLength, unsafe } = workflowInfo();
  turn.begunIn = unsafe.isReplaying ? null : historyLength;
  turn.running = call.then(succeeded, failed);
  return call;
}

function succeeded(): void {
  turn.running = null;
}

/** Tries that failed are not on the workflow's clock: nobody knows how much of the task is left. */
function failed(): void {
  turn.running = null;
  task.failed = true;
}

function taskIsSpent(): boolean {
  const { historyLength, taskTimeoutMs } = workflowInfo();
  if (task.historyLength !== historyLength)
    Object.assign(task, { historyLength, begunAt: Date.now(), failed: false });
  return task.failed || Date.now() - task.begunAt >= SHARE * taskTimeoutMs;
}

function activity(name: string): Call {
  proxy ??= proxyLocalActivities<Record<string, Call>>({
    scheduleToCloseTimeout: SHARE * workflowInfo().taskTimeoutMs,
    retry: { maximumAttempts: 2, initialInterval: '100 milliseconds' },
    // Never by a timer of the workflow, which would wait for this very activity (same-in-replay.ts).
    localRetryThreshold: '1 day',
  });
  const call = proxy[name];
  if (!call) throw new Error(`no activity ${name}`);
  return call;
}
