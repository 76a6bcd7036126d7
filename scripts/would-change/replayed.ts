import { Worker } from '@temporalio/worker';
import type { Workflow, WorkflowCreator } from '@temporalio/worker/lib/workflow/interface';
import type { Bundle } from '../../workers/bundle';
import type { RecordedHistory } from '../histories';
import {
  attributesOf,
  contentOf,
  contentsOf,
  type Decision,
  msOf,
  numbering,
  refusalOf,
  summaryOf,
} from './decision';
import type { Recorded } from './recorded';

type Completion = Awaited<ReturnType<Workflow['activate']>>;
type Command = NonNullable<NonNullable<Completion['successful']>['commands']>[number];

/** What a bundle decides, given what one history says came in. */
export interface Replayed {
  readonly decisions: readonly Decision[];
  /** Why it went no further: a live run of this history would be stuck on this bundle. */
  readonly broken: string | null;
  /** Event of the completion of the last workflow task that it took part in. */
  readonly until: number | null;
}

/** Commands of one activation, after so many events of the history. */
interface Turn {
  readonly events: number;
  readonly commands: readonly Command[];
  readonly failure: string | null;
}

/** Runs a bundle's workflow code over a history and keeps what it decides. */
export async function replay(
  { code }: Pick<Bundle, 'code'>,
  given: RecordedHistory,
  recorded: Recorded,
): Promise<Replayed> {
  const turns: Turn[] = [];
  let broken: string | null = null;
  const results = listeningWorker((turn) => turns.push(turn)).runReplayHistories(
    { workflowBundle: { code } },
    [given],
  );
  for await (const { error } of results) broken = error ? reasonOf(error.message) : null;
  const failure = turns.find(({ failure }) => failure !== null)?.failure ?? null;
  return {
    decisions: decisionsOf(turns, recorded),
    broken: failure ?? broken,
    until: recorded.taskAfter(turns.at(-1)?.events ?? 0),
  };
}

/** The rule that was broken, out of the many words around it. */
function reasonOf(message: string): string {
  return /\[TMPRL\d+\][^"\\]*/.exec(message)?.[0] ?? message;
}

/** The SDK's replayer checks kinds and order of commands only and keeps none: this hears them where it creates workflows. */
function listeningWorker(hear: (turn: Turn) => void): Pick<typeof Worker, 'runReplayHistories'> {
  return class extends Worker {
    protected static override async createWorkflowCreator(
      ...given: Parameters<typeof Worker.createWorkflowCreator>
    ): Promise<WorkflowCreator> {
      const creator = await Worker.createWorkflowCreator(...given);
      return {
        destroy: () => creator.destroy(),
        async createWorkflow(options) {
          const workflow = await creator.createWorkflow(options);
          return {
            dispose: () => workflow.dispose(),
            getAndResetSinkCalls: () => workflow.getAndResetSinkCalls(),
            async activate(activation) {
              const { successful, failed } = await workflow.activate(activation);
              hear({
                events: activation.historyLength ?? 0,
                commands: successful?.commands ?? [],
                failure: failed ? (failed.failure?.message ?? 'a workflow task failed') : null,
              });
              return { runId: activation.runId, successful, failed };
            },
          };
        },
      };
    }
  };
}

function decisionsOf(turns: readonly Turn[], recorded: Recorded): readonly Decision[] {
  const count = numbering();
  const decisions = new Map<string, Decision>();
  for (const { events, commands } of turns)
    for (const command of commands) {
      const task = recorded.taskAfter(events);
      const decided = decidedBy(command, count);
      if (decided) decisions.set(decided.key, { ...decided, event: events, task });
      // What is taken back in the same task never reaches the server.
      const gone = cancelledBy(command);
      if (gone && decisions.get(gone)?.task === task) decisions.delete(gone);
    }
  return [...decisions.values()];
}

type Decided = Omit<Decision, 'event' | 'task'>;

function decidedBy(command: Command, count: (kind: string) => string): Decided | null {
  const { scheduleActivity, scheduleLocalActivity, startTimer } = command;
  if (scheduleActivity)
    return {
      ...{ key: `activity ${scheduleActivity.seq}`, what: scheduleActivity.activityType ?? '' },
      value: {
        queue: scheduleActivity.taskQueue,
        input: contentsOf(scheduleActivity.arguments)[0],
      },
    };
  if (scheduleLocalActivity)
    return {
      key: `activity ${scheduleLocalActivity.seq}`,
      what: scheduleLocalActivity.activityType ?? '',
      local: true,
      value: { input: contentsOf(scheduleLocalActivity.arguments)[0] },
    };
  if (startTimer) {
    const afterMs = msOf(startTimer.startToFireTimeout);
    const value = { for: summaryOf(command.userMetadata), afterMs };
    return { key: `timer ${startTimer.seq}`, what: 'timer', value };
  }
  const attributes = command.upsertWorkflowSearchAttributes;
  if (attributes)
    return {
      ...{ key: count('attributes'), what: 'search attributes' },
      value: attributesOf(attributes.searchAttributes),
    };
  const child = command.startChildWorkflowExecution;
  if (child) {
    const value = { workflowId: child.workflowId, input: contentsOf(child.input)[0] };
    return { key: count('child'), what: child.workflowType ?? '', value };
  }
  const signal = command.signalExternalWorkflowExecution;
  if (signal) {
    const to = signal.workflowExecution?.workflowId ?? signal.childWorkflowId;
    const value = { to, input: contentsOf(signal.args)[0] };
    return { key: count('signal'), what: `signal ${signal.signalName}`, value };
  }
  return answeredBy(command) ?? endedBy(command);
}

function answeredBy({ updateResponse }: Command): Decided | null {
  if (!updateResponse || updateResponse.accepted) return null;
  const { protocolInstanceId, completed, rejected } = updateResponse;
  const value = rejected ? refusalOf(rejected) : { answer: contentOf(completed) };
  return { key: `update ${protocolInstanceId}`, what: 'answer of an update', value };
}

function endedBy(command: Command): Decided | null {
  const { completeWorkflowExecution, continueAsNewWorkflowExecution, failWorkflowExecution } =
    command;
  if (continueAsNewWorkflowExecution)
    return {
      ...{ key: 'end', what: 'continue as new' },
      value: contentsOf(continueAsNewWorkflowExecution.arguments)[0],
    };
  if (completeWorkflowExecution)
    return {
      ...{ key: 'end', what: 'complete' },
      value: contentOf(completeWorkflowExecution.result),
    };
  if (failWorkflowExecution)
    return { key: 'end', what: 'fail', value: refusalOf(failWorkflowExecution.failure) };
  return null;
}

function cancelledBy({ cancelTimer, requestCancelActivity }: Command): string | null {
  if (cancelTimer) return `timer ${cancelTimer.seq}`;
  if (requestCancelActivity) return `activity ${requestCancelActivity.seq}`;
  return null;
}
