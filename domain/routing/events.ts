import type { RoutingConfig, RoutingRequest } from './model';

/** What desks are told of the agent SLA; PROMPT asks to stay or to leave. */
export type AgentNotice = 'SLA_WARNING' | 'SLA_CRITICAL' | 'SLA_PROMPT';

/** Input of `decideRouting`: what conversations, agents, operators and time bring. */
export type RoutingEvent =
  | { readonly type: 'agentRequested'; readonly request: RoutingRequest }
  | {
      readonly type: 'requestCancelled';
      readonly taskId: string;
      /** The agent who has taken the task by an own act, and the id with which the place for that was asked for. */
      readonly takenBy?: string;
      readonly asked?: string;
    }
  | {
      readonly type: 'taskEnded';
      readonly taskId: string;
      readonly conversationId: string;
      readonly agentId: string;
    }
  /** The place that an agent has for a task is of another conversation than routing knew: it was merged, or had not begun yet. */
  | {
      readonly type: 'taskMoved';
      readonly taskId: string;
      readonly agentId: string;
      readonly conversationId: string;
      readonly workflowId: string;
    }
  /** A conversation has something for the desks of agents that is no entry: a threshold of the agent SLA (domain.md 5.3). */
  | {
      readonly type: 'agentsNotified';
      readonly conversationId: string;
      readonly kind: AgentNotice;
      readonly agentIds: readonly string[];
      /** When the SLA is over, ISO UTC. */
      readonly dueAt: string;
    }
  /** A conversation could not be told: its workflow runs no longer. */
  | { readonly type: 'conversationGone'; readonly conversationId: string }
  | {
      readonly type: 'accept' | 'decline';
      readonly taskId: string;
      readonly agentId: string;
      /** The caller's name for this act: asked again with it, the answer is the same. */
      readonly key?: string;
    }
  | {
      readonly type: 'setAgentState';
      readonly agentId: string;
      readonly state: 'READY' | 'NOT_READY' | 'LOGOUT';
      readonly reason: string | null;
      readonly by: { readonly id: string; readonly supervisor: boolean };
    }
  | {
      readonly type: 'setMrdState';
      readonly agentId: string;
      readonly mrdId: string;
      readonly state: 'READY' | 'NOT_READY';
    }
  | {
      readonly type: 'takePlace';
      readonly place: {
        readonly taskId: string;
        readonly conversationId: string;
        readonly workflowId: string;
        readonly agentId: string;
        readonly mrdId: string;
        readonly kind: 'JOIN' | 'OFFER';
        readonly counts: boolean;
        readonly letIn: boolean;
        readonly request: RoutingRequest | null;
      };
    }
  | { readonly type: 'presenceLost' | 'presenceBack'; readonly agentIds: readonly string[] }
  | { readonly type: 'pauseQueue' | 'resumeQueue'; readonly queueId: string }
  | { readonly type: 'flushQueue'; readonly queueId: string; readonly text: string | null }
  | { readonly type: 'configured'; readonly config: RoutingConfig }
  /** Time has passed: whatever is due happens. */
  | { readonly type: 'due' };

/** What the caller is told. */
export type RoutingResult =
  | { readonly taskId: string; readonly conversationId: string }
  | { readonly taskId: string; readonly offerExpiresAt: string | null }
  | { readonly flushed: number };
