import { type AnyBulkWriteOperation, type Collection, type Db, MongoBulkWriteError } from 'mongodb';
import type { AgentStatus } from '../../domain/routing/status';
import type { AgentStateRecord, ReportStore } from '../stores/reports';
import type {
  AgentEvent,
  AgentStateChange,
  RoutingDecision,
  RoutingStore,
} from '../stores/routing';
import {
  type AgentEventDocument,
  type AgentStatusDocument,
  agentEventsOf,
  agentStatusesOf,
  routingDecisionsOf,
} from './collections';
import { isDuplicateKey } from './unavailable';

export interface RoutingStoreDeps {
  readonly reports: Pick<ReportStore, 'writeAgentStates'>;
  readonly now: () => Date;
}

/** What the routing workflow published: agents as they stand, their events, why somebody was chosen. */
export function createRoutingStore(db: Db, { reports, now }: RoutingStoreDeps): RoutingStore {
  const statuses = agentStatusesOf(db);
  const agentEvents = agentEventsOf(db);
  const routingDecisions = routingDecisionsOf(db);

  return {
    async publish({ agents, events, decisions, states }) {
      const storedAt = now();
      const stored = <T extends AgentEvent | RoutingDecision>({ n, ...told }: T) => ({
        _id: n,
        ...told,
        storedAt,
      });
      // What streams are read from comes last: whoever is woken by an event finds the status that it tells of.
      await Promise.all([
        putStatuses(statuses, agents),
        addNew(routingDecisions, decisions.map(stored)),
        reports.writeAgentStates(states.flatMap(recordsOf)),
      ]);
      await addNew(agentEvents, events.map(stored));
    },

    async agent(agentId) {
      const found = await statuses.findOne({ _id: agentId });
      return found && statusOf(found);
    },

    async agents(agentIds) {
      const some = agentIds ? { _id: { $in: [...agentIds] } } : {};
      const found = await statuses.find(some).hint('_id_').sort({ _id: 1 }).toArray();
      return found.map(statusOf);
    },

    async events(agentId, after, limit) {
      const found = await agentEvents
        .find({ agentId, _id: { $gt: after } }, { projection: { storedAt: 0 } })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(eventOf);
    },

    async recent(agentId, limit) {
      const found = await agentEvents
        .find({ agentId }, { projection: { storedAt: 0 } })
        .sort({ _id: -1 })
        .limit(limit)
        .toArray();
      return found.map(eventOf).reverse();
    },

    async lastEvent(agentId) {
      const newest = await agentEvents.findOne(
        { agentId },
        { projection: { _id: 1 }, sort: { _id: -1 } },
      );
      return newest?._id ?? 0;
    },

    async decisions(conversationId) {
      const found = await routingDecisions
        .find({ conversationId }, { projection: { storedAt: 0 } })
        .sort({ _id: 1 })
        .toArray();
      return found.map(({ _id, ...decision }) => ({ n: _id, ...decision }));
    },
  };
}

/** The newest word about an agent stays, whatever order they come in. */
async function putStatuses(
  statuses: Collection<AgentStatusDocument>,
  agents: readonly (AgentStatus & { readonly n: number })[],
): Promise<void> {
  if (agents.length === 0) return;
  const operations: AnyBulkWriteOperation<AgentStatusDocument>[] = agents.map(
    ({ agentId, ...status }) => ({
      replaceOne: {
        filter: { _id: agentId, n: { $lt: status.n } },
        replacement: status,
        upsert: true,
      },
    }),
  );
  await ignoringKnown(statuses.bulkWrite(operations, { ordered: false }));
}

async function addNew<T extends { _id: number }>(
  collection: Collection<T>,
  documents: readonly T[],
): Promise<void> {
  if (documents.length === 0) return;
  await ignoringKnown(collection.insertMany(documents as never, { ordered: false }));
}

/** A repeat is refused by `_id`, and that is all there is to do. */
async function ignoringKnown(write: Promise<unknown>): Promise<void> {
  try {
    await write;
  } catch (error) {
    const bulk = error instanceof MongoBulkWriteError ? [error.writeErrors].flat() : [];
    const known = bulk.length > 0 && bulk.every(({ code }) => code === 11_000);
    if (!known && !isDuplicateKey(error)) throw error;
  }
}

function eventOf({ _id, ...event }: Omit<AgentEventDocument, 'storedAt'>): AgentEvent {
  return { n: _id, ...event };
}

function statusOf({ _id, n: _, ...status }: AgentStatusDocument): AgentStatus {
  return { agentId: _id, ...status };
}

/** A change ends one row of reports and begins the next; nobody reports about being logged out. */
function recordsOf({ agentId, mrdId, loginAt, ...change }: AgentStateChange): AgentStateRecord[] {
  const { from, since, fromReason, to, reason, at } = change;
  const of = { agentId, mrdId, loginAt };
  const ended = { ...of, state: from, reason: fromReason, startedAt: since, endedAt: at };
  const begun = { ...of, state: to, reason, startedAt: at, endedAt: null };
  return [ended, begun].filter(({ state }) => state !== 'LOGOUT');
}
