import type { Choice } from '../../domain/routing/effects';
import type { AgentNotice } from '../../domain/routing/events';
import type { AgentStateName, MrdStateName } from '../../domain/routing/model';
import type { AgentStatus } from '../../domain/routing/status';

/**
 * What happens to an agent, as the stream of that agent tells it. `n` grows with each event of the routing domain and is the
 * stream's cursor; one agent's events have gaps. `data` by `type`:
 * OFFER `{taskId, conversationId, queueId, mrdId, direction, priority, waitingSince, expiresAt}`; OFFER_REVOKED `{taskId,
 * conversationId, reason}`; TASK_ASSIGNED, TASK_ENDED `{taskId, conversationId}`; STATE the {@link AgentStatus};
 * SLA_WARNING, SLA_CRITICAL, SLA_PROMPT `{conversationId, dueAt}`.
 */
export interface AgentEvent {
  readonly n: number;
  readonly agentId: string;
  readonly type: 'OFFER' | 'OFFER_REVOKED' | 'TASK_ASSIGNED' | 'TASK_ENDED' | 'STATE' | AgentNotice;
  /** ISO UTC. */
  readonly at: string;
  readonly data: Readonly<Record<string, unknown>>;
}

/** One decision of routing, for `explain`. */
export interface RoutingDecision extends Choice {
  readonly n: number;
  readonly at: string;
}

/** A state of an agent (`mrdId` null) or of one of its MRDs that has ended, and the one that began then: for reports. Times ISO UTC. */
export interface AgentStateChange {
  readonly n: number;
  readonly agentId: string;
  readonly mrdId: string | null;
  readonly loginAt: string;
  readonly from: AgentStateName | MrdStateName;
  readonly since: string;
  readonly fromReason: string | null;
  readonly to: AgentStateName | MrdStateName;
  readonly reason: string | null;
  readonly at: string;
}

/** What the routing workflow publishes beside its signals. Repeats are absorbed: `n` names each. */
export interface RoutingNews {
  readonly agents: readonly (AgentStatus & { readonly n: number })[];
  readonly events: readonly AgentEvent[];
  readonly decisions: readonly RoutingDecision[];
  readonly states: readonly AgentStateChange[];
}

export interface RoutingStore {
  publish(news: RoutingNews): Promise<void>;
  /** Null: never logged in. */
  agent(agentId: string): Promise<AgentStatus | null>;
  agents(agentIds?: readonly string[]): Promise<readonly AgentStatus[]>;
  /** Events of one agent after `n`, oldest first; kept for a day. */
  events(agentId: string, after: number, limit: number): Promise<readonly AgentEvent[]>;
  /** The newest events of one agent, oldest first. */
  recent(agentId: string, limit: number): Promise<readonly AgentEvent[]>;
  /** The newest event's number of an agent, 0 when there is none: where a stream without a cursor begins. */
  lastEvent(agentId: string): Promise<number>;
  decisions(conversationId: string): Promise<readonly RoutingDecision[]>;
}

/** Presence leases (architecture.md section 4): an open stream and each authenticated call of an agent renew them. */
export interface PresenceStore {
  /** For 60 s from now. */
  renew(agentId: string): Promise<void>;
  /** When the leases of these agents end or ended, ISO UTC; an agent without one is left out. */
  leases(agentIds: readonly string[]): Promise<ReadonlyMap<string, string>>;
}
