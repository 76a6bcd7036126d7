import type { Db } from 'mongodb';
import type { Projection } from '../../domain/conversation/projection';
import { closingWorkflowId } from '../../domain/ids';
import type { ErasureStore } from '../privacy-stores';
import type { MediaStore } from '../stores';
import {
  auditOf,
  conversationsOf,
  customersOf,
  identitiesOf,
  mediaOf,
  timelineOf,
} from './collections';
import { indexed } from './customer-document';
import { reportsOf } from './report-documents';
import { sendsOf } from './send-documents';

/** What erasure leaves behind keeps ids, numbers, types and times: chains verify, reports count, lists open (domain.md 11.5). */
export function createErasureStore(
  db: Db,
  { remove: removeMedia }: Pick<MediaStore, 'remove'>,
  now: () => Date,
): ErasureStore {
  const audit = auditOf(db);
  const conversations = conversationsOf(db);
  const customers = customersOf(db);
  const identities = identitiesOf(db);
  const media = mediaOf(db);
  const timeline = timelineOf(db);
  const reports = reportsOf(db);
  const sends = sendsOf(db);

  /** The customer and everybody merged into them. */
  async function everyIdOf(customerId: string): Promise<string[]> {
    const customer = await customers.findOne({ _id: customerId });
    return [customerId, ...(customer?.absorbed ?? [])];
  }

  return {
    async forgetCustomer(customerId) {
      const ids = await everyIdOf(customerId);
      await identities.deleteMany({ customerId: { $in: ids } });
      const at = now().toISOString();
      for (const _id of ids) {
        const before = await customers.findOne({ _id });
        if (!before) continue;
        const blank = {
          name: null,
          attributes: {},
          mergedAttributes: {},
          labels: [],
          identities: [],
          vouched: { phone: null, email: null },
          erasedAt: before.erasedAt ?? at,
          updatedAt: at,
        };
        await customers.replaceOne({ _id }, indexed({ ...before, ...blank }));
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

    async blankConversation(conversationId) {
      const held = await timeline
        .find(
          { conversationId, mediaIds: { $exists: true } },
          { projection: { id: 1, mediaIds: 1 } },
        )
        .hint('conversation')
        .toArray();
      const mediaMessages = held.map(({ id }) => id);
      for (const mediaId of new Set(held.flatMap(({ mediaIds }) => mediaIds ?? []))) {
        const elsewhere = await timeline.findOne({
          mediaIds: mediaId,
          conversationId: { $ne: conversationId },
        });
        if (!elsewhere) await removeMedia(mediaId);
      }
      const blank = {
        body: null,
        data: null,
        replyTo: null,
        providerMessageId: null,
        'actor.name': null,
        erasedAt: now().toISOString(),
      };
      const entries = { conversationId, erasedAt: { $exists: false } };
      await timeline.updateMany(entries, { $set: blank, $unset: { mediaIds: '' } });
      await sends.updateMany(
        { conversationId },
        { $set: { plan: null, error: null, providerMessageIds: [] } },
      );
      for (const [entity, columns] of PERSONAL) {
        const nulls = Object.fromEntries(columns.map((column) => [column, null]));
        await reports.updateMany({ conversationId, entity }, { $set: nulls });
      }
      const document = await conversations.findOne({ _id: conversationId });
      if (document) {
        const projection = blanked(document.projection);
        await conversations.updateOne(
          { _id: conversationId },
          { $set: { projection, customerName: null }, $unset: { words: '' } },
        );
      }
      return { mediaMessages };
    },

    async blankTraces(customerId) {
      const ids = await everyIdOf(customerId);
      const uploads = await media
        .find({ 'owner.subject': { $in: ids } }, { projection: { _id: 1 } })
        .toArray();
      for (const { _id } of uploads) await removeMedia(_id);
      const targets = ids.flatMap((id) => [id, `customers/${id}`]);
      await audit.updateMany({ target: { $in: targets } }, { $unset: { before: '', after: '' } });
    },
  };
}

/** Members of report documents that say something of the customer. */
const PERSONAL = [
  ['conversation', ['row.customer_name']],
  [
    'channel_session',
    ['row.channel_customer_identifier', 'row.device', 'row.browser', 'row.country', 'row.language'],
  ],
  ['conversation_data', ['row.value']],
  ['wrap_up', ['row.note']],
  ['agent_task', ['task.note']],
] as const;

/** Who it was and what was said is gone; when, on which channels and how it ended stays. */
function blanked({ conversation, ...projection }: Projection): Projection {
  return {
    ...projection,
    conversation: {
      ...conversation,
      channelSessions: conversation.channelSessions.map((session) => ({
        ...session,
        customerIdentifier: '',
        channelData: {},
        customerSuggestions: [],
      })),
      participants: conversation.participants.map((participant) =>
        participant.type === 'CUSTOMER' ? { ...participant, name: null } : participant,
      ),
      tasks: conversation.tasks.map((task) => ({ ...task, note: null })),
      data: {},
    },
  };
}
