import type { AgentSla } from './agent-task';

/** Agent SLA of a queue or list as settings or a request know it. */
export function slaOf(
  queue:
    | {
        readonly agentSlaSeconds: number | null;
        readonly agentSlaThresholds?: AgentSla['thresholds'];
      }
    | null
    | undefined,
): AgentSla | null {
  return queue
    ? { seconds: queue.agentSlaSeconds, thresholds: queue.agentSlaThresholds ?? [] }
    : null;
}
