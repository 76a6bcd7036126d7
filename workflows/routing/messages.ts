import { defineQuery, defineSignal, defineUpdate } from '@temporalio/workflow';
import type { CarriedRouting } from '../../domain/routing/carry';
import type { AgentNotice, RoutingEvent } from '../../domain/routing/events';
import type { RoutingExplanation } from '../../domain/routing/explain';
import type { RoutingRequest } from '../../domain/routing/model';
import type { AgentStatus, QueueStatus } from '../../domain/routing/status';
import type { WaitEstimates } from '../../domain/routing/wait';

export type { AgentStatus, QueueStatus, RoutingExplanation, WaitEstimates };

export const ROUTING_TASK_QUEUE = 'routing';
export const DEFAULT_ROUTING_DOMAIN = 'default';

/** One single writer per routing domain (architecture.md section 4). */
export function routingWorkflowId(domainId: string = DEFAULT_ROUTING_DOMAIN): string {
  return `routing:${domainId}`;
}

/** How the routing workflow of a domain is started; where it runs already it is left alone. */
export function routingStart(domainId: string = DEFAULT_ROUTING_DOMAIN) {
  return {
    taskQueue: ROUTING_TASK_QUEUE,
    workflowId: routingWorkflowId(domainId),
    workflowIdConflictPolicy: 'USE_EXISTING' as const,
    args: [{ domainId }] as [RoutingInput],
    staticSummary: `routing of the domain ${domainId}`,
  };
}

/** What a run is started with, and what continue-as-new carries. */
export interface RoutingInput {
  readonly domainId: string;
  readonly carried?: CarriedRouting;
  /** Facts that waited when the last run ended. */
  readonly inbox?: readonly RoutingEvent[];
}

/** Who asks. A supervisor may act on others. */
export interface RoutingActor {
  readonly id: string;
  readonly supervisor: boolean;
}
export interface SetAgentState {
  readonly agentId: string;
  readonly state: 'READY' | 'NOT_READY' | 'LOGOUT';
  /** 64 characters. */
  readonly reason: string | null;
  readonly by: RoutingActor;
}
export interface SetMrdState {
  readonly agentId: string;
  readonly mrdId: string;
  readonly state: 'READY' | 'NOT_READY';
  readonly by: RoutingActor;
}
/** The agent that the task was offered to answers. */
export interface AnswerOffer {
  readonly taskId: string;
  readonly agentId: string;
  /** The caller's name for this act: asked again with it after a lost answer, the answer is the same. */
  readonly key?: string;
}
/** What the accepted task belongs to. */
export interface Accepted {
  readonly taskId: string;
  readonly conversationId: string;
}
/** A place for an agent in a conversation, outside of queues. */
export interface TakePlace {
  readonly taskId: string;
  readonly conversationId: string;
  /** The conversation's own workflow. */
  readonly workflowId: string;
  readonly agentId: string;
  readonly mrdId: string;
  /**
   * JOIN: the agent's own act, ACTIVE at once. A barge-in has `counts` false and always gets its place.
   * OFFER: a transfer, consult or conference to this agent; the offer rings at once or is refused (domain.md 6.13).
   */
  readonly kind: 'JOIN' | 'OFFER';
  readonly counts: boolean;
  /** Whether an agent who is logged out is let in all the same: a direct join is a login of its own. */
  readonly letIn: boolean;
  /** Of an OFFER. */
  readonly request: RoutingRequest | null;
}
/** `offerExpiresAt` ISO UTC, of an OFFER. */
export interface PlaceTaken {
  readonly taskId: string;
  readonly offerExpiresAt: string | null;
}
export interface FlushQueue {
  readonly queueId: string;
  /** What customers are told; null = the channel's notice. */
  readonly text: string | null;
}
/** Facts, so signals. */
export const agentRequestedSignal = defineSignal<[RoutingRequest]>('agentRequested');
/** `takenBy`: an agent has joined by an own act and has the task now, in the place that was asked for as `asked`. */
export const requestCancelledSignal =
  defineSignal<[{ readonly taskId: string; readonly takenBy?: string; readonly asked?: string }]>(
    'requestCancelled',
  );
export const taskEndedSignal =
  defineSignal<
    [{ readonly taskId: string; readonly conversationId: string; readonly agentId: string }]
  >('taskEnded');
/** After a merge, or when an outbound start has its conversation: the agent's place for the task is of this one. */
export const taskMovedSignal =
  defineSignal<
    [
      {
        readonly taskId: string;
        readonly agentId: string;
        readonly conversationId: string;
        readonly workflowId: string;
      },
    ]
  >('taskMoved');
/** Thresholds of an agent SLA, for the streams of these agents. */
export const agentsNotifiedSignal =
  defineSignal<
    [
      {
        readonly conversationId: string;
        readonly kind: AgentNotice;
        readonly agentIds: readonly string[];
        readonly dueAt: string;
      },
    ]
  >('agentsNotified');
export const configurationChangedSignal = defineSignal('configurationChanged');
export const presenceLostSignal =
  defineSignal<[{ readonly agentIds: readonly string[] }]>('presenceLost');
/** Agents who were lost have a stream open again: nobody waits for the next look at their leases. */
export const presenceBackSignal =
  defineSignal<[{ readonly agentIds: readonly string[] }]>('presenceBack');
/** For operators. */
export const pauseQueueSignal = defineSignal<[{ readonly queueId: string }]>('pauseQueue');
export const resumeQueueSignal = defineSignal<[{ readonly queueId: string }]>('resumeQueue');
export const logoutAgentSignal = defineSignal<[{ readonly agentId: string }]>('logoutAgent');

/** Updates: each may be refused; refusals are ApplicationFailures whose `type` is a ProblemCode, as those of conversations. */
export const acceptUpdate = defineUpdate<Accepted, [AnswerOffer]>('accept');
export const declineUpdate = defineUpdate<Accepted, [AnswerOffer]>('decline');
export const setAgentStateUpdate = defineUpdate<AgentStatus, [SetAgentState]>('setAgentState');
export const setMrdStateUpdate = defineUpdate<AgentStatus, [SetMrdState]>('setMrdState');
export const takePlaceUpdate = defineUpdate<PlaceTaken, [TakePlace]>('takePlace');
/** How many requests were ended. */
export const flushQueueUpdate = defineUpdate<{ readonly flushed: number }, [FlushQueue]>(
  'flushQueue',
);

export const getQueuesQuery = defineQuery<readonly QueueStatus[]>('getQueues');
export const getAgentsQuery = defineQuery<readonly AgentStatus[]>('getAgents');
/** Positions and estimated waits: of these tasks, and of one more request in each of these queues. */
export const getWaitsQuery = defineQuery<
  WaitEstimates,
  [{ readonly taskIds?: readonly string[]; readonly queueIds?: readonly string[] }]
>('getWaits');
/** Of one task, or of all that wait. */
export const explainRoutingQuery = defineQuery<
  readonly RoutingExplanation[],
  [{ readonly taskId?: string }?]
>('explain');
