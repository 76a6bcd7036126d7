import type { ChangeStreamDocument, Db } from 'mongodb';
import type { MediaView } from '../../domain/message/media-state';
import type {
  ArchivedEntry,
  ChangeFeed,
  ConversationChange,
  DeliveryStore,
  DeliveryView,
  EntryPlace,
  MediaStore,
} from '../stores';
import type { ReadMark } from '../stores/read-marks';
import { type Follower, followChanges } from './change-stream';
import {
  type AgentEventDocument,
  conversationsOf,
  type TimelineDocument,
  timelineOf,
} from './collections';
import { toChange } from './projection-document';
import { readMarksOf } from './read-marks';
import { toArchived } from './timeline-store';

/** Milliseconds in which changes of one conversation or message are shown as one: a burst is read once. */
const COALESCE_MS = 50;
/** Documents read at a time. */
const BATCH = 200;

export interface FeedDeps {
  readonly deliveries: Pick<DeliveryStore, 'of'>;
  readonly media: Pick<MediaStore, 'views'>;
  readonly onError: (error: unknown) => void;
}

type Listener<A extends unknown[]> = (...args: A) => void;

/**
 * The archive's change stream, one per process, opened when somebody first listens and fanned out in memory. A lost attempt of a
 * workflow may have its entries written again: then an entry comes once more under the same `seq`, and the later one stands.
 */
export function createChangeFeed(
  db: Db,
  { deliveries, media, onError }: FeedDeps,
): ChangeFeed & Pick<Follower, 'close'> {
  const conversations = conversationsOf(db);
  const sends = db.collection<{ _id: string; messageId: string; conversationId: string }>('sends');
  const byConversation = new Listeners<[ArchivedEntry]>();
  const byCustomer = new Listeners<[ArchivedEntry]>();
  const byDelivery = new Listeners<[string, DeliveryView]>();
  const byMedia = new Listeners<[string, MediaView]>();
  const byCustomerMedia = new Listeners<[EntryPlace, MediaView]>();
  const byCustomerReads = new Listeners<[ReadMark]>();
  const all = new Listeners<[ConversationChange]>();
  const byAgent = new Listeners<[]>();
  const agents = new Listeners<[]>();
  const resets = new Listeners<[]>();
  const changedConversations = new Coalescer(showConversations, onError);
  const changedSends = new Coalescer(showDeliveries, onError);
  const changedMedia = new Coalescer(showMedia, onError);
  const changedReads = new Coalescer(showReads, onError);
  let follower: Follower | undefined;

  function listen<A extends unknown[]>(
    listeners: Listeners<A>,
    key: string,
    listener: Listener<A>,
  ): () => void {
    follower ??= followChanges(db, {
      pipeline: PIPELINE,
      onChange,
      onGap: () => resets.tell(''),
      onError,
    });
    return listeners.add(key, listener);
  }

  function onChange(change: ChangeStreamDocument): void {
    if (!('ns' in change) || !('coll' in change.ns) || !('documentKey' in change)) return;
    const id = String(change.documentKey._id);
    if (change.ns.coll === 'conversations' && all.any) changedConversations.add(id);
    if (change.ns.coll === 'sends' && byDelivery.any) changedSends.add(id);
    if (change.ns.coll === 'media' && (byMedia.any || byCustomerMedia.any)) changedMedia.add(id);
    if (change.ns.coll === 'read_marks' && byCustomerReads.any) changedReads.add(id);
    if (change.ns.coll === 'agent_statuses') agents.tell('');
    if (change.ns.coll === 'agent_events' && 'fullDocument' in change && change.fullDocument)
      byAgent.tell((change.fullDocument as AgentEventDocument).agentId);
    if (change.ns.coll !== 'timeline' || !('fullDocument' in change) || !change.fullDocument)
      return;
    const document = change.fullDocument as TimelineDocument; // the collection's own
    if (!byConversation.has(document.conversationId) && !byCustomer.has(document.customerId))
      return;
    const entry = toArchived(document);
    byConversation.tell(document.conversationId, entry);
    byCustomer.tell(document.customerId, entry);
  }

  async function showConversations(ids: readonly string[]): Promise<void> {
    for (const document of await conversations.find({ _id: { $in: [...ids] } }).toArray())
      all.tell('', toChange(document));
  }

  async function showDeliveries(ids: readonly string[]): Promise<void> {
    const rows = await sends
      .find({ _id: { $in: [...ids] } }, { projection: { messageId: 1, conversationId: 1 } })
      .toArray();
    const heard = new Map(
      rows
        .filter(({ conversationId }) => byDelivery.has(conversationId))
        .map((row) => [row.messageId, row.conversationId]),
    );
    const views =
      heard.size > 0 ? await deliveries.of([...heard.keys()]) : new Map<string, DeliveryView>();
    for (const [messageId, view] of views)
      byDelivery.tell(heard.get(messageId) ?? '', messageId, view);
  }

  /** One that no entry names yet is told of with its entry. */
  async function showMedia(ids: readonly string[]): Promise<void> {
    const entries = await timelineOf(db)
      .find({
        mediaIds: { $in: [...ids] },
        $or: [
          { conversationId: { $in: byMedia.keys } },
          { customerId: { $in: byCustomerMedia.keys } },
        ],
      })
      .project<EntryPlace & Pick<TimelineDocument, 'customerId' | 'mediaIds'>>({
        _id: 0,
        id: 1,
        conversationId: 1,
        seq: 1,
        channelSessionId: 1,
        customerId: 1,
        mediaIds: 1,
      })
      .toArray();
    if (entries.length === 0) return;
    const views = await media.views(ids);
    for (const { customerId, mediaIds, ...place } of entries)
      for (const view of views.values()) {
        if (!mediaIds?.includes(view.mediaId)) continue;
        byMedia.tell(place.conversationId, place.id, view);
        byCustomerMedia.tell(customerId, place, view);
      }
  }

  async function showReads(ids: readonly string[]): Promise<void> {
    const customers = { $in: byCustomerReads.keys };
    const marks = readMarksOf(db).find({ _id: { $in: [...ids] }, customerId: customers });
    for (const { _id, ...mark } of await marks.toArray())
      byCustomerReads.tell(mark.customerId, mark);
  }

  return {
    onEntries: (conversationId, listener) => listen(byConversation, conversationId, listener),
    onCustomerEntries: (customerId, listener) => listen(byCustomer, customerId, listener),
    onDelivery: (conversationId, listener) => listen(byDelivery, conversationId, listener),
    onMedia: (conversationId, listener) => listen(byMedia, conversationId, listener),
    onCustomerMedia: (customerId, listener) => listen(byCustomerMedia, customerId, listener),
    onCustomerReads: (customerId, listener) => listen(byCustomerReads, customerId, listener),
    onConversations: (listener) => listen(all, '', listener),
    onAgentEvents: (agentId, listener) => listen(byAgent, agentId, listener),
    onAgents: (listener) => listen(agents, '', listener),
    onReset: (listener) => listen(resets, '', listener),
    async close() {
      changedConversations.stop();
      changedSends.stop();
      changedMedia.stop();
      changedReads.stop();
      await follower?.close();
    },
  };
}

