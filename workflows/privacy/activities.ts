import { proxyActivities } from '@temporalio/workflow';
import type { PrivacyActivities, RetentionActivities } from '../../activities/types';
import { HOUSEKEEPING_TASK_QUEUE } from '../conversation/messages';

/** Without end: what was promised to a person is done, however long a part of the system is down. */
export const privacy = proxyActivities<PrivacyActivities & RetentionActivities>({
  taskQueue: HOUSEKEEPING_TASK_QUEUE,
  startToCloseTimeout: '10 minutes',
  heartbeatTimeout: '1 minute',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});
