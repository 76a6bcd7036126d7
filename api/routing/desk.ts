import { type Client, QueryNotRegisteredError } from '@temporalio/client';
import {
  ApplicationFailure,
  type QueryDefinition,
  type UpdateDefinition,
  WorkflowNotFoundError,
} from '@temporalio/common';
import { ProblemError } from '../../domain/errors';
import {
  type Accepted,
  type AgentStatus,
  type AnswerOffer,
  acceptUpdate,
  configurationChangedSignal,
  declineUpdate,
  explainRoutingQuery,
  type FlushQueue,
  flushQueueUpdate,
  getQueuesQuery,
  getWaitsQuery,
  type PlaceTaken,
  presenceBackSignal,
  type QueueStatus,
  type RoutingExplanation,
  routingStart,
  type SetAgentState,
  type SetMrdState,
  setAgentStateUpdate,
  setMrdStateUpdate,
  type TakePlace,
  takePlaceUpdate,
  taskEndedSignal,
  type WaitEstimates,
} from '../../workflows/routing/messages';
import { insisting } from '../conversations/acts';
import { toProblem } from '../errors';

/** Milliseconds until a request that no worker takes is given up: routing answers from memory. */
const ASK_TIMEOUT_MS = 3_500;

/**
 * What people and routes ask of the routing workflow, which is started where it does not run. Refusals are thrown as
 * `ProblemError`s by their code, `UNAVAILABLE` when nobody answers.
 */
export interface RoutingDesk {
  accept(answer: AnswerOffer): Promise<Accepted>;
  decline(answer: AnswerOffer): Promise<Accepted>;
  setAgentState(request: SetAgentState): Promise<AgentStatus>;
  setMrdState(request: SetMrdState): Promise<AgentStatus>;
  takePlace(place: TakePlace): Promise<PlaceTaken>;
  flushQueue(request: FlushQueue): Promise<{ readonly flushed: number }>;
  /** Every queue as it stands; none before routing first ran. */
  queues(): Promise<readonly QueueStatus[]>;
  /** Why requests wait: one, or the hundred first. */
  explain(taskId?: string): Promise<readonly RoutingExplanation[]>;
  /** Positions and estimated waits of tasks that wait, by task id; none before routing first ran. */
  waits(taskIds: readonly string[]): Promise<WaitEstimates['tasks']>;
  /** Nobody took a place after all. */
  taskEnded(news: EndedTask): Promise<void>;
  /** An agent who was lost has a stream open again. */
  presenceBack(agentId: string): Promise<void>;
  /** Queues, agents, MRDs, calendars or routing attributes were changed. */
  configurationChanged(): Promise<void>;
}

interface EndedTask {
  readonly taskId: string;
  readonly conversationId: string;
  readonly agentId: string;
}

export function createRoutingDesk(temporal: Client): RoutingDesk {
  const domain = routingStart();
  const within = <T>(call: () => Promise<T>): Promise<T> =>
    temporal.withDeadline(Date.now() + ASK_TIMEOUT_MS, call);

  async function ask<Answer, Request>(
    update: UpdateDefinition<Answer, [Request]>,
    request: Request,
  ): Promise<Answer> {
    const asking = () =>
      within(() =>
        insisting(() =>
          temporal.workflow.getHandle(domain.workflowId).executeUpdate(update, { args: [request] }),
        ),
      );
    try {
      return await asking().catch(async (error: unknown) => {
        if (!(error instanceof WorkflowNotFoundError)) throw error;
        await within(() => temporal.workflow.start('routingWorkflow', domain));
        return asking();
      });
    } catch (error) {
      throw problemOf(error);
    }
  }

  /** An agent whom the caller knows and routing does not was made a moment ago: it reads its configuration, and is asked again. */
  async function askAbout<Answer, Request>(
    update: UpdateDefinition<Answer, [Request]>,
    request: Request,
  ): Promise<Answer> {
    return ask(update, request).catch(async (error: unknown) => {
      if (!(error instanceof ProblemError) || error.code !== 'NOT_FOUND') throw error;
      await tell(configurationChangedSignal);
      return ask(update, request);
    });
  }

  async function look<Answer, Args extends unknown[]>(
    query: QueryDefinition<Answer, Args>,
    ...args: Args
  ): Promise<Answer | null> {
    try {
      const handle = temporal.workflow.getHandle(domain.workflowId);
      return await within(() => handle.query(query, ...args));
    } catch (error) {
      // It has not run yet, or has not come to its first step.
      if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError)
        return null;
      throw problemOf(error);
    }
  }

  async function tell(signal: { readonly name: string }, ...signalArgs: unknown[]): Promise<void> {
    await within(() =>
      temporal.workflow.signalWithStart('routingWorkflow', {
        ...domain,
        signal: signal.name,
        signalArgs,
      }),
    );
  }

  return {
    accept: (answer) => ask(acceptUpdate, answer),
    decline: (answer) => ask(declineUpdate, answer),
    setAgentState: (request) => askAbout(setAgentStateUpdate, request),
    setMrdState: (request) => askAbout(setMrdStateUpdate, request),
    takePlace: (place) => askAbout(takePlaceUpdate, place),
    flushQueue: (request) => ask(flushQueueUpdate, request),
    queues: async () => (await look(getQueuesQuery)) ?? [],
    explain: async (taskId) =>
      (await look(explainRoutingQuery, taskId === undefined ? undefined : { taskId })) ?? [],
    waits: async (taskIds) => (await look(getWaitsQuery, { taskIds }))?.tasks ?? {},
    taskEnded: (news) => tell(taskEndedSignal, news),
    presenceBack: (agentId) => tell(presenceBackSignal, { agentIds: [agentId] }),
    configurationChanged: () => tell(configurationChangedSignal),
  };
}

/** A refusal as it is; whatever else went wrong, routing did not answer. */
function problemOf(error: unknown): ProblemError {
  const problem = toProblem(error);
  const cut =
    problem.code === 'INTERNAL' &&
    error instanceof Error &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === 'AcceptedUpdateCompletedWorkflow';
  return problem.code === 'UNAVAILABLE' || cut
    ? new ProblemError('UNAVAILABLE', 'Routing does not answer at the moment.', problem.facts, {
        cause: error,
      })
    : problem;
}
