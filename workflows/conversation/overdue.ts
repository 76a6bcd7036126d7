import { log, metricMeter } from '@temporalio/workflow';
import type { ConversationState } from '../../domain/conversation/model';

/** domain.md 5.1: operators hear of a closing that goes on for longer than this. */
const CLOSING_ALERT_SECONDS = 300;

/**
 * Tells operators of a closing that is overdue, each time it is tried again: a line of the worker's log and a counter of its
 * metrics. Neither is a command, and a replay repeats neither.
 */
export function alertIfOverdue(
  { conversationId, closingAt }: ConversationState,
  now: number,
): void {
  const seconds = closingAt === null ? 0 : (now - Date.parse(closingAt)) / 1000;
  if (seconds < CLOSING_ALERT_SECONDS) return;
  metricMeter.createCounter('parley_closings_overdue').add(1);
  log.warn('a conversation has been closing for longer than five minutes', { conversationId });
}
