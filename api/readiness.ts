import { setTimeout as sleep } from 'node:timers/promises';
import type { Client } from '@temporalio/client';
import type { Stores } from '../infra/stores';
import { CONVERSATION_TASK_QUEUE } from '../workflows/conversation/messages';

/** What a process needs, part by part. */
export interface PartsUp {
  readonly temporal: boolean;
  readonly mongodb: boolean;
  /** A worker polls for conversations. */
  readonly worker: boolean;
}

/** A part that does not answer in this time is down, whatever it says later. */
const PATIENCE_MS = 2_000;
/** A poll lasts a minute, so a poller that lives was seen in this time. */
const POLLER_SEEN_WITHIN_MS = 75_000;
/** temporal.api.enums.v1.TaskQueueType.WORKFLOW */
const WORKFLOW_QUEUE = 1;

/** Asks every part, at once. Never throws. */
export async function partsUp(stores: Pick<Stores, 'ping'>, temporal: Client): Promise<PartsUp> {
  const [mongodb, seen] = await Promise.all([isUp(stores.ping()), pollers(temporal)]);
  return { temporal: seen !== null, mongodb, worker: seen !== null && seen > 0 };
}

/** How many workers poll for conversations; null when Temporal does not answer. */
async function pollers(temporal: Client): Promise<number | null> {
  try {
    const asked = temporal.connection.withDeadline(Date.now() + PATIENCE_MS, () =>
      temporal.workflowService.describeTaskQueue({
        namespace: temporal.options.namespace,
        taskQueue: { name: CONVERSATION_TASK_QUEUE },
        taskQueueType: WORKFLOW_QUEUE,
      }),
    );
    const { pollers: seen } = await asked;
    const since = Date.now() - POLLER_SEEN_WITHIN_MS;
    return seen.filter(({ lastAccessTime }) => Number(lastAccessTime?.seconds ?? 0) * 1000 >= since)
      .length;
  } catch {
    return null;
  }
}

async function isUp(asked: Promise<unknown>): Promise<boolean> {
  const answered = asked.then(
    () => true,
    () => false,
  );
  return Promise.race([answered, sleep(PATIENCE_MS, false, { ref: false })]);
}
