import { setTimeout as sleep } from 'node:timers/promises';
import {
  type ChangeStream,
  type ChangeStreamOptions,
  type Collection,
  type Db,
  type Document,
  MongoServerError,
  type ResumeToken,
  Timestamp,
} from 'mongodb';
import type { EntryType } from '../../domain/conversation/timeline-activity';
import type {
  WebhookArchiveReader,
  WebhookDeliveryStore,
  WebhookSubscriber,
} from '../stores/webhooks';
import { conversationsOf, timelineOf } from './collections';
import { isUnavailable } from './unavailable';

interface CursorDocument {
  readonly _id: 'archive';
  readonly token: ResumeToken;
  readonly at: Date;
}
interface SeenEntry {
  readonly conversationId: string;
  readonly seq: number;
  readonly type: EntryType;
}

export interface WebhookArchiveDeps {
  readonly deliveries: Pick<WebhookDeliveryStore, 'add'>;
  /** All that are configured, from memory. */
  readonly subscribers: () => readonly (WebhookSubscriber & { readonly createdAt: string })[];
  /** Reads one anew: changes of subscriptions and entries come in one order. */
  readonly reload: (id: string) => Promise<void>;
  readonly now: () => Date;
}

/** Changes that are turned into deliveries at once, and how long the first waits for others, ms. */
const BATCH = 500;
const BATCH_MS = 100;
/** Nobody has subscribed: how often that is looked at, ms. Memory only. */
const IDLE_MS = 250;
/** How often the place is kept, ms. What is read twice after a crash is known already. */
const KEEP_MS = 2000;
/** Before the cursor: an entry is archived up to this long after its time, ms. Where its place is lost, that much is read again. */
const OVERLAP_MS = 3_600_000;
/** Of a conversation (domain.md section 15). */
const LONGEST_LIFE_MS = 366 * 86_400_000;

