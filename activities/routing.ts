import { groupBy } from '../domain/group-by';
import { inParallel } from '../domain/in-parallel';
import { nextClosing } from '../domain/routing/calendar';
import type {
  AgentConfig,
  MrdConfig,
  QueueConfig,
  RoutingConfig,
  Skill,
  StepConfig,
} from '../domain/routing/model';
import { judgePresence } from '../domain/routing/presence';
import type { Agent, Calendar, Mrd, Queue, RoutingAttribute } from '../domain/routing/schema';
import type { RoutingWorkflow } from '../infra/routing-workflow';
import type { ConfigStore, ResourceName } from '../infra/stores';
import type { PresenceStore, RoutingStore } from '../infra/stores/routing';
import type { RoutingActivities } from './types';

export interface RoutingDeps {
  readonly config: Pick<ConfigStore, 'list'>;
  readonly routing: Pick<RoutingStore, 'publish'>;
  readonly presence: Pick<PresenceStore, 'leases'>;
  readonly workflow: RoutingWorkflow;
  readonly logger: { warn(facts: object, message: string): void };
}

/** Objects read at a time. */
const PAGE = 200;
/** Conversations signalled at a time: each costs the server a write. */
const SIGNALS_AT_A_TIME = 20;
const ANYBODY: StepConfig = { timeoutSeconds: 30, expression: null, skipIfNoCandidate: false };

/** Reads and writes of the routing workflow, run as its local activities. All idempotent. */
export function createRoutingActivities(deps: RoutingDeps) {
  const { config, routing, presence, workflow, logger } = deps;
  let known: RoutingConfig | null = null;

  return {
    async loadRouting(): Promise<RoutingConfig> {
      try {
        known = await read();
      } catch (error) {
        if (!known) throw error; // nothing to go on with
        logger.warn({ err: error }, 'routing goes on with the configuration that it knows');
      }
      return known;
    },

    async publishRouting({ signals, news }) {
      const gone = new Set<string>();
      // Signals of one conversation stay in order; conversations do not wait for each other.
      const byWorkflow = groupBy(signals, ({ workflowId }) => workflowId);
      await inParallel([...byWorkflow.values()], SIGNALS_AT_A_TIME, async (own) => {
        for (const { workflowId, conversationId, signal } of own)
          if (!(await workflow.tellConversation(workflowId, signal))) gone.add(conversationId);
      });
      const stored = await routing.publish(news).then(
        () => true,
        (err: unknown) => {
          logger.warn({ err }, 'what routing did is stored later');
          return false;
        },
      );
      return { gone: [...gone], stored };
    },

    async checkPresence(judged) {
      const { agents, unknown } = judged;
      return judgePresence(
        judged,
        await presence.leases([...agents.map(({ id }) => id), ...unknown]),
      );
    },
  } satisfies RoutingActivities;

  async function read(): Promise<RoutingConfig> {
    const [mrds, queues, agents, attributes, calendars] = await Promise.all([
      all<Mrd>('mrds'),
      all<Queue>('queues'),
      all<Agent>('agents'),
      all<RoutingAttribute>('routing-attributes'),
      all<Calendar>('calendars'),
    ]);
    const closes = (queue: Queue) => expiresAt(queue, calendars);
    const byId = new Map(mrds.map((mrd) => [mrd.id, mrd]));
    return {
      mrds: Object.fromEntries(mrds.map((mrd) => [mrd.id, mrdConfig(mrd)])),
      queues: Object.fromEntries(
        queues.map((queue) => [queue.id, queueConfig(queue, closes(queue))]),
      ),
      agents: Object.fromEntries(agents.map((agent) => [agent.id, agentConfig(agent, byId)])),
      defaultSkills: Object.fromEntries(
        attributes.flatMap(({ id, defaultValue }) =>
          defaultValue === null ? [] : [[id, defaultValue] as const],
        ),
      ),
    };
  }

  async function all<T>(resource: ResourceName): Promise<readonly T[]> {
    const objects: T[] = [];
    let cursor: string | undefined;
    do {
      const page = await config.list(resource, { limit: PAGE, cursor });
      objects.push(...(page.items as unknown as T[])); // as they were checked when they were saved
      cursor = page.nextCursor ?? undefined;
    } while (cursor !== undefined);
    return objects;
  }
}

function mrdConfig({ maxTasks, interruptible, autoSync, onInterrupted }: Mrd): MrdConfig {
  return { maxTasks, interruptible, autoSync, onInterrupted };
}

/** The next closing of a queue whose waiting requests expire then, ms (domain.md 6.4). */
function expiresAt(
  { calendarId, onCalendarClose }: Queue,
  calendars: readonly Calendar[],
): number | null {
  const calendar = calendars.find(({ id }) => id === calendarId);
  if (!calendar || onCalendarClose === 'KEEP') return null;
  const closing = nextClosing(calendar, new Date().toISOString());
  return closing === null ? null : Date.parse(closing);
}

function queueConfig(queue: Queue, closesAt: number | null): QueueConfig {
  const steps = queue.steps.map(({ timeoutSeconds, expression, skipIfNoCandidate }) => ({
    timeoutSeconds,
    expression: expression ?? null,
    skipIfNoCandidate,
  }));
  return {
    name: queue.name ?? null,
    mrdId: queue.mrdId,
    priority: queue.priority,
    paused: queue.paused,
    steps: steps.length > 0 ? steps : [ANYBODY],
    skips: steps.some(({ skipIfNoCandidate }) => skipIfNoCandidate),
    agentSelectionPolicy: queue.agentSelectionPolicy,
    reservationSeconds: queue.reservationSeconds,
    afterRona: queue.afterRona,
    autoAccept: queue.autoAccept,
    agentSla: { seconds: queue.agentSlaSeconds, thresholds: queue.agentSlaThresholds },
    ewtMinSeconds: queue.ewtMinSeconds,
    ewtMaxSeconds: queue.ewtMaxSeconds,
    expiresAt: closesAt,
  };
}

function agentConfig(agent: Agent, mrds: ReadonlyMap<string, Mrd>): AgentConfig {
  return {
    name: agent.name ?? null,
    supervisor: agent.supervisor,
    enabled: agent.enabled,
    skills: Object.fromEntries(
      agent.attributes.map(({ attributeId, value }): [string, Skill] => [attributeId, value]),
    ),
    capacity: Object.fromEntries(
      agent.mrds.map(({ mrdId, maxTasks }) => [mrdId, maxTasks ?? mrds.get(mrdId)?.maxTasks ?? 0]),
    ),
  };
}
