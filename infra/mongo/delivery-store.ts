import { createHash } from 'node:crypto';
import type { AnyBulkWriteOperation, Db } from 'mongodb';
import { partId } from '../../domain/ids';
import type { DeliveryReport, DeliveryStore, DeliveryView } from '../stores';
import { type ConversationDocument, conversationsOf, timelineOf } from './collections';
import { createConsents } from './consents';
import {
  parkedOf,
  recipientKey,
  type SendDocument,
  type StoredReport,
  sendsOf,
  viewOf,
} from './send-documents';
import { guarded, isDuplicateKey } from './unavailable';
import { createWatermarks, type Watermark } from './watermarks';

type Reported = Awaited<ReturnType<DeliveryStore['report']>>;

/** Webchat messages that one mark may cover; the next mark covers the rest. */
const STREAM_MARK_LIMIT = 500;
const OUTBOUND_TYPES = ['AGENT_MESSAGE', 'BOT_MESSAGE', 'SYSTEM_MESSAGE'] as const;
/** What a workflow is told of. */
const SIGNALLED = ['SENT', 'DELIVERED', 'READ', 'FAILED'] as const;

/** News of deliveries, merged into the rows of the send ledger (architecture.md decision 11). */
export function createDeliveryStore(db: Db, now: () => Date = () => new Date()): DeliveryStore {
  const sends = sendsOf(db);
  const parked = parkedOf(db);
  const conversations = conversationsOf(db);
  const timeline = timelineOf(db);
  const watermarks = createWatermarks(db);

  async function report(news: DeliveryReport): Promise<Reported> {
    const stored = toStored(news);
    let rows = await rowsOf(news);
    if (rows.length === 0 && news.park === false) return { known: false, signal: null };
    if (rows.length === 0) {
      // Parked first and looked for again afterwards: the send that names this id may be storing it at this moment.
      const parkedId = await park(news, stored);
      rows = await rowsOf(news);
      if (rows.length === 0) return { known: false, signal: null };
      if (parkedId) await parked.deleteOne({ _id: parkedId });
    }
    return { known: true, signal: await merge(rows, stored, news.providerMessageId) };
  }

  /** By our own id first, then by the provider's; never across channels. */
  async function rowsOf({
    channelId,
    partId: part,
    messageId,
    providerMessageId,
  }: DeliveryReport): Promise<SendDocument[]> {
    if (part) {
      const row = await sends.findOne({ _id: part, channelId });
      if (row) return [row];
    }
    const whole = messageId ?? part;
    if (whole) {
      const rows = await sends.find({ messageId: whole, channelId }).toArray();
      if (rows.length > 0) return rows;
    }
    if (!providerMessageId) return [];
    return sends.find({ providerMessageIds: providerMessageId, channelId }).toArray();
  }

  async function merge(
    rows: readonly SendDocument[],
    stored: StoredReport,
    providerMessageId: string | null,
  ): Promise<Reported['signal']> {
    const first = rows[0];
    if (!first) return null;
    const all = await sends.find({ messageId: first.messageId }).toArray();
    const before = viewOf(all);
    const ids = new Set(rows.map(({ _id }) => _id));
    const changes = rows.map((row) =>
      sends.updateOne(
        { _id: row._id, 'reports.key': { $ne: stored.key }, erased: { $exists: false } },
        {
          $push: { reports: stored },
          ...(providerMessageId &&
            rows.length === 1 && { $addToSet: { providerMessageIds: providerMessageId } }),
        },
      ),
    );
    const changed = (await Promise.all(changes)).some(({ modifiedCount }) => modifiedCount > 0);
    if (!changed) return null;
    const after = viewOf(
      all.map((row) => (ids.has(row._id) ? { ...row, reports: [...row.reports, stored] } : row)),
    );
    return before.state === after.state ? null : signalOf(first, after);
  }

  async function signalOf(
    row: SendDocument,
    { state, reasonCode }: DeliveryView,
  ): Promise<Reported['signal']> {
    const told = SIGNALLED.find((signalled) => signalled === state);
    if (!told || (told !== 'FAILED' && !row.notifyHook)) return null;
    const conversation = await conversations.findOne(
      { _id: row.conversationId, open: true },
      { projection: { customerId: 1 } },
    );
    if (!conversation) return null;
    const { conversationId, messageId } = row;
    return {
      conversationId,
      customerId: conversation.customerId,
      messageId,
      state: told,
      reasonCode,
    };
  }

  /** Only news with the provider's id can find its message later. */
  async function park(
    { channelId, providerMessageId }: DeliveryReport,
    stored: StoredReport,
  ): Promise<string | null> {
    if (!providerMessageId) return null;
    const id = createHash('sha256')
      .update(`${channelId}\0${providerMessageId}\0${stored.key}`)
      .digest('base64url');
    try {
      await parked.updateOne(
        { _id: id },
        { $setOnInsert: { channelId, providerMessageId, report: stored, parkedAt: now() } },
        { upsert: true },
      );
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
    return id;
  }

  async function reportUpTo(mark: Watermark): Promise<readonly NonNullable<Reported['signal']>[]> {
    const stored = watermarks.reportOf(mark.state, mark.upTo);
    const signals: NonNullable<Reported['signal']>[] = [];
    for (const row of await watermarks.raise(mark)) {
      const signal = await merge([row], stored, null);
      if (signal) signals.push(signal);
    }
    return signals;
  }

  async function isCalling(channelId: string, recipient: string): Promise<boolean> {
    const filter = { recipientKey: recipientKey(channelId, recipient), status: 'calling' } as const;
    return (await sends.countDocuments(filter, { limit: 1 })) > 0;
  }

  async function reportStreamed({
    conversationId,
    upToSeq,
    state,
    at,
  }: Parameters<DeliveryStore['reportStreamed']>[0]): Promise<void> {
    const conversation = await conversations.findOne({ _id: conversationId });
    if (!conversation) return;
    const channels = webChannels(conversation);
    const last = await sends.findOne(
      {
        conversationId,
        status: 'streamed',
        'reports.key': { $in: state === 'READ' ? ['READ'] : ['READ', 'DELIVERED'] },
      },
      { sort: { seq: -1 }, projection: { seq: 1 } },
    );
    const entries = await timeline
      .find({
        conversationId,
        seq: { $gt: last?.seq ?? 0, $lte: upToSeq },
        type: { $in: [...OUTBOUND_TYPES] },
        channelSessionId: { $in: [...channels.keys()] },
      })
      .project<{ id: string; seq: number; channelSessionId: string }>({
        id: 1,
        seq: 1,
        channelSessionId: 1,
      })
      .sort({ seq: 1 })
      .limit(STREAM_MARK_LIMIT)
      .toArray();
    if (entries.length === 0) return;
    const stored: StoredReport = { key: state, state, at, reasonCode: null };
    const writes = entries.flatMap(
      ({ id, seq, channelSessionId }): AnyBulkWriteOperation<SendDocument>[] => {
        const row = streamedRow(conversation, {
          id,
          seq,
          channelId: channels.get(channelSessionId) ?? '',
        });
        const { _id, ...rest } = row;
        return [
          { updateOne: { filter: { _id }, update: { $setOnInsert: rest }, upsert: true } },
          {
            updateOne: {
              filter: { _id, 'reports.key': { $ne: state } },
              update: { $push: { reports: stored } },
            },
          },
        ];
      },
    );
    await sends.bulkWrite(writes);
  }

  function streamedRow(
    conversation: ConversationDocument,
    { id, seq, channelId }: { id: string; seq: number; channelId: string },
  ): SendDocument {
    return {
      _id: partId(id, 1),
      messageId: id,
      conversationId: conversation._id,
      channelId,
      seq,
      n: 1,
      parts: 1,
      plan: null,
      status: 'streamed',
      attempt: 0,
      callingSince: null,
      unknownSince: null,
      error: null,
      providerMessageIds: [],
      reports: [],
      notifyHook: conversation.projection.hookWantsReceipts,
      createdAt: now().toISOString(),
    };
  }

  async function of(messageIds: readonly string[]): Promise<ReadonlyMap<string, DeliveryView>> {
    const rows = await sends.find({ messageId: { $in: [...messageIds] } }).toArray();
    const byMessage = new Map<string, SendDocument[]>();
    for (const row of rows)
      byMessage.set(row.messageId, [...(byMessage.get(row.messageId) ?? []), row]);
    return new Map(
      [...byMessage].map(([messageId, own]) => [messageId, viewOf(own, now().getTime())]),
    );
  }

  const { reportConsent } = createConsents(db, now);
  return guarded({ report, reportUpTo, reportConsent, isCalling, reportStreamed, of });
}

/** The channel of each webchat session, by session id. */
function webChannels({ projection }: ConversationDocument): ReadonlyMap<string, string> {
  const sessions = projection.conversation.channelSessions.filter(
    ({ channelType }) => channelType === 'WEB',
  );
  return new Map(sessions.map(({ id, channelId }) => [id, channelId]));
}

/** Copies of the same news have the same key, whenever they come. */
function toStored({
  state,
  reasonCode,
  at,
  providerMessageId,
  providerCode,
}: DeliveryReport): StoredReport {
  return {
    key: [state, providerMessageId ?? '', reasonCode ?? ''].join('|').slice(0, 300),
    state,
    at,
    reasonCode,
    ...(providerCode && { providerCode }),
  };
}