/** Reads the archive's change stream from the stored place on (connectors.md section 10, Subscriptions). */
export function createWebhookArchive(
  db: Db,
  { deliveries, subscribers, reload, now }: WebhookArchiveDeps,
): WebhookArchiveReader {
  const cursors: Collection<CursorDocument> = db.collection('webhook_cursors');

  async function follow(stop: AbortSignal): Promise<void> {
    let from: ChangeStreamOptions | null = null;
    let fresh = false;
    while (!stop.aborted) {
      if (subscribers().length === 0) {
        from = null;
        await cursors.deleteOne({ _id: 'archive' });
        while (subscribers().length === 0 && !stop.aborted) await pause(IDLE_MS, stop);
        continue;
      }
      const cursor = await cursors.findOne({ _id: 'archive' });
      from ??= cursor
        ? { resumeAfter: cursor.token }
        : { startAtOperationTime: secondsOf(firstWanted()) };
      try {
        await read(from, stop, cursor?.at ?? null);
        from = null;
        fresh = false;
      } catch (error) {
        // The place is not in the log any more, or cannot be read. A fresh one cannot be either: that is no matter of the place.
        const lost = error instanceof MongoServerError && !isUnavailable(error);
        if (!lost || fresh) throw error;
        from = await readAgain(cursor?.at ?? firstWanted());
        fresh = true;
      }
    }
  }

  /** Until stopped, or nobody subscribes any more. `since`: when the place was kept. */
  async function read(
    from: ChangeStreamOptions,
    stop: AbortSignal,
    since: Date | null,
  ): Promise<void> {
    const stream = db.watch(PIPELINE, { ...from, maxAwaitTimeMS: BATCH_MS });
    // Whoever subscribed later is served from that change on: what was archived before it is not for them.
    const served = new Set(
      subscribers().flatMap(({ id, createdAt }) =>
        since && createdAt <= since.toISOString() ? [id] : [],
      ),
    );
    let keptAt = now().getTime();
    try {
      let seen: SeenEntry[] = [];
      while (!stop.aborted && subscribers().length > 0) {
        const change: Document | null = await stream.tryNext();
        const subscription = change !== null && change['ns'].coll !== 'timeline';
        if (change && !subscription) seen.push(change['fullDocument'] as SeenEntry);
        if (change && !subscription && seen.length < BATCH) continue;
        await collect(seen, served);
        seen = [];
        if (subscription) {
          const id = String(change['documentKey']._id);
          await reload(id);
          served.add(id);
        }
        if (!change) for (const { id } of subscribers()) served.add(id); // nothing older is left
        // Keeping the place is a change as well: not at every look.
        if (now().getTime() - keptAt < KEEP_MS) continue;
        keptAt = now().getTime();
        await keepPlace(stream);
      }
      await collect(seen, served);
      await keepPlace(stream);
    } finally {
      await stream.close();
    }
  }

  async function collect(seen: readonly SeenEntry[], served: ReadonlySet<string>): Promise<void> {
    const wanted = subscribers().filter(({ id, enabled }) => enabled && served.has(id));
    await deliveries.add(
      seen.flatMap(({ conversationId, seq, type }) =>
        wanted
          .filter(({ types }) => types.includes(type))
          .map(({ id }) => ({ subscriptionId: id, conversationId, seq, type })),
      ),
    );
  }

  async function keepPlace({ resumeToken: token }: ChangeStream): Promise<void> {
    if (!token) return;
    await cursors.updateOne({ _id: 'archive' }, { $set: { token, at: now() } }, { upsert: true });
  }

  /**
   * The database has forgotten the place: what was archived since is read from the archive itself. What is known already stays as it
   * is. Answers where to go on.
   */
  async function readAgain(at: Date): Promise<ChangeStreamOptions> {
    const { operationTime } = await db.command({ ping: 1 });
    const since = new Date(at.getTime() - OVERLAP_MS).toISOString();
    const all = new Set(subscribers().map(({ id }) => id));
    const types = [...new Set(subscribers().flatMap((subscriber) => subscriber.types))];
    const conversations = conversationsOf(db)
      .find({
        createdAt: { $gte: new Date(at.getTime() - LONGEST_LIFE_MS).toISOString() },
        $or: [{ live: true }, { closedAt: { $gte: since } }],
      })
      .hint('newest')
      .project<{ readonly _id: string }>({ _id: 1 });
    let seen: SeenEntry[] = [];
    for await (const { _id: conversationId } of conversations) {
      const entries = await timelineOf(db)
        .find({ conversationId, at: { $gte: since }, type: { $in: types } })
        .project<SeenEntry>({ _id: 0, conversationId: 1, seq: 1, type: 1 })
        .toArray();
      seen.push(...entries);
      if (seen.length < BATCH) continue;
      await collect(seen, all);
      seen = [];
    }
    await collect(seen, all);
    return { startAtOperationTime: operationTime as Timestamp };
  }

  /** When the first subscription was made. */
  function firstWanted(): Date {
    return new Date(Math.min(...subscribers().map(({ createdAt }) => Date.parse(createdAt))));
  }

  return { follow };
}

const PIPELINE = [
  {
    $match: {
      $or: [
        { 'ns.coll': 'timeline', operationType: { $in: ['insert', 'replace'] } },
        { 'ns.coll': 'webhook_subscriptions' },
      ],
    },
  },
  {
    $project: {
      operationType: 1,
      ns: 1,
      'documentKey._id': 1,
      'fullDocument.conversationId': 1,
      'fullDocument.seq': 1,
      'fullDocument.type': 1,
    },
  },
];

/** Well before, since it is another machine's clock. */
function secondsOf(at: Date): Timestamp {
  return new Timestamp({ t: Math.floor(at.getTime() / 1000) - 60, i: 1 });
}

async function pause(ms: number, stop: AbortSignal): Promise<void> {
  await sleep(ms, undefined, { signal: stop }).catch(() => undefined); // woken to end
}