/** Whole documents of entries and agent events alone: the rest changes often and is read when somebody wants it. */
const PIPELINE = [
  {
    $match: {
      'ns.coll': {
        $in: [
          ...['timeline', 'conversations', 'sends', 'media', 'read_marks'],
          ...['agent_events', 'agent_statuses'],
        ],
      },
      operationType: { $in: ['insert', 'update', 'replace'] },
    },
  },
  {
    $set: {
      fullDocument: {
        $cond: [{ $in: ['$ns.coll', ['timeline', 'agent_events']] }, '$fullDocument', '$$REMOVE'],
      },
    },
  },
  { $unset: ['updateDescription'] },
];

class Listeners<A extends unknown[]> {
  private readonly byKey = new Map<string, Set<Listener<A>>>();

  get any(): boolean {
    return this.byKey.size > 0;
  }
  get keys(): string[] {
    return [...this.byKey.keys()];
  }
  has(key: string): boolean {
    return this.byKey.has(key);
  }
  add(key: string, listener: Listener<A>): () => void {
    const listeners = this.byKey.get(key) ?? new Set();
    this.byKey.set(key, listeners);
    listeners.add(listener);
    return () => {
      listeners.delete(listener);
      if (listeners.size === 0 && this.byKey.get(key) === listeners) this.byKey.delete(key);
    };
  }
  tell(key: string, ...args: A): void {
    for (const listener of [...(this.byKey.get(key) ?? [])]) listener(...args);
  }
}

/** Collects ids for a moment and hands them over together, again when that failed. */
class Coalescer {
  private readonly ids = new Set<string>();
  private timer: NodeJS.Timeout | undefined;
  private stopped = false;

  constructor(
    private readonly work: (ids: readonly string[]) => Promise<void>,
    private readonly onError: (error: unknown) => void,
  ) {}

  add(id: string): void {
    this.ids.add(id);
    if (!this.stopped) this.timer ??= setTimeout(() => void this.flush(), COALESCE_MS); // flush never throws
  }

  stop(): void {
    this.stopped = true;
    clearTimeout(this.timer);
  }

  private async flush(): Promise<void> {
    const batch = [...this.ids].slice(0, BATCH);
    for (const id of batch) this.ids.delete(id);
    try {
      await this.work(batch);
    } catch (error) {
      for (const id of batch) this.ids.add(id);
      this.onError(error);
    }
    this.timer = undefined;
    const [next] = this.ids;
    if (next !== undefined) this.add(next);
  }
}
