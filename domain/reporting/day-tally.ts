import type { TaskView } from '../conversation/view';
import { durationSeconds } from './durations';
import {
  type Counters,
  countersOf,
  NOTHING_COUNTED,
  ratio,
  type ServiceLevel,
  serviceLevel,
  sum,
} from './service-level';

/** A task of the day with how its queue measured when it was queued; null = as queues do by default. */
export interface TalliedTask {
  readonly task: TaskView;
  readonly level: ServiceLevel;
}

/** What one queue did in a day so far. Durations in seconds. */
export interface QueueDay {
  readonly counters: Counters;
  readonly serviceLevel: number | null;
  readonly averageWaitSeconds: number | null;
  readonly longestWaitSeconds: number;
  /** Each once, also those that came by a named transfer, a consult or an outbound start (domain.md section 12). */
  readonly conversations: number;
}
/** What one agent did in a day so far. */
export interface AgentDay {
  readonly answered: number;
  readonly rona: number;
  readonly conversations: number;
  /** Talk and wrap-up of tasks that have ended. */
  readonly handleSeconds: number;
}
export interface DayFigures {
  readonly queues: ReadonlyMap<string, QueueDay>;
  readonly agents: ReadonlyMap<string, AgentDay>;
}

interface QueueTally {
  counters: Counters;
  type: ServiceLevel['type'];
  waitSeconds: number;
  longestWaitSeconds: number;
  readonly conversations: Set<string>;
}
interface AgentTally {
  answered: number;
  rona: number;
  handleSeconds: number;
  readonly conversations: Set<string>;
}

/** Counts the tasks of a day for the live board; the counters are those of `queue_interval` (domain.md section 12). */
export class DayTally {
  private readonly queues = new Map<string, QueueTally>();
  private readonly agents = new Map<string, AgentTally>();

  take({ task, level }: TalliedTask): void {
    if (task.queueId !== null) this.ofQueue(task.queueId, task, level);
    if (task.agentId !== null) this.ofAgent(task.agentId, task);
  }

  figures(): DayFigures {
    const queues = [...this.queues].map(([id, tally]): [string, QueueDay] => {
      const { counters, type, waitSeconds, longestWaitSeconds, conversations } = tally;
      return [
        id,
        {
          counters,
          serviceLevel: serviceLevel(type, counters),
          averageWaitSeconds: ratio(waitSeconds, counters.offered),
          longestWaitSeconds,
          conversations: conversations.size,
        },
      ];
    });
    const agents = [...this.agents].map(
      ([id, { conversations, ...counted }]): [string, AgentDay] => [
        id,
        { ...counted, conversations: conversations.size },
      ],
    );
    return { queues: new Map(queues), agents: new Map(agents) };
  }

  private ofQueue(queueId: string, task: TaskView, level: ServiceLevel): void {
    const tally = this.queues.get(queueId) ?? {
      counters: NOTHING_COUNTED,
      type: level.type,
      waitSeconds: 0,
      longestWaitSeconds: 0,
      conversations: new Set<string>(),
    };
    this.queues.set(queueId, tally);
    tally.type = level.type;
    if (task.answeredAt !== null) tally.conversations.add(task.conversationId);
    const counters = countersOf(task, level);
    if (counters.offered === 0) return;
    const wait = durationSeconds(task.queuedAt, task.reservedAt ?? task.endedAt) ?? 0;
    tally.counters = sum(tally.counters, counters);
    tally.waitSeconds += wait;
    tally.longestWaitSeconds = Math.max(tally.longestWaitSeconds, wait);
  }

  private ofAgent(agentId: string, task: TaskView): void {
    const tally = this.agents.get(agentId) ?? {
      answered: 0,
      rona: 0,
      handleSeconds: 0,
      conversations: new Set<string>(),
    };
    this.agents.set(agentId, tally);
    if (task.closeReason === 'RONA') tally.rona += 1;
    if (task.answeredAt === null) return;
    tally.answered += 1;
    tally.conversations.add(task.conversationId);
    tally.handleSeconds += durationSeconds(task.answeredAt, task.endedAt) ?? 0;
  }
}
