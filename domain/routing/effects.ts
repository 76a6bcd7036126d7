import type { Leave } from '../conversation/acts';
import type { TaskChanged } from '../conversation/events';
import type { AgentNotice } from './events';
import type { AgentStateName, MrdStateName } from './model';

/** Why an agent was chosen (domain.md 6.6): who was a candidate, in order, and who was skipped why. */
export interface Choice {
  readonly conversationId: string;
  readonly taskId: string;
  readonly queueId: string | null;
  readonly stepsOpen: number;
  readonly chosen: string;
  readonly candidates: readonly string[];
  readonly skipped: Readonly<Record<string, readonly string[]>>;
}

/** What routing must do about a decision, in order. */
export type RoutingEffect =
  /** A time that came from the configuration is over: the next one is read. */
  | { readonly type: 'readConfiguration' }
  /** News for a conversation: signal `taskChanged` to its workflow. */
  | { readonly type: 'tell'; readonly workflowId: string; readonly news: TaskChanged }
  /** An agent is taken out of a conversation: signal `agentLeft`. */
  | { readonly type: 'remove'; readonly workflowId: string; readonly leave: Leave }
  /** For the agent's own stream. */
  | {
      readonly type: 'agentEvent';
      readonly agentId: string;
      readonly event: 'OFFER' | 'OFFER_REVOKED' | 'TASK_ASSIGNED' | 'TASK_ENDED' | AgentNotice;
      readonly data: Readonly<Record<string, unknown>>;
    }
  | ({ readonly type: 'decision' } & Choice)
  /** A state of an agent (`mrdId` null) or of one of its MRDs ended and another began: for reports. Times ms. */
  | {
      readonly type: 'stateChanged';
      readonly agentId: string;
      readonly mrdId: string | null;
      readonly loginAt: number;
      readonly from: AgentStateName | MrdStateName;
      /** Of the state that ended. */
      readonly since: number;
      readonly fromReason: string | null;
      readonly to: AgentStateName | MrdStateName;
      readonly reason: string | null;
    };
