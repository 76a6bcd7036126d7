import { isPaused } from './match';
import type { AgentStateName, MrdStateName } from './model';
import { capacityOf, countedTasks, ringsIn } from './mrd-states';
import type { RoutingState } from './state';
import { iso } from './turn';
import { estimatedWait } from './wait';

/** An agent as routing has it. Times ISO UTC. Logged out: `loginAt` null, no MRDs. */
export interface AgentStatus {
  readonly agentId: string;
  readonly state: AgentStateName;
  readonly reason: string | null;
  readonly since: string | null;
  readonly loginAt: string | null;
  readonly mrds: readonly {
    readonly mrdId: string;
    readonly state: MrdStateName;
    /** Counted tasks, an offer that rings included. */
    readonly tasks: number;
    readonly maxTasks: number;
  }[];
}

export interface QueueStatus {
  readonly queueId: string;
  readonly name: string | null;
  readonly mrdId: string;
  readonly paused: boolean;
  /** Requests that wait, those that ring included. */
  readonly waiting: number;
  readonly ringing: number;
  /** ISO UTC; null when nobody waits. */
  readonly oldestWaitingSince: string | null;
  /** What one more request would be told; seconds. */
  readonly ewtSeconds: number;
  /** Agents of the MRD who may get an offer now. */
  readonly agentsReady: number;
}

export function statusOf(state: RoutingState, agentId: string): AgentStatus {
  const agent = state.agents.get(agentId);
  if (!agent)
    return { agentId, state: 'LOGOUT', reason: null, since: null, loginAt: null, mrds: [] };
  return {
    agentId,
    state: agent.state,
    reason: agent.reason,
    since: iso(agent.since),
    loginAt: iso(agent.loginAt),
    mrds: [...agent.mrds].map(([mrdId, mrd]) => ({
      mrdId,
      state: mrd.state,
      tasks: countedTasks(agent, mrdId) + (ringsIn(state.waiting, agent, mrdId) ? 1 : 0),
      maxTasks: capacityOf(state.config, agentId, mrdId),
    })),
  };
}

export function queueStatuses(state: RoutingState, now: number): readonly QueueStatus[] {
  const counts = new Map<string, { waiting: number; ringing: number; oldest: number }>();
  for (const { queueId, offer, waitingSince } of state.waiting.values()) {
    const count = counts.get(queueId ?? '') ?? {
      waiting: 0,
      ringing: 0,
      oldest: Number.POSITIVE_INFINITY,
    };
    count.waiting += 1;
    if (offer) count.ringing += 1;
    count.oldest = Math.min(count.oldest, waitingSince);
    counts.set(queueId ?? '', count);
  }
  return Object.entries(state.config.queues).map(([queueId, queue]) => {
    const { waiting = 0, ringing = 0, oldest = null } = counts.get(queueId) ?? {};
    return {
      queueId,
      name: queue.name,
      mrdId: queue.mrdId,
      paused: isPaused(state, queueId),
      waiting,
      ringing,
      oldestWaitingSince: oldest === null ? null : iso(oldest),
      ewtSeconds: estimatedWait(state, queueId, waiting + 1, now),
      agentsReady: state.available.get(queue.mrdId)?.size ?? 0,
    };
  });
}
