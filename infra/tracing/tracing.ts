import { AsyncLocalStorage } from 'node:async_hooks';
import {
  type Attributes,
  type Context,
  defaultTextMapGetter,
  defaultTextMapSetter,
  ROOT_CONTEXT,
  type Span,
  SpanKind,
  SpanStatusCode,
  trace,
} from '@opentelemetry/api';
import { W3CTraceContextPropagator } from '@opentelemetry/core';
import { OTLPTraceExporter } from '@opentelemetry/exporter-trace-otlp-http';
import { resourceFromAttributes } from '@opentelemetry/resources';
import {
  BasicTracerProvider,
  BatchSpanProcessor,
  RandomIdGenerator,
} from '@opentelemetry/sdk-trace-base';
import type { Carrier, FinishedSpan, SpanOptions, Tracing } from './types';

export interface TracingOptions {
  /** OTLP over HTTP; spans go to `<endpoint>/v1/traces`. */
  readonly endpoint: string;
  /** `api` or `worker`: shown as `parley-api`. */
  readonly component: string;
}

const KINDS = {
  server: SpanKind.SERVER,
  client: SpanKind.CLIENT,
  producer: SpanKind.PRODUCER,
  consumer: SpanKind.CONSUMER,
  internal: SpanKind.INTERNAL,
} as const;

/**
 * Spans by OpenTelemetry. Imported only where `OTEL_EXPORTER_OTLP_ENDPOINT` is set. Its other variables are read by the library:
 * `OTEL_EXPORTER_OTLP_HEADERS`, `OTEL_TRACES_SAMPLER`, `OTEL_BSP_*`. A collector that is away costs spans and nothing else.
 */
export function startTracing({ endpoint, component }: TracingOptions): Tracing {
  const ids = new RandomIdGenerator();
  let nextSpanId: string | null = null;
  const provider = new BasicTracerProvider({
    resource: resourceFromAttributes({ 'service.name': `parley-${component}` }),
    idGenerator: {
      generateTraceId: () => ids.generateTraceId(),
      generateSpanId: () => nextSpanId ?? ids.generateSpanId(),
    },
    spanProcessors: [
      new BatchSpanProcessor(
        new OTLPTraceExporter({ url: `${endpoint.replace(/\/+$/, '')}/v1/traces` }),
      ),
    ],
  });
  const tracer = provider.getTracer('parley');
  const propagator = new W3CTraceContextPropagator();
  const current = new AsyncLocalStorage<Context>();

  const contextOf = (carrier: Carrier | null | undefined): Context =>
    carrier
      ? propagator.extract(ROOT_CONTEXT, carrier, defaultTextMapGetter)
      : (current.getStore() ?? ROOT_CONTEXT);

  return {
    async span(name, { kind, attributes, from }: SpanOptions, work) {
      const parent = contextOf(from);
      const span = tracer.startSpan(name, { kind: KINDS[kind], attributes }, parent);
      try {
        return await current.run(trace.setSpan(parent, span), () => work(handleOf(span)));
      } catch (error) {
        // The name alone: an error's text may quote a provider or a customer.
        span.setStatus({ code: SpanStatusCode.ERROR, message: nameOf(error) });
        throw error;
      } finally {
        span.end();
      }
    },

    carrier() {
      const context = current.getStore();
      if (!context) return null;
      const carrier: Record<string, string> = {};
      propagator.inject(context, carrier, defaultTextMapSetter);
      const { traceparent, tracestate } = carrier;
      if (!traceparent) return null;
      return tracestate ? { traceparent, tracestate } : { traceparent };
    },

    record({ name, spanId, from, at, attributes }: FinishedSpan) {
      nextSpanId = spanId;
      try {
        const options = { kind: SpanKind.INTERNAL, attributes, startTime: at };
        tracer.startSpan(name, options, contextOf(from)).end(at);
      } finally {
        nextSpanId = null;
      }
    },

    async close() {
      await provider.shutdown().catch(() => undefined); // the collector is away: what was not taken is lost
    },
  };
}

function handleOf(span: Span) {
  return {
    rename: (name: string) => void span.updateName(name),
    set: (attributes: Attributes) => void span.setAttributes(attributes),
    fail: (reason: string) => void span.setStatus({ code: SpanStatusCode.ERROR, message: reason }),
  };
}

function nameOf(error: unknown): string {
  const { type } = error as { readonly type?: unknown };
  return typeof type === 'string' ? type : error instanceof Error ? error.name : 'Error';
}
