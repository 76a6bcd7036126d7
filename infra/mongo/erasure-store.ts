import type { Db } from 'mongodb';
import { closingWorkflowId } from '../../domain/ids';
import type { MediaStore } from '../stores';
import type { ErasureStore } from '../stores/privacy';
import {
  auditOf,
  conversationsOf,
  customersOf,
  idempotencyOf,
  identitiesOf,
  mediaOf,
} from './collections';
import { createConversationBlanking } from './conversation-blanking';
import { indexed } from './customer-document';

/** Customers looked up in one query. */
const STEP = 500;

export function createErasureStore(
  db: Db,
  removes: Pick<MediaStore, 'remove'>,
  now: () => Date,
): ErasureStore {
  const audit = auditOf(db);
  const conversations = conversationsOf(db);
  const customers = customersOf(db);
  const identities = identitiesOf(db);
  const media = mediaOf(db);
  const { blank, settle, closeOrphan } = createConversationBlanking(db, removes, now);

  async function everyIdOf(customerId: string): Promise<string[]> {
    const customer = await customers.findOne({ _id: customerId });
    return [customerId, ...(customer?.absorbed ?? [])];
  }

  return {
    everyIdOf,
    blankConversation: blank,
    settleConversation: settle,
    closeOrphan,

    async forgetCustomer(customerId) {
      const ids = await everyIdOf(customerId);
      await identities.deleteMany({ customerId: { $in: ids } });
      const at = now().toISOString();
      for (const _id of ids) {
        const before = await customers.findOne({ _id });
        if (!before) continue;
        const tombstone = {
          name: null,
          attributes: {},
          mergedAttributes: {},
          labels: [],
          identities: [],
          vouched: { phone: null, email: null },
          erasedAt: before.erasedAt ?? at,
          updatedAt: at,
        };
        await customers.replaceOne({ _id }, indexed({ ...before, ...tombstone }));
      }
    },

    async conversations(customerId, after, limit) {
      const ids = await everyIdOf(customerId);
      const found = await conversations
        .find({ customerId: { $in: ids }, ...(after === null ? {} : { _id: { $gt: after } }) })
        .sort({ _id: 1 })
        .limit(limit)
        .toArray();
      return found.map(({ _id, live, projection }) => ({
        id: _id,
        workflowIds: [projection.conversation.workflowId, closingWorkflowId(_id)],
        closed: !live,
      }));
    },

    async blankTraces(customerId) {
      const ids = await everyIdOf(customerId);
      const uploads = await media
        .find({ 'owner.subject': { $in: ids } }, { projection: { _id: 1 } })
        .toArray();
      for (const { _id } of uploads) await removes.remove(_id);
      const targets = ids.flatMap((id) => [id, `customers/${id}`]);
      await idempotencyOf(db).deleteMany({ customerIds: { $in: ids } });
      await audit.updateMany({ target: { $in: targets } }, { $unset: { before: '', after: '' } });
    },

    async *erased() {
      const cursor = customers
        .find({ erasedAt: { $gt: '' } }, { projection: { erasedAt: 1 } })
        .hint('erased');
      for await (const { _id, erasedAt } of cursor)
        yield { customerId: _id, at: erasedAt ?? now().toISOString() };
    },

    async whoIsBack(ids) {
      const back = new Set<string>();
      for (let from = 0; from < ids.length; from += STEP) {
        const step = ids.slice(from, from + STEP);
        const whole = { _id: { $in: step }, erasedAt: { $exists: false } };
        for await (const { _id } of customers.find(whole, { projection: { _id: 1 } }))
          back.add(_id);
        const readable = { customerId: { $in: step }, erasedAt: { $exists: false } };
        for await (const { customerId } of conversations
          .find(readable, { projection: { customerId: 1 } })
          .hint('customer'))
          back.add(customerId);
      }
      return [...back];
    },
  };
}
