import type { Headers, WorkflowClientInterceptor } from '@temporalio/client';
import { defaultPayloadConverter } from '@temporalio/common';
import type { SpanOptions, Tracing } from './types';

/** The header in which Temporal's own interceptors carry traces, so that workers and clients of others go on with ours. */
export const TRACE_HEADER = '_tracer-data';

/** Starts, signals and updates become spans, and tell the workflow which. Queries are left out: pages ask all the time. */
export function tracedClient(tracing: Tracing | null): {
  readonly workflow?: WorkflowClientInterceptor[];
} {
  return tracing ? { workflow: [interceptor(tracing)] } : {};
}

function interceptor(tracing: Tracing): WorkflowClientInterceptor {
  const call = <T>(name: string, workflowId: string, work: (headers: Headers) => Promise<T>) =>
    tracing.span(name, options(workflowId), () => work(headers(tracing)));
  return {
    startWithDetails: (input, next) =>
      call(`start ${input.workflowType}`, input.options.workflowId, (headers) =>
        next({ ...input, headers: { ...input.headers, ...headers } }),
      ),
    signal: (input, next) =>
      call(`signal ${input.signalName}`, input.workflowExecution.workflowId ?? '', (headers) =>
        next({ ...input, headers: { ...input.headers, ...headers } }),
      ),
    signalWithStart: (input, next) =>
      call(`signalWithStart ${input.signalName}`, input.options.workflowId, (headers) =>
        next({ ...input, headers: { ...input.headers, ...headers } }),
      ),
    startUpdate: (input, next) =>
      call(`update ${input.updateName}`, input.workflowExecution.workflowId ?? '', (headers) =>
        next({ ...input, headers: { ...input.headers, ...headers } }),
      ),
  };
}

function options(workflowId: string): SpanOptions {
  return { kind: 'producer', attributes: { 'temporal.workflow_id': workflowId } };
}

function headers(tracing: Tracing): Headers {
  const carrier = tracing.carrier();
  const payload = carrier && defaultPayloadConverter.toPayload(carrier);
  return payload ? { [TRACE_HEADER]: payload } : {};
}
