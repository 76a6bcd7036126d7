import { defaultPayloadConverter, type Headers } from '@temporalio/common';
import {
  proxySinks,
  type Sinks,
  type WorkflowInterceptorsFactory,
  workflowInfo,
} from '@temporalio/workflow';

/**
 * Hands traces on: from a start, signal or update that carries one to the activities, children and signals that follow it. It is in
 * every bundle and does nothing where nobody traces; it makes no command, so histories from before it replay as ever. A handler
 * only pushes and the loop acts later, so what follows belongs to what was heard last, for a minute at most.
 */

/** The key of infra/tracing/temporal-client.ts. */
const TRACE_HEADER = '_tracer-data';
/** Milliseconds of workflow time: a deadline that passes later has nothing to do with it. */
const BELONGS_FOR_MS = 60_000;

export interface TracingSinks extends Sinks {
  readonly tracing: {
    /** A span without duration of what the workflow heard. */
    heard(span: {
      readonly name: string;
      readonly spanId: string;
      readonly from: Carrier;
      readonly at: number;
    }): void;
  };
}
interface Carrier {
  readonly traceparent: string;
  readonly tracestate?: string;
}

export const interceptors: WorkflowInterceptorsFactory = () => {
  const { tracing } = proxySinks<TracingSinks>();
  let last: { readonly carrier: Carrier; readonly at: number } | null = null;
  let count = 0;

  function hear(name: string, headers: Headers): void {
    const from = carrierIn(headers);
    if (!from) return;
    const [version, traceId, , flags] = from.traceparent.split('-');
    count += 1;
    const spanId = spanIdOf(`${from.traceparent} ${workflowInfo().runId} ${count}`);
    const at = Date.now();
    tracing.heard({ name, spanId, from, at });
    last = { at, carrier: { ...from, traceparent: [version, traceId, spanId, flags].join('-') } };
  }
  function withTrace<T extends { readonly headers: Headers }>(input: T): T {
    if (!last || Date.now() - last.at > BELONGS_FOR_MS) return input;
    const payload = defaultPayloadConverter.toPayload(last.carrier);
    return payload ? { ...input, headers: { ...input.headers, [TRACE_HEADER]: payload } } : input;
  }

  return {
    inbound: [
      {
        execute(input, next) {
          hear(`run ${workflowInfo().workflowType}`, input.headers);
          return next(input);
        },
        handleSignal(input, next) {
          hear(`heard ${input.signalName}`, input.headers);
          return next(input);
        },
        handleUpdate(input, next) {
          hear(`heard ${input.name}`, input.headers);
          return next(input);
        },
      },
    ],
    outbound: [
      {
        scheduleActivity: (input, next) => next(withTrace(input)),
        scheduleLocalActivity: (input, next) => next(withTrace(input)),
        startChildWorkflowExecution: (input, next) => next(withTrace(input)),
        signalWorkflow: (input, next) => next(withTrace(input)),
        continueAsNew: (input, next) => next(withTrace(input)),
      },
    ],
  };
};

function carrierIn(headers: Headers): Carrier | null {
  const payload = headers[TRACE_HEADER];
  if (!payload) return null;
  const carrier = defaultPayloadConverter.fromPayload<Partial<Carrier>>(payload);
  const { traceparent, tracestate } = carrier;
  if (!/^00-[\da-f]{32}-[\da-f]{16}-[\da-f]{2}$/.test(traceparent ?? '')) return null;
  return { traceparent: traceparent ?? '', ...(tracestate ? { tracestate } : {}) };
}

/** The same each time that the history is replayed: two halves of FNV-1a. Not random, which would move the workflow's own numbers. */
function spanIdOf(text: string): string {
  const half = (seed: number) => {
    let hash = seed;
    for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
    return (hash >>> 0).toString(16).padStart(8, '0');
  };
  const id = half(0x811c9dc5) + half(0x050c5d1f);
  return /^0+$/.test(id) ? '0000000000000001' : id;
}
