import type { AgentSla, TaskDirection } from '../conversation/agent-task';
import type { Expression } from './schema';

/** domain.md 6.8. */
export const AGENT_STATES = ['LOGOUT', 'NOT_READY', 'READY', 'UNKNOWN'] as const;
export type AgentStateName = (typeof AGENT_STATES)[number];
export const MRD_STATES = [
  'LOGOUT',
  'UNKNOWN',
  'NOT_READY',
  'READY',
  'RESERVED',
  'ACTIVE',
  'BUSY',
  'PENDING_NOT_READY',
  'INTERRUPTED',
] as const;
export type MrdStateName = (typeof MRD_STATES)[number];

/** The value of a skill: had or not, or a degree of 1..10. */
export type Skill = boolean | number;

export interface MrdConfig {
  readonly maxTasks: number;
  readonly interruptible: boolean;
  readonly autoSync: boolean;
  readonly onInterrupted: 'REQUEUE' | 'HOLD';
}
export interface StepConfig {
  readonly timeoutSeconds: number;
  readonly expression: Expression | null;
  readonly skipIfNoCandidate: boolean;
}
export type SelectionPolicy = 'LONGEST_AVAILABLE' | 'MOST_SKILLED' | 'LEAST_SKILLED';
export interface QueueConfig {
  readonly name: string | null;
  readonly mrdId: string;
  readonly priority: number;
  readonly paused: boolean;
  /** At least one: a queue without steps has one that every agent of the MRD matches. */
  readonly steps: readonly StepConfig[];
  /** Whether any step is skipped while nobody who matches works. */
  readonly skips: boolean;
  readonly agentSelectionPolicy: SelectionPolicy;
  readonly reservationSeconds: number;
  readonly afterRona: 'NOT_READY' | 'UNCHANGED';
  readonly autoAccept: boolean;
  readonly agentSla: AgentSla;
  readonly ewtMinSeconds: number;
  readonly ewtMaxSeconds: number;
  /** When waiting requests expire because the calendar closes, ms; null = never (domain.md 6.4 `onCalendarClose`). */
  readonly expiresAt: number | null;
}
export interface AgentConfig {
  readonly name: string | null;
  readonly supervisor: boolean;
  readonly enabled: boolean;
  readonly skills: Readonly<Record<string, Skill>>;
  /** Capacity by MRD. An agent who is given no MRD serves each with the MRD's own capacity. */
  readonly capacity: Readonly<Record<string, number>>;
}
/** What routing knows of the administrator's objects; read anew by each run and when they change. */
export interface RoutingConfig {
  readonly mrds: Readonly<Record<string, MrdConfig>>;
  readonly queues: Readonly<Record<string, QueueConfig>>;
  readonly agents: Readonly<Record<string, AgentConfig>>;
  /** Value of an attribute that an agent does not name; one without a default counts as false, or 0. */
  readonly defaultSkills: Readonly<Record<string, Skill>>;
}

/** The wish for a human as a conversation hands it to routing. Times are ms since the epoch inside routing. */
export interface RoutingRequest {
  readonly taskId: string;
  readonly conversationId: string;
  /** The conversation's own workflow, which is told. */
  readonly workflowId: string;
  /** Null: a named agent is asked for. */
  readonly queueId: string | null;
  readonly agentId: string | null;
  readonly mrdId: string;
  readonly direction: TaskDirection;
  readonly priority: number;
  readonly attributes: Readonly<Record<string, Skill>>;
  readonly queuedAt: number;
  readonly waitingSince: number;
  readonly ttlDueAt: number;
  /** Agents who come last: they had their turn in this chain (domain.md 6.6). */
  readonly avoidAgentIds: readonly string[];
  /** Agents who are in the conversation and so no candidates. */
  readonly presentAgentIds: readonly string[];
  /** The customer's last agent is waited for first (domain.md 6.7). */
  readonly prefer: { readonly agentId: string; readonly until: number } | null;
}

/** A request that waits, and its offer while one rings. */
export interface Waiting extends Omit<RoutingRequest, 'presentAgentIds'> {
  presentAgentIds: readonly string[];
  /** How many steps are open, from 1. */
  stepsOpen: number;
  /** When the next step opens; null when none follows. */
  stepDueAt: number | null;
  prefer: { readonly agentId: string; readonly until: number } | null;
  offer: { readonly agentId: string; readonly expiresAt: number } | null;
}

/** A conversation that an agent has: one place per conversation. */
export interface Place {
  readonly taskId: string;
  /** Earlier tasks of the same place whose end is still to come, newest first: the place is free when all have ended. */
  readonly earlier: readonly string[];
  readonly conversationId: string;
  readonly workflowId: string;
  readonly mrdId: string;
  readonly queueId: string | null;
  /** A barge-in does not count for capacity. */
  readonly counts: boolean;
  /** ms; base of the handle time. */
  readonly since: number;
}

export interface AgentMrd {
  /** As it follows from everything else, and since when (ms). */
  state: MrdStateName;
  since: number;
  /** Whether the agent takes new work there; the state follows from it and from what the agent has. */
  wanted: boolean;
  /** MRDs whose work keeps this one from new work (domain.md 6.8, interruption). */
  interruptedBy: readonly string[];
  /** Base of LONGEST_AVAILABLE: latest of became routable, last offer, last task end; ms. */
  availableSince: number;
}

/** An agent who is not logged out. */
export interface AgentRow {
  readonly id: string;
  state: Exclude<AgentStateName, 'LOGOUT'>;
  reason: string | null;
  readonly loginAt: number;
  /** Since when in this state, ms. */
  since: number;
  /**
   * Whether presence is asked for. An agent who has only joined a conversation by an act of their own, without logging in, is here
   * as long as that lasts.
   */
  leased: boolean;
  readonly mrds: Map<string, AgentMrd>;
  /** By conversation id. */
  readonly places: Map<string, Place>;
  /** Task ids of the offers that ring. */
  readonly ringing: Set<string>;
  /** UNKNOWN: when it becomes LOGOUT, ms. */
  logoutDueAt: number | null;
}
