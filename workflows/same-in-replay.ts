import { type WorkflowInterceptorsFactory, workflowInfo } from '@temporalio/workflow';
import type { ActivateInput, ConcludeActivationInput } from '@temporalio/workflow/lib/interceptors';
import { turn } from './local-turn';

/** Make sure that a replay sees what the run saw, where somebody asks a query or the threads stand still for seconds (docs/adr/0020). */
export const interceptors: WorkflowInterceptorsFactory = () => ({
  internals: [
    {
      activate(input, next) {
        if (turn.running) refuseOutlived(input.activation.jobs ?? []);
        next(input);
      },
      concludeActivation(input, next) {
        return { commands: withAnswersInTime(next(input).commands) };
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

type Jobs = NonNullable<ActivateInput['activation']['jobs']>;
type Command = ConcludeActivationInput['commands'][number];

/** Answers to queries that wait for the end of a local activity, and their workflow task by the length of the history. */
const held = { answers: [] as Command[], historyLength: -1 };
/** The id of a query that is a task of its own. */
const QUERY_ALONE = 'legacy_query';

/**
 * With an answer the worker ends the task: what a local activity brings, or what a cancelled activity does, would come in another one. So
 * it goes out when both are through. Should the task end before, the server asks again in the next.
 */
function withAnswersInTime(commands: Command[]): Command[] {
  const { historyLength } = workflowInfo();
  if (held.historyLength !== historyLength) Object.assign(held, { answers: [], historyLength });
  held.answers.push(...commands.filter(isAnswerWithTask));
  if (held.answers.length === 0) return commands;
  const others = commands.filter((command) => !isAnswerWithTask(command));
  return turn.running || others.some(bringsMore) ? others : [...others, ...held.answers.splice(0)];
}
function isAnswerWithTask({ respondToQuery }: Command): boolean {
  return Boolean(respondToQuery) && respondToQuery?.queryId !== QUERY_ALONE;
}
function bringsMore(command: Command): boolean {
  return Boolean(
    command.requestCancelActivity ||
      command.requestCancelLocalActivity ||
      command.cancelChildWorkflowExecution ||
      command.requestCancelExternalWorkflowExecution,
  );
}

/**
 * Another task than the one that began the local activity: that was prolonged, or the server has given it up and brings the same again,
 * or a query that is a task of its own has taken its place. A replay would decide by another clock, or the worker decides twice. The
 * task fails, and the run is built anew from its history.
 */
function refuseOutlived(jobs: Jobs): void {
  if (turn.begunIn === null) return;
  const { historyLength, unsafe } = workflowInfo();
  const another = !unsafe.isReplaying && historyLength !== turn.begunIn;
  if (another || jobs.some(({ queryWorkflow }) => queryWorkflow?.queryId === QUERY_ALONE))
    throw new Error('a local activity outlived its workflow task: the run is built anew');
}

/**
 * What comes back while a local activity runs goes on after it. A replay may hear of both at once: then this looks first, after one turn
 * of the microtask queue, while the end of a local activity takes five until it is noted.
 */
async function whenQuiet<T>(outcome: Promise<T>): Promise<T> {
  try {
    return await outcome;
  } finally {
    while (turn.running) await turn.running;
  }
}
