import type { History } from '@temporalio/common/lib/proto-utils';
import {
  attributesOf,
  contentOf,
  contentsOf,
  type Decision,
  type Event,
  msOf,
  numbering,
  numberOf,
  refusalOf,
  summaryOf,
} from './decision';

/** What a history holds of the decisions of the code that ran. */
export interface Recorded {
  readonly decisions: readonly Decision[];
  /** Results of local activities by key: their inputs are in no history, the archive's answer is a hash of them. */
  readonly results: ReadonlyMap<string, unknown>;
  /** The version that ran last, null where workers had none. */
  readonly buildId: string | null;
  /** Event of the completion of the workflow task that was going on after so many events, null when it never completed. */
  taskAfter(events: number): number | null;
}

export function recordedOf({ events }: History): Recorded {
  const decisions: Decision[] = [];
  const results = new Map<string, unknown>();
  const completions: number[] = [];
  const updates = new Map<number, string>();
  const count = numbering();
  let buildId: string | null = null;
  for (const event of events ?? []) {
    const id = numberOf(event.eventId);
    const completed = event.workflowTaskCompletedEventAttributes;
    if (completed) {
      completions.push(id);
      buildId = completed.deploymentVersion?.buildId || completed.workerVersion?.buildId || buildId;
    }
    const accepted = event.workflowExecutionUpdateAcceptedEventAttributes;
    if (accepted) updates.set(id, accepted.protocolInstanceId ?? '');
    const decided = decidedBy(event, count, updates);
    if (!decided) continue;
    decisions.push({ ...decided, event: id, task: completions.at(-1) ?? null });
    const result = event.markerRecordedEventAttributes?.details?.['result'];
    if (result) results.set(decided.key, contentsOf(result.payloads)[0]);
  }
  return {
    decisions,
    results,
    buildId,
    taskAfter: (length) => completions.find((id) => id > length) ?? null,
  };
}

type Decided = Pick<Decision, 'key' | 'what' | 'value'>;

/** Null for events that nothing decided: what came in, and the server's own. */
function decidedBy(
  event: Event,
  count: (kind: string) => string,
  updates: ReadonlyMap<number, string>,
): Decided | null {
  const activity = event.activityTaskScheduledEventAttributes;
  if (activity) {
    const what = activity.activityType?.name ?? '';
    return {
      ...{ key: `activity ${activity.activityId}`, what },
      value: { queue: activity.taskQueue?.name, input: contentsOf(activity.input?.payloads)[0] },
    };
  }
  const timer = event.timerStartedEventAttributes;
  if (timer) {
    const value = { for: summaryOf(event.userMetadata), afterMs: msOf(timer.startToFireTimeout) };
    return { key: `timer ${timer.timerId}`, what: 'timer', value };
  }
  const marker = event.markerRecordedEventAttributes;
  if (marker?.markerName === 'core_local_activity') {
    const [data] = contentsOf(marker.details?.['data']?.payloads);
    const { seq, activity_type: what } = data as { seq: number; activity_type: string };
    return { key: `activity ${seq}`, what };
  }
  const attributes = event.upsertWorkflowSearchAttributesEventAttributes;
  if (attributes)
    return {
      ...{ key: count('attributes'), what: 'search attributes' },
      value: attributesOf(attributes.searchAttributes),
    };
  const child = event.startChildWorkflowExecutionInitiatedEventAttributes;
  if (child) {
    const value = { workflowId: child.workflowId, input: contentsOf(child.input?.payloads)[0] };
    return { key: count('child'), what: child.workflowType?.name ?? '', value };
  }
  const signal = event.signalExternalWorkflowExecutionInitiatedEventAttributes;
  if (signal)
    return {
      ...{ key: count('signal'), what: `signal ${signal.signalName}` },
      value: {
        to: signal.workflowExecution?.workflowId,
        input: contentsOf(signal.input?.payloads)[0],
      },
    };
  const answered = event.workflowExecutionUpdateCompletedEventAttributes;
  if (answered) {
    const { success, failure } = answered.outcome ?? {};
    const value = failure ? refusalOf(failure) : { answer: contentsOf(success?.payloads)[0] };
    const update = updates.get(numberOf(answered.acceptedEventId)) ?? answered.meta?.updateId;
    return { key: `update ${update}`, what: 'answer of an update', value };
  }
  return endedBy(event);
}

function endedBy(event: Event): Decided | null {
  const moved = event.workflowExecutionContinuedAsNewEventAttributes;
  if (moved)
    return {
      ...{ key: 'end', what: 'continue as new' },
      value: contentsOf(moved.input?.payloads)[0],
    };
  const completed = event.workflowExecutionCompletedEventAttributes;
  if (completed)
    return {
      ...{ key: 'end', what: 'complete' },
      value: contentOf(completed.result?.payloads?.[0]),
    };
  const failed = event.workflowExecutionFailedEventAttributes;
  return failed ? { key: 'end', what: 'fail', value: refusalOf(failed.failure) } : null;
}
