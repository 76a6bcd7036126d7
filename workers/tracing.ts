import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import type { ActivityInterceptorsFactory, InjectedSinks } from '@temporalio/worker';
import { TRACE_HEADER } from '../infra/tracing/temporal-client';
import type { Carrier, Tracing } from '../infra/tracing/types';
import type { TracingSinks } from '../workflows/tracing';

/** Activities that a traced signal led to become spans of its trace; what nobody traces has none. */
export function tracedActivities(tracing: Tracing | null): ActivityInterceptorsFactory[] {
  return tracing ? [interceptor(tracing)] : [];
}

function interceptor(tracing: Tracing): ActivityInterceptorsFactory {
  return ({ info }) => ({
    inbound: {
      execute: (input, next) => {
        const from = carrierIn(input.headers);
        if (!from) return next(input);
        const { activityType, attempt, taskQueue, workflowExecution } = info;
        const attributes = {
          'temporal.workflow_id': workflowExecution?.workflowId,
          'temporal.task_queue': taskQueue,
          'temporal.attempt': attempt,
        };
        return tracing.span(
          `activity ${activityType}`,
          { kind: 'consumer', attributes, from },
          () => next(input),
        );
      },
    },
  });
}

/** What workflows tell of what they heard. A replay tells nothing; without tracing it is dropped. */
export function tracingSinks(tracing: Tracing | null): InjectedSinks<TracingSinks> {
  return {
    tracing: {
      heard: {
        callDuringReplay: false,
        fn: ({ workflowId, workflowType }, span) =>
          tracing?.record({
            ...span,
            attributes: {
              'temporal.workflow_id': workflowId,
              'temporal.workflow_type': workflowType,
            },
          }),
      },
    },
  };
}

function carrierIn(headers: Headers): Carrier | null {
  const payload = headers[TRACE_HEADER];
  return payload ? defaultPayloadConverter.fromPayload<Carrier>(payload) : null;
}
