import type { Refusal } from '../errors';
import type { AgentTask } from './agent-task';
import type { ControllerEvent } from './controller-events';
import type { SessionsMovedIn } from './events';
import type { ControlHolder, ConversationState, PendingEntry } from './model';

/** What must now be done about a decision, in order. Timeline entries come apart, in `Decision.entries`. */
export type Effect =
  /** An outbound message on a session whose channel is not webchat: send it after its entry is archived. */
  | {
      readonly type: 'send';
      readonly messageId: string;
      readonly seq: number;
      readonly sessionId: string;
    }
  /** Ask hook or default for a decision (domain.md 7.1). The fixed effects are already in the state. */
  | { readonly type: 'controller'; readonly event: ControllerEvent }
  /** Control moved: a dialogue of an older epoch is cancelled. */
  | { readonly type: 'controlChanged'; readonly holder: ControlHolder; readonly epoch: number }
  /** A request for a human has ended; an awaiting dialogue takes it in place of the hook. */
  | {
      readonly type: 'requestSettled';
      readonly taskId: string;
      readonly outcome: 'accepted' | 'timedOut' | 'cancelled';
      readonly agentId?: string;
      readonly reason?: string;
    }
  /** The named wait of a dialogue is over. */
  | { readonly type: 'dialogueDue'; readonly name: string }
  /** The response time of an external bot is over (domain.md 4.5). */
  | { readonly type: 'botResponseDue'; readonly botId: string }
  | { readonly type: 'routing'; readonly news: RoutingNews }
  /** The `closing` deadline came again, or CLOSING was ordered while it is stuck. */
  | { readonly type: 'closingRetry'; readonly forced: boolean }
  /** Sessions ended with MERGED, agents and tasks go to the survivor's conversation. */
  | { readonly type: 'handOver'; readonly moved: SessionsMovedIn }
  /** Tell desks, not the timeline: SLA thresholds (domain.md 5.3). */
  | {
      readonly type: 'notifyAgents';
      readonly kind: 'SLA_WARNING' | 'SLA_CRITICAL' | 'SLA_PROMPT';
      readonly agentIds: readonly string[];
      readonly dueAt: string;
    };

/** For routing: a task wants an agent, no longer wants one, or has ended. */
export type RoutingNews =
  | {
      readonly type: 'requested';
      readonly task: AgentTask;
      readonly preferAgentId?: string;
    }
  | {
      /**
       * `taken`: an agent joined by an own act and has the task now, in the place that was `asked` for. `moved`: the place that the agent has for the task is of this
       * conversation, whatever routing thought so far. `ended`: also of a place that was taken and not needed.
       */
      readonly type: 'cancelled' | 'taken' | 'moved' | 'ended';
      readonly task: Pick<AgentTask, 'id' | 'agentId'>;
      readonly asked?: string;
    };

/** What one event changes and what must be done about it. `refused` set: nothing changed (a STALE_BOT_REPLY entry excepted). */
export interface Decision {
  readonly state: ConversationState;
  readonly entries: readonly PendingEntry[];
  readonly effects: readonly Effect[];
  readonly refused?: Refusal;
  /** What the caller is told: id of the task made, seq of the entry, resulting epoch. */
  readonly result?: {
    readonly taskId?: string;
    readonly seq?: number;
    readonly epoch?: number;
    readonly sessionId?: string;
  };
}
