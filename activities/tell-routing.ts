import type { RoutingWorkflow } from '../infra/routing-workflow';
import type { ConversationActivities } from './types';

/** What a conversation asks of routing and tells it, run as its local activities. */
export function createTellRoutingActivities(routing: RoutingWorkflow) {
  return {
    tellRouting: ({ signals }) => routing.tell(signals),
    takePlace: (place) => routing.takePlace(place),
    /** Of the task where it waits, else of one more in the queue. */
    async estimateWait({ taskId, queueId }) {
      const { tasks, next } = await routing.waits({
        taskIds: taskId === null ? [] : [taskId],
        queueIds: queueId === null ? [] : [queueId],
      });
      return tasks[taskId ?? ''] ?? next[queueId ?? ''] ?? null;
    },
  } satisfies Partial<ConversationActivities>;
}
