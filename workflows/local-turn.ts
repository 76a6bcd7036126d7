import {
  proxyLocalActivities,
  sleep,
  type WorkflowInterceptorsFactory,
  workflowInfo,
} from '@temporalio/workflow';
import type { ConcludeActivationInput } from '@temporalio/workflow/lib/interceptors';

/**
 * Share of a workflow task's time that one local activity may take with all its tries, and after which none begins: the last one has
 * ended before the worker prolongs the task, at 0.8.
 */
const SHARE = 0.35;
const NEXT_TASK_MS = 1;

type Call = (input: unknown) => Promise<never>;

let proxy: Readonly<Record<string, Call>> | null = null;
let running: Promise<void> | null = null;
/** The workflow task that the last call was in, known by the length of the history. */
const task = { historyLength: -1, begunAt: 0, failed: false };
/** The task that began what runs, by the length of the history then; null where a replay began it. */
let begunIn: number | null = null;

/**
 * Two short tries of an activity beside the workflow task; throws when both fail. One at a time, and none for which the task would have
 * to be prolonged, or a replay would see other times and another order than the run did (docs/adr/0020). So it may have to wait for
 * another one, or for the next workflow task.
 */
export function inTurn(name: string, input: unknown): Promise<never> {
  return running || taskIsSpent() ? later(name, input) : begin(name, input);
}

async function later(name: string, input: unknown): Promise<never> {
  for (;;) {
    if (running) await running;
    else if (taskIsSpent()) await sleep(NEXT_TASK_MS, { summary: `next task, for ${name}` });
    else return begin(name, input);
  }
}

function begin(name: string, input: unknown): Promise<never> {
  const call = activity(name)(input);
  const { historyLength, unsafe } = workflowInfo();
  begunIn = unsafe.isReplaying ? null : historyLength;
  running = call.then(succeeded, failed);
  return call;
}

function succeeded(): void {
  running = null;
}

/** Tries that failed are not on the workflow's clock: nobody knows how much of the task is left. */
function failed(): void {
  running = null;
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
  });
  const call = proxy[name];
  if (!call) throw new Error(`no activity ${name}`);
  return call;
}

/** Make sure that a replay sees what the run saw, where somebody asks a query or the threads stand still for seconds (docs/adr/0020). */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        if (running) refuseProlonged();
        next(input);
      },
      concludeActivation(input, next) {
        return { commands: withoutEarlyAnswers(next(input).commands) };
      },
    },
  ],
  outbound: [
    {
      scheduleActivity: (input, next) => whenQuiet(next(input)),
      startTimer: (input, next) => whenQuiet(next(input)),
      signalWorkflow: (input, next) => whenQuiet(next(input)),
    },
  ],
});

type Command = ConcludeActivationInput['commands'][number];
/** Answers to queries, and the task that brought those, by the length of the history. */
const held = { answers: [] as Command[], historyLength: -1 };

/**
 * With the answer to a query the worker would end the task, and what a local activity brings would come in another one: it waits for the
 * end of what runs. A query that is a task of its own ends none. Should the task end before, the server asks again in the next.
 */
function withoutEarlyAnswers(commands: Command[]): Command[] {
  const { historyLength } = workflowInfo();
  if (held.historyLength !== historyLength) Object.assign(held, { answers: [], historyLength });
  if (!running) return [...commands, ...held.answers.splice(0)];
  held.answers.push(...commands.filter(isEarlyAnswer));
  return commands.filter((command) => !isEarlyAnswer(command));
}
function isEarlyAnswer({ respondToQuery }: Command): boolean {
  return Boolean(respondToQuery) && respondToQuery?.queryId !== QUERY_ALONE;
}
const QUERY_ALONE = 'legacy_query';

/**
 * A replay takes a task that was prolonged and left nothing for one with the next: it would decide by a later clock. The task fails, and
 * the run is built anew from its history, by the same clock as the replay.
 */
function refuseProlonged(): void {
  const { historyLength, unsafe } = workflowInfo();
  if (begunIn === null || unsafe.isReplaying || historyLength - begunIn !== NOTHING_BETWEEN) return;
  throw new Error('a local activity outlived its workflow task: the run is built anew');
}
/** Events of a task that left nothing and was followed at once by the next: completed, scheduled, started. */
const NOTHING_BETWEEN = 3;

/** What comes back while a local activity runs goes on after it: a replay may hear of both at once. */
async function whenQuiet<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } finally {
    while (running) await running;
  }
}
