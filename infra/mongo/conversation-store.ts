import type { Db, Filter } from 'mongodb';
import type {
  ConversationFilter,
  ConversationStore,
  ConversationSummary,
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

  return { get, list, openOf, previousOf };

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
    if (filter.agentId !== undefined) add({ agentIds: filter.agentId });
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
