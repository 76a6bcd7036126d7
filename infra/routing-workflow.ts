import { type Client, QueryNotRegisteredError } from '@temporalio/client';
import { ApplicationFailure, WorkflowNotFoundError } from '@temporalio/common';
import {
  getWaitsQuery,
  type PlaceTaken,
  routingStart,
  type TakePlace,
  takePlaceUpdate,
  type WaitEstimates,
} from '../workflows/routing/messages';

/** A signal to a workflow, by its wire name. */
export interface Signal {
  readonly name: string;
  readonly payload: unknown;
}

/** Calls between conversations and the routing of the domain. Each may be repeated. */
export interface RoutingWorkflow {
  /** In order; starts the routing workflow where it does not run. */
  tell(signals: readonly Signal[]): Promise<void>;
  /** Throws an ApplicationFailure whose `type` is the code of the refusal. */
  takePlace(place: TakePlace): Promise<PlaceTaken>;
  /** Positions and estimated waits as routing has them now; nothing before it first ran. */
  waits(about: {
    readonly taskIds: readonly string[];
    readonly queueIds: readonly string[];
  }): Promise<WaitEstimates>;
  /** Signals a conversation's workflow. False when it does not run. */
  tellConversation(workflowId: string, signal: Signal): Promise<boolean>;
}

/** Milliseconds for one call: a server that answers at all answers sooner. */
const CALL_TIMEOUT_MS = 3_500;

export function createRoutingWorkflow(client: Client): RoutingWorkflow {
  const { workflow } = client;
  const within = <T>(call: () => Promise<T>): Promise<T> =>
    client.withDeadline(Date.now() + CALL_TIMEOUT_MS, call);
  const domain = routingStart();

  return {
    async tell(signals) {
      for (const { name, payload } of signals)
        await within(() =>
          workflow.signalWithStart('routingWorkflow', {
            ...domain,
            signal: name,
            signalArgs: [payload],
          }),
        );
    },

    async takePlace(place) {
      const ask = () =>
        within(() =>
          workflow.getHandle(domain.workflowId).executeUpdate(takePlaceUpdate, { args: [place] }),
        );
      try {
        return await ask();
      } catch (error) {
        if (!(error instanceof WorkflowNotFoundError)) throw refusalOf(error);
        await within(() => workflow.start('routingWorkflow', domain));
        return ask().catch((again: unknown) => {
          throw refusalOf(again);
        });
      }
    },

    async waits(about) {
      try {
        return await within(() =>
          workflow.getHandle(domain.workflowId).query(getWaitsQuery, about),
        );
      } catch (error) {
        if (error instanceof WorkflowNotFoundError || error instanceof QueryNotRegisteredError)
          return { tasks: {}, next: {} };
        throw error;
      }
    },

    async tellConversation(workflowId, { name, payload }) {
      try {
        await within(() => workflow.getHandle(workflowId).signal(name, payload));
        return true;
      } catch (error) {
        if (error instanceof WorkflowNotFoundError) return false;
        throw error;
      }
    },
  };
}

/** A refusal of the update is final; anything else may be tried again. */
function refusalOf(error: unknown): unknown {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof ApplicationFailure && cause.type !== 'AcceptedUpdateCompletedWorkflow'
    ? ApplicationFailure.nonRetryable(cause.message, cause.type ?? undefined)
    : error;
}
