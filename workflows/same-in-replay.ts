import { type WorkflowInterceptorsFactory, workflowInfo } from '@temporalio/workflow';
import type { ActivateInput, ConcludeActivationInput } from '@temporalio/workflow/lib/interceptors';
import { turn } from './local-turn';

/** Make sure that a replay sees what the run saw, where somebody asks a query or the threads stand still for seconds (docs/adr/0020). */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        if (turn.running) refuseProlonged();
        refuseRepeated(input.activation.jobs ?? []);
        next(input);
      },
      concludeActivation(input, next) {
        const { commands } = next(input);
        return { commands: turn.running ? commands.filter(mayGoOut) : commands };
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

/**
 * With the answer to a query the worker would end the task, and what the local activity brings would come in another one. The server asks
 * again when the task has ended. A query that is a task of its own ends none.
 */
function mayGoOut({ respondToQuery }: Command): boolean {
  return !respondToQuery || respondToQuery.queryId === QUERY_ALONE || ANSWERS_AT_ONCE;
}
type Command = ConcludeActivationInput['commands'][number];
const QUERY_ALONE = 'legacy_query';
/** For a server that does not ask again (simulation/time-skipping.ts). */
const ANSWERS_AT_ONCE =
  (globalThis as { readonly parleyAnswersAtOnce?: boolean }).parleyAnswersAtOnce === true;

/**
 * A replay takes a task that was prolonged and left nothing for one with the next: it would decide by a later clock. The task fails, and
 * the run is built anew from its history, by the same clock as the replay.
 */
function refuseProlonged(): void {
  const { historyLength, unsafe } = workflowInfo();
  if (
    turn.begunIn === null ||
    unsafe.isReplaying ||
    historyLength - turn.begunIn !== NOTHING_BETWEEN
  )
    return;
  throw new Error('a local activity outlived its workflow task: the run is built anew');
}
/** Events of a task that left nothing and was followed at once by the next: completed, scheduled, started. */
const NOTHING_BETWEEN = 3;

/** Updates that this run was given, by their ids. */
const given = new Set<string>();

/**
 * More than a hundred signals during one task make the server give it up and begin the next, with the same updates. The worker takes that
 * for news if a local activity runs, and each would be decided twice. The task fails, and the run is built anew.
 */
function refuseRepeated(jobs: NonNullable<ActivateInput['activation']['jobs']>): void {
  for (const { doUpdate } of jobs) {
    if (!doUpdate?.id) continue;
    if (given.has(doUpdate.id)) throw new Error('an update was given twice: the run is built anew');
    given.add(doUpdate.id);
  }
}

/** What comes back while a local activity runs goes on after it: a replay may hear of both at once. */
async function whenQuiet<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } finally {
    while (turn.running) await turn.running;
  }
}
