import type { WorkerOptions } from '@temporalio/worker';
import type { Config } from '../infra/config';
import {
  BOT_TASK_QUEUE,
  CONVERSATION_TASK_QUEUE,
  HOUSEKEEPING_TASK_QUEUE,
  SEND_TASK_QUEUE,
} from '../workflows/conversation/messages';
import { ROUTING_TASK_QUEUE } from '../workflows/routing/messages';
import type { ParleyActivities } from './activities';

/** Options of one queue's worker. `versioning` is set where workflows run. */
export interface QueueOptions extends Partial<WorkerOptions> {
  readonly taskQueue: string;
  /**
   * PINNED: a run ends on the version it began with. AUTO_UPGRADE: it moves on at its next task, so its code changes go
   * behind `patched()`.
   */
  readonly versioning?: 'PINNED' | 'AUTO_UPGRADE';
}

/** What the options hang on. */
type QueueConfig = Pick<Config, 'embedded' | 'workerCache'>;

/** What every worker process runs. A queue each, so that a slow provider or bot starves nobody. */
export function queuesOf(activities: ParleyActivities, config: QueueConfig): QueueOptions[] {
  const queues: readonly QueueOptions[] = [
    ...pinnedQueues(activities, config),
    {
      taskQueue: HOUSEKEEPING_TASK_QUEUE,
      versioning: 'AUTO_UPGRADE',
      // A conversation's local activities come here when they keep failing.
      activities: { ...activities.conversation, ...activities.housekeeping },
      maxConcurrentWorkflowTaskExecutions: 4,
      maxConcurrentActivityTaskExecutions: 20,
      maxConcurrentActivityTaskPolls: 2,
      maxCachedWorkflows: 50,
    },
    {
      taskQueue: SEND_TASK_QUEUE,
      activities: activities.sends,
      maxConcurrentActivityTaskExecutions: 100,
      maxConcurrentActivityTaskPolls: config.embedded ? 2 : 5,
    },
    {
      taskQueue: BOT_TASK_QUEUE,
      activities: activities.bots,
      maxConcurrentActivityTaskExecutions: 50,
      maxConcurrentActivityTaskPolls: 2,
    },
  ];
  return queues.filter(
    (queue) => queue.versioning || Object.keys(queue.activities ?? {}).length > 0,
  );
}

/** Queues whose workflows stay on the version that they began with, so that a kept version serves them as well. */
export function pinnedQueues(activities: ParleyActivities, config: QueueConfig): QueueOptions[] {
  return [conversationQueue(activities, config), routingQueue(activities)];
}

/** A domain's rules may change with every version: it moves on by continue-as-new, never in the middle of a history. */
function routingQueue({ routing }: ParleyActivities): QueueOptions {
  return {
    taskQueue: ROUTING_TASK_QUEUE,
    versioning: 'PINNED',
    activities: routing,
    maxConcurrentWorkflowTaskExecutions: 2, // one workflow per domain; two is the least
    maxConcurrentActivityTaskPolls: 1,
    maxCachedWorkflows: 20,
  };
}

/**
 * Conversations, on this version or a kept one. On one machine few workflow tasks at a time: accepting goes before
 * processing, and messages of one conversation meet in one task (measured beside the bare floor: 0.73-0.83 of it with two, 0.62 with four).
 */
export function conversationQueue(
  { conversation }: ParleyActivities,
  { embedded, workerCache }: QueueConfig,
): QueueOptions {
  return {
    taskQueue: CONVERSATION_TASK_QUEUE,
    versioning: 'PINNED',
    activities: conversation, // local ones only
    enableNonLocalActivities: false,
    maxConcurrentWorkflowTaskExecutions: embedded ? 2 : 40,
    maxConcurrentLocalActivityExecutions: 50,
    maxCachedWorkflows: workerCache, // set by hand: the SDK's own default knows nothing of the size of state
  };
}
