import { defaultPayloadConverter, type Payload, type ProtoFailure } from '@temporalio/common';
import type { History } from '@temporalio/common/lib/proto-utils';

/** Of a history, as the SDK reads it. */
export type Event = NonNullable<History['events']>[number];
type SearchAttributes = NonNullable<
  Event['upsertWorkflowSearchAttributesEventAttributes']
>['searchAttributes'];

/** What a run told Temporal to do, or answered. */
export interface Decision {
  /** The same in a history and in a replay of it, e.g. `activity 5`. */
  readonly key: string;
  /** In words: the activity's type, the timer's name … */
  readonly what: string;
  /** JSON: inputs, durations in ms, answers. Undefined where a history does not hold it. */
  readonly value?: unknown;
  /** The history's event; of one that is not in the history, the last event before it was taken. */
  readonly event: number;
  /** A local activity: the history tells of it when it has ended. */
  readonly local?: true;
  /** Event of the completion of its workflow task; null while that one was not complete. */
  readonly task: number | null;
}

/** Every payload as what it holds. One that is not JSON stays base64. */
export function contentsOf(payloads: readonly Payload[] | null | undefined): readonly unknown[] {
  return (payloads ?? []).map(contentOf);
}

export function contentOf(payload: Payload | null | undefined): unknown {
  if (!payload) return null;
  try {
    return defaultPayloadConverter.fromPayload(payload);
  } catch {
    return Buffer.from(payload.data ?? []).toString('base64');
  }
}

/** The text that operators see on a timer or activity; empty when there is none. */
export function summaryOf(metadata: Event['userMetadata']): string {
  return metadata?.summary ? String(contentOf(metadata.summary)) : '';
}

export function attributesOf(attributes: SearchAttributes): Record<string, unknown> {
  const entries = Object.entries(attributes?.indexedFields ?? {});
  return Object.fromEntries(
    entries
      .map(([name, payload]) => [name, contentOf(payload)] as const)
      .sort(([a], [b]) => (a < b ? -1 : 1)),
  );
}

export function refusalOf(failure: ProtoFailure | null | undefined): Record<string, unknown> {
  const sealed = failure?.encodedAttributes ? contentOf(failure.encodedAttributes) : {};
  return {
    refused: failure?.applicationFailureInfo?.type ?? 'failed',
    because: failure?.message,
    ...(sealed as object | null),
  };
}

/** Times and ids of protobuf come as `Long`, number or null. */
export function numberOf(value: unknown): number {
  return Number(value ?? 0);
}

export function msOf(
  duration: { readonly seconds?: unknown; readonly nanos?: number | null } | null | undefined,
): number {
  return numberOf(duration?.seconds) * 1000 + Math.round((duration?.nanos ?? 0) / 1e6);
}

/** `attributes 1`, `attributes 2` …: of what Temporal gives no number. */
export function numbering(): (kind: string) => string {
  const counts = new Map<string, number>();
  return (kind) => {
    const n = (counts.get(kind) ?? 0) + 1;
    counts.set(kind, n);
    return `${kind} ${n}`;
  };
}
