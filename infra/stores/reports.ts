import type { TaskView } from '../../domain/conversation/view';
import type { TalliedTask } from '../../domain/reporting/day-tally';
import type { ReportEntity, ReportRow } from '../../domain/reporting/entities';
import type { Page, PageRequest } from '../page';

/** Which rows of an entity: those that began in `[from, to)`. */
export interface ReportQuery {
  readonly entity: ReportEntity;
  /** ISO UTC with milliseconds. @default all there are */
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  /** Restricts rows that name an agent to these, and conversations to those that they hold (http-api.md section 4). */
  readonly agentIds?: readonly string[] | undefined;
}

/** One state that an agent, or an agent in one MRD, was in. Written twice: when it begins, and with `endedAt` when it ends. */
export interface AgentStateRecord {
  readonly agentId: string;
  /** Null: the agent's own state; set: the state in that MRD. */
  readonly mrdId: string | null;
  /** Begin of the login that it belongs to, ISO UTC. */
  readonly loginAt: string | null;
  readonly state: string;
  readonly reason: string | null;
  readonly startedAt: string;
  readonly endedAt: string | null;
}

/** Reports (domain.md section 12). Rows of conversations come with the archive's writes. */
export interface ReportStore {
  /** In the order of their beginning, through a cursor: memory is flat, however many they are. Throws `UNAVAILABLE`. */
  rows(query: ReportQuery): AsyncIterable<ReportRow>;
  /** Idempotent, in any order: a state that has ended stays ended. */
  writeAgentStates(states: readonly AgentStateRecord[]): Promise<void>;
}

export interface TaskFilter {
  readonly state?: string | undefined;
  readonly mediaState?: string | undefined;
  readonly agentId?: string | undefined;
  readonly queueId?: string | undefined;
  readonly conversationId?: string | undefined;
  /** Restricts to tasks of these agents and of nobody: a supervisor's teams. */
  readonly visibleToSupervisorOf?: readonly string[] | undefined;
}

/** Agent tasks as the archive last heard of them. */
export interface TaskStore {
  /** Newest first, by the time they began to wait, else ring, else were taken. */
  list(filter: TaskFilter, page: PageRequest): Promise<Page<TaskView>>;
  get(taskId: string): Promise<TaskView | null>;
  /** Tasks that began at a moment or later, in that order, with how their queue measured: through a cursor. */
  since(from: string): AsyncIterable<TalliedTask>;
}
