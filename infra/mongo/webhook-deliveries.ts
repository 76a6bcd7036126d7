import type { Collection, Db, Filter, IndexDescription } from 'mongodb';
import type { EntryType } from '../../domain/conversation/timeline-activity';
import { ProblemError } from '../../domain/errors';
import type {
  WebhookDelivery,
  WebhookDeliveryState,
  WebhookDeliveryStore,
  WebhookLane,
} from '../stores/webhooks';
import { decodeCursor, encodeCursor, olderThan, pageOf } from './page';

/** `_id` is `{subscriptionId} {conversationId}:{seq}`. */
export interface WebhookDeliveryDocument extends WebhookLane {
  readonly _id: string;
  readonly seq: number;
  readonly type: EntryType;
  readonly state: WebhookDeliveryState;
  readonly attempts: number;
  /** When it began to wait; a retry by hand begins anew. */
  readonly createdAt: Date;
  readonly nextAt: Date;
  readonly lastAttemptAt: Date | null;
  readonly lastError: string | null;
  /** Set once it is settled. */
  readonly removeAt?: Date;
}

const DAY_MS = 86_400_000;
/** How long deliveries that have arrived, and those that were given up, can be looked at. */
const KEPT_MS = { DELIVERED: 7 * DAY_MS, DEAD: 30 * DAY_MS } as const;
const LIST = 'webhook-deliveries';

export const WEBHOOK_INDEXES: Readonly<Record<string, readonly IndexDescription[]>> = {
  webhook_deliveries: [
    {
      name: 'due',
      key: { nextAt: 1 },
      partialFilterExpression: { state: 'PENDING' },
    },
    {
      name: 'lane',
      key: { subscriptionId: 1, conversationId: 1, seq: 1 },
      partialFilterExpression: { state: 'PENDING' },
    },
    { name: 'newest', key: { subscriptionId: 1, createdAt: -1, _id: -1 } },
    { name: 'state', key: { subscriptionId: 1, state: 1, createdAt: -1, _id: -1 } },
    { name: 'ttl', key: { removeAt: 1 }, expireAfterSeconds: 0 },
  ],
};

export function createWebhookDeliveries(db: Db, now: () => Date): WebhookDeliveryStore {
  const deliveries: Collection<WebhookDeliveryDocument> = db.collection('webhook_deliveries');
  const pending = ({ subscriptionId, conversationId }: WebhookLane) =>
    ({ subscriptionId, conversationId, state: 'PENDING' }) as const;

  return {
    async add(entries) {
      if (entries.length === 0) return;
      const at = now();
      await deliveries.bulkWrite(
        entries.map(({ subscriptionId, conversationId, seq, type }) => ({
          updateOne: {
            filter: { _id: `${subscriptionId} ${conversationId}:${seq}` },
            update: {
              $setOnInsert: {
                subscriptionId,
                conversationId,
                seq,
                type,
                state: 'PENDING' as const,
                attempts: 0,
                createdAt: at,
                nextAt: at,
                lastAttemptAt: null,
                lastError: null,
              },
            },
            upsert: true,
          },
        })),
        { ordered: false },
      );
    },

    async dueLanes(limit) {
      const due = await deliveries
        .find({ state: 'PENDING', nextAt: { $lte: now() } })
        .sort({ nextAt: 1 })
        .limit(limit)
        .project<WebhookLane>({ _id: 0, subscriptionId: 1, conversationId: 1 })
        .toArray();
      const lanes = due.map(
        (lane) => [`${lane.subscriptionId} ${lane.conversationId}`, lane] as const,
      );
      return [...new Map(lanes).values()];
    },

    async head(lane) {
      const [first] = await deliveries.find(pending(lane)).sort({ seq: 1 }).limit(1).toArray();
      if (!first) return null;
      if (first.nextAt <= now()) return toDelivery(first);
      // What came after it waits as long: a lane that is not due is not looked at again before.
      await deliveries.updateMany(pending(lane), { $max: { nextAt: first.nextAt } });
      return null;
    },

    async settle({ subscriptionId, conversationId, id }, attempt) {
      const at = now();
      const tried = { lastAttemptAt: at };
      const filter = { _id: `${subscriptionId} ${id}`, state: 'PENDING' as const };
      if (attempt.type === 'delivered') {
        const removeAt = new Date(at.getTime() + KEPT_MS.DELIVERED);
        await deliveries.updateOne(filter, {
          $set: { ...tried, state: 'DELIVERED', lastError: null, removeAt },
          $inc: { attempts: 1 },
        });
        return;
      }
      const failed = { ...tried, lastError: attempt.error };
      if (attempt.retryAt) {
        await deliveries.updateOne(filter, {
          $set: { ...failed, nextAt: attempt.retryAt },
          $inc: { attempts: 1 },
        });
        await deliveries.updateMany(pending({ subscriptionId, conversationId }), {
          $max: { nextAt: attempt.retryAt },
        });
        return;
      }
      const removeAt = new Date(at.getTime() + KEPT_MS.DEAD);
      await deliveries.updateOne(filter, {
        $set: { ...failed, state: 'DEAD', removeAt },
        $inc: { attempts: 1 },
      });
    },

    async postpone(lane, until) {
      await deliveries.updateMany(pending(lane), { $max: { nextAt: until } });
    },

    async drop(lane, seq) {
      await deliveries.deleteMany({ ...pending(lane), ...(seq === undefined ? {} : { seq }) });
    },

    async list(subscriptionId, state, { limit, cursor }) {
      const [at, id] = cursor ? decodeCursor(LIST, cursor, ['number', 'string']) : [];
      const older = cursor ? olderThan('createdAt', new Date(Number(at)), id) : {};
      const filter = { subscriptionId, ...(state && { state }), ...older };
      const rows = await deliveries
        .find(filter as Filter<WebhookDeliveryDocument>)
        .sort({ createdAt: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      return pageOf(rows, limit, toDelivery, ({ createdAt, _id }) =>
        encodeCursor(LIST, [createdAt.getTime(), _id]),
      );
    },

    async retry(subscriptionId, deliveryId) {
      const _id = `${subscriptionId} ${deliveryId}`;
      const at = now();
      const again = await deliveries.findOneAndUpdate(
        { _id, state: { $in: ['DEAD', 'PENDING'] } },
        { $set: { state: 'PENDING', createdAt: at, nextAt: at }, $unset: { removeAt: '' } },
        { returnDocument: 'after' },
      );
      if (again) return toDelivery(again);
      if (!(await deliveries.findOne({ _id }))) return null;
      throw new ProblemError('ILLEGAL_STATE', 'It has arrived.');
    },
  };
}

function toDelivery(row: WebhookDeliveryDocument): WebhookDelivery {
  const { subscriptionId, conversationId, seq, type, state, attempts, lastError } = row;
  return {
    id: `${conversationId}:${seq}`,
    subscriptionId,
    conversationId,
    seq,
    type,
    state,
    attempts,
    createdAt: row.createdAt.toISOString(),
    nextAttemptAt: state === 'PENDING' ? row.nextAt.toISOString() : null,
    lastAttemptAt: row.lastAttemptAt?.toISOString() ?? null,
    lastError,
  };
}
