import type { Db, Filter } from 'mongodb';
import {
  conversationRow,
  dataRows,
  type ReportedConversation,
} from '../../domain/reporting/conversation-rows';
import type { ReportRow } from '../../domain/reporting/entities';
import { messageColumns } from '../../domain/reporting/rows';
import type { ReportQuery } from '../stores/reports';
import { type ConversationDocument, conversationsOf } from './collections';
import { heldByOneOf } from './conversation-store';
import type { ReportDocument } from './report-documents';

/** Conversations of one answer of the server: a projection may have some hundred KiB. */
const BATCH_CONVERSATIONS = 100;
/** Sessions whose conversations are read together. */
const BATCH_SESSIONS = 200;

/** Reports that are made of the projections of conversations. */
export interface ConversationReports {
  rows(query: ReportQuery): AsyncIterable<ReportRow>;
  data(query: ReportQuery): AsyncIterable<ReportRow>;
  /** A message alone writes no row: those of sessions that run are counted by their conversations' projections. */
  withRunningCounts(rows: AsyncIterable<ReportDocument>): AsyncIterable<ReportRow>;
}

export function createConversationReports(db: Db): ConversationReports {
  const conversations = conversationsOf(db);

  async function* read({ from, to, agentIds }: ReportQuery): AsyncGenerator<ReportedConversation> {
    const conditions: Filter<ConversationDocument>[] = [
      ...(from === undefined ? [] : [{ createdAt: { $gte: from } }]),
      ...(to === undefined ? [] : [{ createdAt: { $lt: to } }]),
      ...(agentIds ? [heldByOneOf(agentIds)] : []),
    ];
    const found = conversations
      .find(conditions.length > 0 ? { $and: conditions } : {}, {
        projection: { projection: 1, customerId: 1, customerName: 1, agentIds: 1, fence: 1 },
        batchSize: BATCH_CONVERSATIONS,
      })
      .hint('newest')
      .sort({ createdAt: 1, _id: 1 });
    for await (const { projection, customerId, customerName, agentIds: agents, fence } of found)
      yield {
        projection,
        customerId,
        customerName,
        agentIds: agents,
        updatedAt: new Date(fence).toISOString(),
      };
  }

  async function* refreshed(documents: readonly ReportDocument[]): AsyncGenerator<ReportRow> {
    const running = documents.filter(({ row }) => row['end_time'] === null);
    const ids = new Set(running.flatMap(({ conversationId }) => conversationId ?? []));
    const found =
      ids.size === 0
        ? []
        : await conversations
            .find({ _id: { $in: [...ids] } }, { projection: { 'projection.conversation': 1 } })
            .toArray();
    const sessions = new Map(
      found.flatMap(({ _id, projection }) =>
        projection.conversation.channelSessions.map((session) => [`${_id}:${session.id}`, session]),
      ),
    );
    for (const { row, conversationId, createdAt, updatedAt } of documents) {
      const running = row['end_time'] === null;
      const session = running ? sessions.get(`${conversationId}:${row['session_id']}`) : undefined;
      yield {
        ...row,
        ...(session ? messageColumns(session.messageCounts) : {}),
        record_creation_time: createdAt,
        updated_at: updatedAt,
      };
    }
  }

  return {
    async *rows(query) {
      for await (const conversation of read(query)) yield conversationRow(conversation);
    },
    async *data(query) {
      for await (const conversation of read(query)) yield* dataRows(conversation);
    },
    async *withRunningCounts(rows) {
      let batch: ReportDocument[] = [];
      for await (const document of rows) {
        batch.push(document);
        if (batch.length < BATCH_SESSIONS) continue;
        yield* refreshed(batch);
        batch = [];
      }
      yield* refreshed(batch);
    },
  };
}
