import type { Db, Document } from 'mongodb';
import type { Projection } from '../../domain/conversation/projection';
import type { MediaStore } from '../stores';
import { auditOf, conversationsOf, timelineOf } from './collections';
import { projectionUpdate } from './projection-document';
import { reportsOf } from './report-documents';
import { sendsOf } from './send-documents';

/** What erasure and retention do to one conversation. Each may be repeated. */
export interface ConversationBlanking {
  /**
   * Blanks entries, projection, ledger and report rows and what audit rows quote, and deletes media that no other conversation holds.
   * Answers the messages that brought media, until {@link settle}.
   */
  blank(conversationId: string): Promise<{ readonly mediaMessages: readonly string[] }>;
  /** The last step, once its workflows are gone: marks the conversation as erased, and forgets which messages brought media. */
  settle(conversationId: string): Promise<void>;
  /** Closes a conversation that no workflow will close any more. */
  closeOrphan(conversationId: string): Promise<void>;
}

/** What stays are ids, numbers, types and times: chains verify, reports count, lists open (domain.md 11.5). */
export function createConversationBlanking(
  db: Db,
  { remove: removeMedia }: Pick<MediaStore, 'remove'>,
  now: () => Date,
): ConversationBlanking {
  const audit = auditOf(db);
  const conversations = conversationsOf(db);
  const timeline = timelineOf(db);
  const reports = reportsOf(db);
  const sends = sendsOf(db);

  return {
    async blank(conversationId) {
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
          erasedAt: { $exists: false },
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
      await timeline.updateMany(entries, { $set: blank });
      await sends.updateMany({ conversationId }, BLANK_SENDS);
      for (const [entity, columns] of PERSONAL) {
        const nulls = Object.fromEntries(columns.map((column) => [column, null]));
        await reports.updateMany({ conversationId, entity }, { $set: nulls });
      }
      const about = { target: `conversations/${conversationId}` };
      await audit.updateMany(about, { $unset: { before: '', after: '' } });
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

    async settle(conversationId) {
      const held = { conversationId, mediaIds: { $exists: true } };
      await timeline.updateMany(held, { $unset: { mediaIds: '' } }, { hint: 'conversation' });
      const erasedAt = now().toISOString();
      await conversations.updateOne({ _id: conversationId }, { $set: { erasedAt } });
    },

    async closeOrphan(conversationId) {
      const document = await conversations.findOne({ _id: conversationId });
      if (!document?.live) return;
      const { projection, fence, customerId, confirmedSeq } = document;
      const conversation = {
        ...projection.conversation,
        state: 'CLOSED' as const,
        closedAt: now().toISOString(),
        listEntry: null,
      };
      const { $set } = projectionUpdate(
        { ...projection, conversation },
        { fence, customerId, confirmedSeq },
      );
      const nobody = { presentAgentIds: [], ringingAgentIds: [], uses: [] };
      await conversations.updateOne(
        { _id: conversationId, live: true },
        { $set: { ...$set, ...nobody } },
      );
    },
  };
}

/** Provider's ids and reasons may quote whom they are about; states and times stay, and later news changes nothing. */
const BLANK_SENDS: Document[] = [
  {
    $set: {
      plan: null,
      error: null,
      providerMessageIds: [],
      reports: {
        $map: {
          input: '$reports',
          as: 'report',
          in: {
            key: { $concat: ['$$report.state', '||'] },
            state: '$$report.state',
            at: '$$report.at',
            reasonCode: null,
          },
        },
      },
      erased: true,
    },
  },
  { $unset: 'recipientKey' },
];

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
