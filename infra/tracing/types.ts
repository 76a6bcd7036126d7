/** Where a trace stands, as W3C Trace Context writes it: how it crosses HTTP and Temporal. */
export interface Carrier {
  readonly traceparent: string;
  readonly tracestate?: string;
}

/** Ids, names, codes and counts; never a word, an address or a token of anybody (reliability.md I11). */
export type SpanAttributes = Readonly<Record<string, string | number | boolean | undefined>>;

export interface SpanOptions {
  readonly kind: 'server' | 'client' | 'producer' | 'consumer' | 'internal';
  readonly attributes?: SpanAttributes;
  /** @default the span that is going on */
  readonly from?: Carrier | null;
}

/** What may still be said of a span that is going on. */
export interface SpanHandle {
  rename(name: string): void;
  set(attributes: SpanAttributes): void;
  /** It did not do what it was for. */
  fail(reason: string): void;
}

/** A span without duration whose id somebody else chose: the workflow sandbox, where nothing may be random. */
export interface FinishedSpan {
  readonly name: string;
  /** 16 hexadecimal characters. */
  readonly spanId: string;
  readonly from: Carrier;
  /** Milliseconds. */
  readonly at: number;
  readonly attributes?: SpanAttributes;
}

/** Traces of this process. Where it is null, nothing is traced. */
export interface Tracing {
  /** Runs work within a span; what it awaits becomes a part of it. A failure is noted by its name and thrown on. */
  span<T>(name: string, options: SpanOptions, work: (span: SpanHandle) => Promise<T>): Promise<T>;
  /** The span that is going on, to be carried elsewhere; null outside of one. */
  carrier(): Carrier | null;
  record(span: FinishedSpan): void;
  /** Hands over what waits. Never throws. */
  close(): Promise<void>;
}
