import type { History } from '@temporalio/common/lib/proto-utils';
import { MongoClient } from 'mongodb';
import { conversationWorkflowId } from '../domain/ids';
import { floorClient } from './support/floor-client';
import { type Measured, told } from './support/measured';
import type { Benchmark } from './support/stage';
import { converse, settingFor } from './whole-conversation';

const MESSAGES = 20;

/** What one message costs in the end, from whole conversations of 20: the inputs of docs/scale.md (scripts/scale/inputs.ts). */
export const capacity: Benchmark = async ({ instance, api }, { quick }) => {
  const agent = await settingFor(api);
  const { client, close } = await floorClient(instance);
  const mongo = await MongoClient.connect(instance.mongoUri);
  try {
    const costs: Costs[] = [];
    for (let n = 0; n < (quick ? 3 : 12); n += 1) {
      const handle = client.workflow.getHandle(conversationWorkflowId(await converse(api, agent)));
      const { raw, historySize = 0 } = await handle.describe();
      const history = await handle.fetchHistory();
      costs.push({
        'events/message': history.events?.length ?? 0,
        'transitions/message': Number(raw.workflowExecutionInfo?.stateTransitionCount ?? 0),
        'actions/message': actionsOf(history),
        'history bytes/message': historySize,
      });
    }
    const timeline = mongo.db().collection('timeline');
    const [entry] = await timeline
      .aggregate<{ readonly bytes: number; readonly entries: number }>([
        { $group: { _id: null, bytes: { $sum: { $bsonSize: '$$ROOT' } }, entries: { $sum: 1 } } },
      ])
      .toArray();
    return [
      ...Object.entries(WHAT).map(([id, what]) =>
        line(
          id,
          what,
          costs.map((cost) => cost[id as keyof Costs]),
        ),
      ),
      told(
        'archive bytes/message',
        'documents of the timeline, as they are before compression and without indexes',
        `${entry?.entries} entries`,
        (entry?.bytes ?? Number.NaN) / costs.length / MESSAGES,
      ),
    ];
  } finally {
    await mongo.close();
    await close();
  }
};

const WHAT = {
  'events/message': 'history events of a whole conversation / its messages',
  'transitions/message': 'state transitions of a whole conversation / its messages',
  'actions/message': 'billable actions of a whole conversation / its messages',
  'history bytes/message': 'bytes of history of a whole conversation / its messages',
} as const;
type Costs = Readonly<Record<keyof typeof WHAT, number>>;

function line(id: string, what: string, values: readonly number[]): Measured {
  const middle = [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
  return told(id, what, `${middle} for ${MESSAGES}`, middle / MESSAGES);
}

/** Members of events that stand for one action each; local activities count once per workflow task (Temporal Cloud's list of actions). */
const ONE_ACTION = [
  'workflowExecutionStartedEventAttributes',
  'workflowExecutionSignaledEventAttributes',
  'workflowExecutionUpdateAcceptedEventAttributes',
  'activityTaskScheduledEventAttributes',
  'timerStartedEventAttributes',
  'signalExternalWorkflowExecutionInitiatedEventAttributes',
  'upsertWorkflowSearchAttributesEventAttributes',
] as const;

function actionsOf({ events }: History): number {
  const tasksWithMarkers = new Set<string>();
  let actions = 0;
  for (const event of events ?? []) {
    if (ONE_ACTION.some((member) => event[member])) actions += 1;
    const marker = event.markerRecordedEventAttributes;
    if (marker) tasksWithMarkers.add(String(marker.workflowTaskCompletedEventId));
  }
  return actions + tasksWithMarkers.size;
}
