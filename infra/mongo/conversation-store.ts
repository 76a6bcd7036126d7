import type { Db, Filter } from 'mongodb';
import { CONVERSATION_STATES } from '../../domain/conversation/model';
import type {
  ConversationFilter,
  ConversationStore,
  ConversationSummary,
  ListedConversation,
  OpenCounts,
  Page,
  PageRequest,
  PreviousConversation,
  StoredConversation,
} from '../stores';
import { type ConversationDocument, conversationsOf } from './collections';
import { createConversationSearch } from './conversation-search';
import { decodeCursor, encodeCursor, olderThan, pageOf } from './page';
import { toStored, toSummary } from './projection-document';

/** A list that takes longer is given up: a word that stands in every conversation finds nothing. */
const LIST_MS = 3000;
/** Customers whom one agent serves at a time: far above any capacity. */
const SERVED_LIMIT = 200;

export interface ConversationDeps {
  /** The customer and those merged into them. */
  readonly historyOf: (customerId: string) => Promise<readonly string[]>;
}

/** Projections of conversations as their workflows last wrote them. */
export function createConversationStore(
  db: Db,
  { historyOf }: ConversationDeps,
): ConversationStore {
  const conversations = conversationsOf(db);
  const mentionsOf = createConversationSearch(db);

  return { get, list, onList, openCounts, openOf, previousOf };

  async function get(conversationId: string): Promise<StoredConversation | null> {
    const document = await conversations.findOne({ _id: conversationId });
    return document ? toStored(document) : null;
  }

  async function list(
    filter: ConversationFilter,
    { limit, cursor }: PageRequest,
  ): Promise<Page<ConversationSummary>> {
    const conditions = await conditionsOf(filter);
    if (cursor) {
      const [createdAt, id] = decodeCursor('conversations', cursor, ['string', 'string']);
      conditions.push(olderThan('createdAt', createdAt, id));
    }
    const rows =
      filter.q === undefined
        ? await page(conditions, limit + 1)
        : await mentioning(filter.q, conditions, limit + 1);
    return pageOf(rows, limit, toSummary, ({ createdAt, _id }) =>
      encodeCursor('conversations', [createdAt, _id]),
    );
  }

  async function onList(
    listId: string,
    { limit, cursor }: PageRequest,
  ): Promise<Page<ListedConversation>> {
    const on = { onList: true, 'projection.conversation.listEntry.listId': listId };
    const conditions: Filter<ConversationDocument>[] = [on];
    if (cursor) {
      const [createdAt, id] = decodeCursor('listed', cursor, ['string', 'string']).map(String);
      conditions.push(newerThan(createdAt ?? '', id ?? ''));
    }
    const rows = await conversations
      .find({ $and: conditions }, { projection: { words: 0 }, maxTimeMS: LIST_MS })
      .sort({ createdAt: 1, _id: 1 })
      .limit(limit + 1)
      .toArray();
    return pageOf(rows, limit, toListed, ({ createdAt, _id }) =>
      encodeCursor('listed', [createdAt, _id]),
    );
  }

  async function openCounts(agentIds: readonly string[] | null): Promise<OpenCounts> {
    const theirs = agentIds ? heldByOneOf(agentIds) : {};
    const count = (of: Filter<ConversationDocument>) =>
      conversations.countDocuments({ $and: [of, theirs] }, { maxTimeMS: LIST_MS });
    const states = CONVERSATION_STATES.filter((state) => state !== 'CLOSING' && state !== 'CLOSED');
    const [counts, wrappingUp] = await Promise.all([
      Promise.all(states.map(async (state) => [state, await count({ state })] as const)),
      count({ state: 'WRAP_UP', 'projection.conversation.participants': { $not: PRIMARY_AGENT } }),
    ]);
    const byState = Object.fromEntries(counts.filter(([, found]) => found > 0));
    const withBot = (byState['CREATED'] ?? 0) + (byState['INACTIVE'] ?? 0) + wrappingUp;
    return { byState, withBot };
  }

  async function openOf(customerId: string): Promise<StoredConversation | null> {
    const document = await conversations.findOne(
      { customerId: { $in: [...(await historyOf(customerId))] }, open: true },
      { sort: { createdAt: -1 } },
    );
    return document ? toStored(document) : null;
  }

  async function previousOf(customerId: string): Promise<PreviousConversation | null> {
    const document = await conversations.findOne(
      { customerId: { $in: [...(await historyOf(customerId))] }, closedAt: { $type: 'string' } },
      { sort: { closedAt: -1 } },
    );
    if (!document?.closedAt) return null;
    const { conversation, lastAgentId } = document.projection;
    return {
      conversationId: document._id,
      closedAt: document.closedAt,
      data: conversation.data,
      lastAgentId,
    };
  }

  /** Built from parsed scalars only: field and operator are ours. */
  async function conditionsOf(filter: ConversationFilter): Promise<Filter<ConversationDocument>[]> {
    const conditions: Filter<ConversationDocument>[] = [];
    const add = (condition: Filter<ConversationDocument>) => conditions.push(condition);
    if (filter.state !== undefined) add({ state: filter.state });
    if (filter.customerId !== undefined)
      add({ customerId: { $in: [...(await historyOf(filter.customerId))] } });
    if (filter.open) add({ live: true });
    if (filter.agentId !== undefined)
      add(filter.open ? { presentAgentIds: filter.agentId } : { agentIds: filter.agentId });
    if (filter.channelId !== undefined) add({ channelIds: filter.channelId });
    if (filter.channelType !== undefined) add({ channelTypes: filter.channelType });
    if (filter.queueId !== undefined) add({ queueId: filter.queueId });
    if (filter.from !== undefined) add({ createdAt: { $gte: filter.from } });
    if (filter.to !== undefined) add({ createdAt: { $lt: filter.to } });
    if (filter.visibleToBot !== undefined) add({ botIds: filter.visibleToBot });
    if (filter.visibleToAgent !== undefined) add(await visibleToAgent(filter.visibleToAgent));
    if (filter.visibleToSupervisorOf !== undefined) add(heldByOneOf(filter.visibleToSupervisorOf));
    return conditions;
  }

  async function visibleToAgent(agentId: string): Promise<Filter<ConversationDocument>> {
    const serving = await conversations
      .find({ presentAgentIds: agentId, open: true }, { projection: { customerId: 1 } })
      .limit(SERVED_LIMIT)
      .toArray();
    const histories = await Promise.all(
      [...new Set(serving.map(({ customerId }) => customerId))].map(historyOf),
    );
    return {
      $or: [
        { agentIds: agentId },
        { ringingAgentIds: agentId },
        { onList: true },
        { customerId: { $in: histories.flat() } },
      ],
    };
  }

  /** Live and closed ones are looked for apart, each newest first, and put together. */
  async function mentioning(
    q: string,
    conditions: readonly Filter<ConversationDocument>[],
    limit: number,
  ): Promise<ConversationDocument[]> {
    const mentions = await mentionsOf(q);
    if (!mentions) return [];
    const [live, closed] = await Promise.all([
      page([...conditions, { _id: { $in: [...mentions.live] } }], limit),
      page([...conditions, mentions.closed], limit),
    ]);
    const byId = new Map([...live, ...closed].map((document) => [document._id, document]));
    const newestFirst = (a: ConversationDocument, b: ConversationDocument) =>
      a.createdAt === b.createdAt ? (a._id < b._id ? 1 : -1) : a.createdAt < b.createdAt ? 1 : -1;
    return [...byId.values()].sort(newestFirst).slice(0, limit);
  }

  function page(
    conditions: readonly Filter<ConversationDocument>[],
    limit: number,
  ): Promise<ConversationDocument[]> {
    return conversations
      .find(conditions.length > 0 ? { $and: [...conditions] } : {}, {
        projection: { words: 0 },
        maxTimeMS: LIST_MS,
      })
      .sort({ createdAt: -1, _id: -1 })
      .limit(limit)
      .toArray();
  }
}

function newerThan(createdAt: string, id: string): Filter<ConversationDocument> {
  return { $or: [{ createdAt: { $gt: createdAt } }, { createdAt, _id: { $gt: id } }] };
}

const PRIMARY_AGENT = { $elemMatch: { type: 'AGENT', role: 'PRIMARY', leftAt: null } };

function toListed(document: ConversationDocument): ListedConversation {
  const { listEntry } = document.projection.conversation;
  if (!listEntry) throw new Error(`${document._id} is on no list`);
  return { conversation: toSummary(document), entry: listEntry };
}

/** Restricts to what one of these agents holds, held when it closed, or nobody does. */
export function heldByOneOf(agentIds: readonly string[]): Filter<ConversationDocument> {
  const theirs = { $in: [...agentIds] };
  return {
    $or: [
      { presentAgentIds: theirs },
      { open: true, presentAgentIds: { $size: 0 } },
      { open: false, agentIds: theirs },
      { open: false, agentIds: { $size: 0 } },
    ],
  };
}
