import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { HousekeepingActivities, MediaActivities } from '../../activities/types';
import type { MediaFailure } from '../../domain/message/media-state';
import { HOUSEKEEPING_TASK_QUEUE, SEND_TASK_QUEUE } from '../conversation/messages';
import type { MediaInput, PendingMedium } from './messages';

// Providers keep files for minutes to weeks: what six hours did not bring, nobody waits for any more.
const { fetchMedia } = proxyActivities<MediaActivities>({
  taskQueue: SEND_TASK_QUEUE,
  startToCloseTimeout: '3 minutes',
  heartbeatTimeout: '45 seconds',
  scheduleToCloseTimeout: '6 hours',
  retry: { initialInterval: '2 seconds', maximumInterval: '5 minutes' },
});
// Without end: somebody looks at a medium that is PENDING.
const { recordMediaFailure } = proxyActivities<HousekeepingActivities>({
  taskQueue: HOUSEKEEPING_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '1 minute' },
});

/**
 * Fetches the media of one message into our store (connectors.md 13.4), each by itself. The conversation does not wait for it: its
 * entry names the media from the start, and views join what has become of them. Never fails.
 */
export async function mediaWorkflow({ media, ...about }: MediaInput): Promise<void> {
  const fetchOne = async (medium: PendingMedium) => {
    try {
      await fetchMedia({ ...about, ...medium });
    } catch (error) {
      await recordMediaFailure({ mediaId: medium.mediaId, reason: reasonOf(error) });
    }
  };
  await Promise.all(media.map(fetchOne));
}

/** The activity's failures carry their reason as `type`; one that ran out of time has none. */
function reasonOf(error: unknown): MediaFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const known = cause instanceof ApplicationFailure ? REASONS[cause.type ?? ''] : undefined;
  return known ?? 'UNREACHABLE';
}

const REASONS: Readonly<Record<string, MediaFailure>> = {
  TOO_LARGE: 'TOO_LARGE',
  REFUSED: 'REFUSED',
  GONE: 'GONE',
  DIGEST: 'DIGEST',
};
