import type { ActorType } from './actor';

export type TaskDirection =
  | 'INBOUND'
  | 'OUTBOUND'
  | 'DIRECT_TRANSFER'
  | 'DIRECT_CONFERENCE'
  | 'CONSULT'
  | 'CONSULT_TRANSFER'
  | 'CONSULT_CONFERENCE';
export type TaskCloseReason =
  | 'DONE'
  | 'RONA'
  | 'CANCELLED'
  | 'NO_AGENT_AVAILABLE'
  | 'AGENT_LOGOUT'
  | 'TRANSFERRED'
  | 'FORCE_CLOSED'
  | 'REROUTE'
  | 'RESPONSE_TIMEOUT';

/** domain.md 6.15. */
export interface AgentTask {
  readonly id: string;
  readonly direction: TaskDirection;
  readonly mode: 'QUEUE' | 'AGENT';
  readonly routingMode: 'PUSH' | 'PULL';
  readonly state: 'ACTIVE' | 'WRAP_UP' | 'CLOSED';
  readonly mediaState: 'QUEUED' | 'RESERVED' | 'ACTIVE' | 'CLOSED';
  readonly media: readonly {
    readonly channelSessionId: string;
    readonly mrdId: string;
    readonly state: 'ACTIVE' | 'CLOSED';
    readonly startedAt: string;
    readonly endedAt: string | null;
  }[];
  readonly agentId: string | null;
  readonly queueId: string | null;
  readonly listId: string | null;
  readonly mrdId: string;
  readonly priority: number;
  readonly attributes: Readonly<Record<string, number | boolean>>;
  readonly note: string | null;
  readonly requestedBy: { readonly type: ActorType; readonly id: string } | null;
  /** Its bot wants the customer shown position and estimated wait. */
  readonly tellWait?: true;
  readonly previousTaskId: string | null;
  readonly waitingSince: string | null;
  readonly queuedAt: string | null;
  readonly reservedAt: string | null;
  readonly answeredAt: string | null;
  readonly wrapUpStartedAt: string | null;
  readonly endedAt: string | null;
  readonly offerExpiresAt: string | null;
  readonly closeReason: TaskCloseReason | null;
  readonly closeDetail: string | null;
  readonly countsForCapacity: boolean;
  /** Set while a transfer or the like is open: who asked and how. */
  readonly operation: {
    readonly type: 'TRANSFER' | 'CONSULT' | 'CONFERENCE';
    readonly kind: 'COLD' | 'WARM' | null;
    readonly requesterId: string | null;
    /** Whom it is meant for, as asked. */
    readonly to: { readonly queueId: string } | { readonly agentId: string };
  } | null;
  /** Agent SLA of the task's queue or list; unset or null = that of the channel's. */
  readonly agentSla?: AgentSla | null;
  /** Wrap-up as the channel had it when the task was made; unset = off. */
  readonly wrapUp?: { readonly enabled: boolean; readonly seconds: number };
  /** Why the task is in WRAP_UP: its agent left, or the customer did (domain.md T10, T17). */
  readonly wrapUpCause?: 'AGENT_LEFT' | 'CUSTOMER_LEFT' | null;
  /** How the task closes when its wrap-up ends (domain.md K9). @default 'DONE' */
  readonly afterWrapUp?: 'DONE' | 'TRANSFERRED' | null;
  /** Agents who come last among the candidates (domain.md 5.3 rule 3); at most 20. */
  readonly avoidAgentIds?: readonly string[];
}

/** Agent SLA: seconds to answer (null = none) and the thresholds told to desks (domain.md 5.3). */
export interface AgentSla {
  readonly seconds: number | null;
  readonly thresholds: readonly {
    readonly percent: number;
    readonly action: 'WARNING' | 'CRITICAL' | 'PROMPT';
  }[];
}
