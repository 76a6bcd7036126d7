import {
  type Client,
  ScheduleAlreadyRunning,
  type ScheduleOptions,
  ScheduleOverlapPolicy,
} from '@temporalio/client';
import { HOUSEKEEPING_TASK_QUEUE } from '../workflows/conversation/messages';
import { RETENTION_SCHEDULE_ID } from '../workflows/privacy/messages';

const SCHEDULE = {
  spec: { intervals: [{ every: '1 day', offset: '3 hours' }] },
  action: {
    type: 'startWorkflow',
    workflowType: 'retentionWorkflow',
    workflowId: RETENTION_SCHEDULE_ID,
    taskQueue: HOUSEKEEPING_TASK_QUEUE,
    staticSummary: 'erases conversations that are older than their channels keep them',
  },
  // A day that was missed is made good by the next: what is due stays due.
  policies: { overlap: ScheduleOverlapPolicy.SKIP, catchupWindow: '1 day' },
} satisfies Omit<ScheduleOptions, 'scheduleId'>;

/**
 * Has retention run once a day, whoever is alive then, and once now: a backup may have been restored. Idempotent; an operator who
 * paused the schedule finds it paused.
 */
export async function scheduleRetention({ schedule }: Client): Promise<void> {
  const handle = schedule.getHandle(RETENTION_SCHEDULE_ID);
  try {
    await schedule.create({ scheduleId: RETENTION_SCHEDULE_ID, ...SCHEDULE });
  } catch (error) {
    if (!(error instanceof ScheduleAlreadyRunning)) throw error;
    await handle.update(({ state }) => ({ ...SCHEDULE, state }));
  }
  const { state } = await handle.describe();
  if (!state.paused) await handle.trigger(ScheduleOverlapPolicy.SKIP);
}
