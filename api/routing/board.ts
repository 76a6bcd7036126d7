import { type DayFigures, DayTally } from '../../domain/reporting/day-tally';
import { NOTHING_COUNTED } from '../../domain/reporting/service-level';
import type { QueueStatus } from '../../domain/routing/status';
import type { ResourceName, StoredResource, Stores } from '../../infra/stores';
import type { Principal } from '../principal';
import type { AgentAccess } from './agent-access';
import type { RoutingDesk } from './desk';
import type { QueueStats, Stats } from './stats-schemas';
import { agentStateView } from './views';

/** Milliseconds for which the counters of the day are believed; then they are counted anew beside the answer. */
const DAY_FRESH_MS = 2_000;
/** Counters older than this are waited for. */
const DAY_STALE_MS = 30_000;

/** The live board's figures (domain.md section 12). */
export interface Board {
  /** What a caller sees: all queues, and the agents of their teams. */
  stats(principal: Principal): Promise<Stats>;
  /** Null: there is no such queue. */
  queue(principal: Principal, queueId: string): Promise<QueueStats | null>;
}

export interface BoardDeps {
  readonly stores: Pick<Stores, 'config' | 'routing' | 'tasks' | 'conversations'>;
  readonly agents: AgentAccess;
  readonly desk: Pick<RoutingDesk, 'queues'>;
  readonly now: () => Date;
}

export function createBoard({ stores, agents, desk, now }: BoardDeps): Board {
  const day = createDay(stores, now);

  async function agentsSeenBy(principal: Principal) {
    const [visible, all, statuses] = await Promise.all([
      agents.visibleTo(principal),
      allOf(stores.config, 'agents'),
      stores.routing.agents(),
    ]);
    const states = new Map(statuses.map((status) => [status.agentId, status]));
    return all
      .filter(({ id, enabled }) => enabled !== false && (visible === null || visible.includes(id)))
      .map((agent) => ({ ...agentStateView(agent.id, states.get(agent.id) ?? null), agent }));
  }
  type Seen = Awaited<ReturnType<typeof agentsSeenBy>>;

  async function queuesSeen(seen: Seen, figures: DayFigures): Promise<QueueStats[]> {
    const [configured, live] = await Promise.all([allOf(stores.config, 'queues'), desk.queues()]);
    const byId = new Map(live.map((status) => [status.queueId, status]));
    return configured.map((queue) =>
      queueView(queue, byId.get(queue.id), { seen, figures, now: now() }),
    );
  }

  return {
    async stats(principal) {
      const [seen, figures, visible] = await Promise.all([
        agentsSeenBy(principal),
        day.figures(),
        agents.visibleTo(principal),
      ]);
      const [queues, counts] = await Promise.all([
        queuesSeen(seen, figures.of),
        stores.conversations.openCounts(visible),
      ]);
      return {
        at: now().toISOString(),
        since: figures.since,
        queues,
        agents: seen.map(({ agent, ...state }) => ({
          ...state,
          name: textOf(agent['name']),
          teamIds: [...((agent['teamIds'] ?? []) as readonly string[])],
          today: figures.of.agents.get(agent.id) ?? NO_WORK,
        })),
        agentStates: countBy(seen.map(({ state }) => state)),
        conversations: {
          open: Object.values(counts.byState).reduce((sum, count) => sum + count, 0),
          withBot: counts.withBot,
          byState: { ...counts.byState },
        },
      };
    },

    async queue(principal, queueId) {
      if (!(await stores.config.get('queues', queueId))) return null;
      const [seen, figures] = await Promise.all([agentsSeenBy(principal), day.figures()]);
      const queues = await queuesSeen(seen, figures.of);
      return queues.find((queue) => queue.queueId === queueId) ?? null;
    },
  };
}

const NO_WORK = { answered: 0, rona: 0, conversations: 0, handleSeconds: 0 };

function queueView(
  queue: StoredResource,
  live: QueueStatus | undefined,
  {
    seen,
    figures,
    now,
  }: {
    readonly seen: readonly {
      readonly mrdStates: readonly { readonly mrdId: string; readonly state: string }[];
    }[];
    readonly figures: DayFigures;
    readonly now: Date;
  },
): QueueStats {
  const mrdId = String(queue['mrdId']);
  const oldest = live?.oldestWaitingSince ?? null;
  const today = figures.queues.get(queue.id);
  const { offered, answered, abandoned, rona, flushed, requeued, cancelled, ...rest } =
    today?.counters ?? NOTHING_COUNTED;
  return {
    queueId: queue.id,
    name: textOf(queue['name']),
    mrdId,
    paused: live?.paused ?? queue['paused'] === true,
    waiting: live?.waiting ?? 0,
    ringing: live?.ringing ?? 0,
    oldestWaitingSince: oldest,
    oldestWaitingSeconds:
      oldest === null ? null : Math.max(0, Math.floor((now.getTime() - Date.parse(oldest)) / 1000)),
    ewtSeconds: live?.ewtSeconds ?? null,
    agentsReady: live?.agentsReady ?? 0,
    agentStates: countBy(
      seen.flatMap(({ mrdStates }) =>
        mrdStates.filter((mrd) => mrd.mrdId === mrdId).map(({ state }) => state),
      ),
    ),
    today: {
      offered,
      answered,
      abandoned,
      rona,
      noAgent: rest.no_agent,
      flushed,
      requeued,
      cancelled,
      offeredWithin: rest.offered_within,
      answeredWithin: rest.answered_within,
      abandonedWithin: rest.abandoned_within,
      ronaWithin: rest.rona_within,
      serviceLevel: today?.serviceLevel ?? null,
      averageWaitSeconds: today?.averageWaitSeconds ?? null,
      longestWaitSeconds: today?.longestWaitSeconds ?? 0,
      conversations: today?.conversations ?? 0,
    },
  };
}

interface Day {
  /** Begin of the day, ISO UTC. */
  readonly since: string;
  readonly of: DayFigures;
}

/** The counters of the day, counted once for all who look. */
function createDay(stores: Pick<Stores, 'tasks'>, now: () => Date) {
  let known: (Day & { readonly at: number }) | null = null;
  let counting: Promise<Day> | null = null;

  function count(): Promise<Day> {
    counting ??= (async () => {
      const at = now().getTime();
      const since = `${now().toISOString().slice(0, 10)}T00:00:00.000Z`;
      const tally = new DayTally();
      for await (const task of stores.tasks.since(since)) tally.take(task);
      known = { since, of: tally.figures(), at };
      return known;
    })().finally(() => {
      counting = null;
    });
    return counting;
  }

  return {
    async figures(): Promise<Day> {
      const age = known ? now().getTime() - known.at : Number.POSITIVE_INFINITY;
      if (!known || age > DAY_STALE_MS) return count();
      // Whoever looks next sees it; a failure is theirs, too.
      if (age > DAY_FRESH_MS) count().catch(() => undefined);
      return known;
    },
  };
}

function countBy(values: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  return counts;
}

async function allOf(
  config: Pick<Stores['config'], 'list'>,
  resource: ResourceName,
): Promise<readonly StoredResource[]> {
  const all: StoredResource[] = [];
  for (let cursor: string | null | undefined; cursor !== null; ) {
    const page = await config.list(resource, { limit: 200, cursor });
    all.push(...page.items);
    cursor = page.nextCursor;
  }
  return all;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' ? value : null;
}
