import type { ChannelSettings } from '../../../domain/channel/settings';

/** Virtual time of the workflows may run so far ahead of the plan, ms: between acts it goes at the pace of the machine. */
export const SLACK_MS = 60_000;
/** Times of channels and queues are so much longer than in level 1: much longer than the slack. */
export const SLOWER = 20;

/** Of every channel: {@link SLOWER} times as slow, and with a bot whose hooks nobody has. */
export const SLOW: Partial<ChannelSettings> = {
  bot: { id: 'quiet', kind: 'HOOK' },
  agentRequestTtlSeconds: 300 * SLOWER,
  lastAgentTimeoutSeconds: 30 * SLOWER,
  customerInactivityTimeoutSeconds: 600 * SLOWER,
  agentIdleSeconds: 3600 * SLOWER,
  customerLeftSeconds: 300 * SLOWER,
  ambiguousWaitMs: 30_000 * SLOWER,
  closingSendGraceSeconds: 30 * SLOWER,
  wrapUp: { enabled: false, seconds: 60 * SLOWER, formId: null },
  queue: { agentSlaSeconds: 120 * SLOWER, reservationSeconds: 20 * SLOWER },
};
