import type { Db } from 'mongodb';
import type { ConnectorErrorFacts, ConnectorErrorType } from '../../domain/errors';
import { partId } from '../../domain/ids';
import { mergeReports } from '../../domain/message/delivery';
import type { MessageBody } from '../../domain/message/schema';
import { type ChannelMarks, createChannelMarks } from './channel-marks';
import { conversationsOf } from './collections';
import {
  parkedOf,
  recipientKey,
  type SendDocument,
  type StoredReport,
  sendsOf,
} from './send-documents';
import { guarded, isDuplicateKey } from './unavailable';
import { createWatermarks } from './watermarks';

/** A part as a send finds it. */
export interface LedgerRow {
  readonly partId: string;
  /** `unknown`: a call was made and nobody knows what came of it. */
  readonly status: 'intended' | 'unknown' | 'sent' | 'failed';
  readonly attempt: number;
  readonly parts: number;
  /** Set on the first part. */
  readonly plan: readonly MessageBody[] | null;
  readonly unknownSince: string | null;
  /** Why it failed, as views show it. */
  readonly reason: string | null;
}
export interface NewRow {
  readonly messageId: string;
  readonly conversationId: string;
  readonly channelId: string;
  readonly seq: number;
  readonly n: number;
  readonly parts: number;
  readonly plan: readonly MessageBody[] | null;
  /** How the provider names whom it goes to: only a digest of it is kept. */
  readonly recipient?: string;
}

/**
 * What was tried for each part of a message (reliability.md 5). The row comes before the call, and only whoever moved it to
 * `calling` may call: a lost outcome is then known to be unknown. Throws `UNAVAILABLE` while MongoDB is down.
 */
export interface SendLedger extends ChannelMarks {
  /** Makes the row unless it is there; answers it as it stands. */
  open(row: NewRow): Promise<LedgerRow>;
  find(messageId: string, n: number): Promise<LedgerRow | null>;
  /** `intended` -> `calling`. False: somebody else has it. */
  take(partId: string, attempt: number): Promise<boolean>;
  /** A later attempt takes over a row of unknown outcome. */
  takeOver(partId: string, attempt: number): Promise<boolean>;
  /** Whether the row is still this attempt's. */
  holds(partId: string, attempt: number): Promise<boolean>;
  /** The provider has it. Also true of an attempt that was given up meanwhile. */
  settle(
    partId: string,
    sent: {
      readonly attempt: number;
      readonly providerMessageIds: readonly string[];
      readonly state: 'accepted' | 'sent' | 'delivered';
    },
  ): Promise<void>;
  /** Certainly not sent by this attempt. */
  release(partId: string, attempt: number): Promise<void>;
  /** Will never be sent. */
  refuse(partId: string, attempt: number, failure: Failure): Promise<void>;
  /** Nobody knows. */
  doubt(partId: string, attempt: number): Promise<void>;
  /** Looked up and certainly not there: it may be sent again. */
  absent(partId: string): Promise<void>;
  /** Marks a message as failed for good: the part that was next, made if need be. */
  fail(message: Omit<NewRow, 'n' | 'parts' | 'plan'> & { readonly reason: string }): Promise<void>;
  /** Which of these provider message ids other parts of the channel hold. */
  claimed(
    channelId: string,
    ids: readonly string[],
    exceptPartId: string,
  ): Promise<ReadonlySet<string>>;
}
export interface Failure {
  readonly type: ConnectorErrorType;
  readonly facts: ConnectorErrorFacts;
  /** As views show it. */
  readonly reason: string;
}

export function createSendLedger(db: Db, now: () => Date = () => new Date()): SendLedger {
  const sends = sendsOf(db);
  const parked = parkedOf(db);
  const conversations = conversationsOf(db);
  const watermarks = createWatermarks(db);
  const at = () => now().toISOString();

  async function open({ recipient, ...row }: NewRow): Promise<LedgerRow> {
    const conversation = await conversations.findOne(
      { _id: row.conversationId },
      { projection: { 'projection.hookWantsReceipts': 1 } },
    );
    const document: SendDocument = {
      _id: partId(row.messageId, row.n),
      ...row,
      status: 'intended',
      attempt: 0,
      callingSince: null,
      unknownSince: null,
      error: null,
      providerMessageIds: [],
      reports: [],
      notifyHook: conversation?.projection?.hookWantsReceipts ?? false,
      createdAt: at(),
      ...(recipient !== undefined && { recipientKey: recipientKey(row.channelId, recipient) }),
    };
    try {
      await sends.insertOne(document);
      return toRow(document);
    } catch (error) {
      const there = isDuplicateKey(error) ? await find(row.messageId, row.n) : null;
      if (there) return there;
      throw error;
    }
  }

  async function find(messageId: string, n: number): Promise<LedgerRow | null> {
    const document = await sends.findOne({ _id: partId(messageId, n) });
    return document && toRow(document);
  }

  async function take(id: string, attempt: number): Promise<boolean> {
    const taken = await sends.updateOne(
      { _id: id, status: 'intended' },
      { $set: { status: 'calling', attempt, callingSince: at() } },
    );
    return taken.modifiedCount === 1;
  }

  async function takeOver(id: string, attempt: number): Promise<boolean> {
    const current = await sends.findOne({ _id: id, status: 'calling', attempt: { $lt: attempt } });
    if (!current) return false;
    const taken = await sends.updateOne(
      { _id: id, status: 'calling', attempt: current.attempt },
      {
        $set: {
          attempt,
          callingSince: at(),
          unknownSince: current.unknownSince ?? current.callingSince,
        },
      },
    );
    return taken.modifiedCount === 1;
  }

  async function holds(id: string, attempt: number): Promise<boolean> {
    return (
      (await sends.countDocuments({ _id: id, status: 'calling', attempt }, { limit: 1 })) === 1
    );
  }

  async function settle(
    id: string,
    { attempt, providerMessageIds, state }: Parameters<SendLedger['settle']>[1],
  ): Promise<void> {
    const report: StoredReport = {
      key: `send:${attempt}`,
      state: state === 'accepted' ? 'ACCEPTED' : state === 'sent' ? 'SENT' : 'DELIVERED',
      at: at(),
      reasonCode: null,
    };
    const ids = { $literal: [...providerMessageIds] }; // literal: the provider's text must not be read as an expression
    const row = await sends.findOneAndUpdate(
      { _id: id, 'reports.key': { $ne: report.key } },
      [
        {
          $set: {
            status: 'settled',
            plan: { $cond: [{ $eq: ['$n', '$parts'] }, null, '$plan'] },
            reports: { $concatArrays: ['$reports', [{ $literal: report }]] },
            providerMessageIds: {
              $concatArrays: [
                '$providerMessageIds',
                { $setDifference: [ids, '$providerMessageIds'] },
              ],
            },
          },
        },
      ],
      { returnDocument: 'after' },
    );
    if (!row) return;
    if (row.n > 1 && row.n === row.parts) await forgetPlan(row.messageId);
    await applyParked(row, providerMessageIds);
    for (const passed of await watermarks.passed(row)) await addReport(row._id, passed);
  }

  async function release(id: string, attempt: number): Promise<void> {
    await sends.updateOne(
      { _id: id, status: 'calling', attempt, unknownSince: null },
      { $set: { status: 'intended' } },
    );
  }

  async function refuse(
    id: string,
    attempt: number,
    { type, facts, reason }: Failure,
  ): Promise<void> {
    const held = { _id: id, status: 'calling', attempt } as const;
    const refused = await sends.updateOne(held, {
      $set: { status: 'failed', error: { type, facts } },
    });
    if (refused.modifiedCount === 1)
      await addReport(id, {
        key: `refused:${attempt}`,
        state: 'FAILED',
        at: at(),
        reasonCode: reason,
        providerCode: facts.code ?? null,
      });
  }

  async function doubt(id: string, attempt: number): Promise<void> {
    await sends.updateOne({ _id: id, status: 'calling', attempt, unknownSince: null }, [
      { $set: { unknownSince: '$callingSince' } },
    ]);
  }

  async function absent(id: string): Promise<void> {
    await sends.updateOne(
      { _id: id, status: 'calling' },
      { $set: { status: 'intended', unknownSince: null } },
    );
  }

  async function fail({ reason, ...message }: Parameters<SendLedger['fail']>[0]): Promise<void> {
    const rows = await sends.find({ messageId: message.messageId }).sort({ n: 1 }).toArray();
    const unfinished = rows.find((row) => statusOf(row) !== 'sent');
    const parts = rows[0]?.parts ?? 1;
    if (!unfinished && rows.length >= parts) return; // the news that it is out came meanwhile
    const id = unfinished?._id ?? partId(message.messageId, rows.length + 1);
    if (!unfinished) await open({ ...message, n: rows.length + 1, parts, plan: null });
    await sends.updateOne({ _id: id, status: { $ne: 'settled' } }, { $set: { status: 'failed' } });
    await addReport(id, { key: `failed:${reason}`, state: 'FAILED', at: at(), reasonCode: reason });
    await forgetPlan(message.messageId);
  }

  async function claimed(
    channelId: string,
    ids: readonly string[],
    exceptPartId: string,
  ): Promise<ReadonlySet<string>> {
    if (ids.length === 0) return new Set();
    const holders = await sends
      .find({ providerMessageIds: { $in: [...ids] }, channelId, _id: { $ne: exceptPartId } })
      .project<Pick<SendDocument, 'providerMessageIds'>>({ providerMessageIds: 1 })
      .toArray();
    return new Set(holders.flatMap((holder) => holder.providerMessageIds));
  }

  async function addReport(id: string, report: StoredReport): Promise<void> {
    await sends.updateOne(
      { _id: id, 'reports.key': { $ne: report.key } },
      { $push: { reports: report } },
    );
  }

  async function forgetPlan(messageId: string): Promise<void> {
    await sends.updateOne({ _id: partId(messageId, 1) }, { $set: { plan: null } });
  }

  /** News that came before the answer which named the provider's id. */
  async function applyParked(row: SendDocument, ids: readonly string[]): Promise<void> {
    for (const providerMessageId of ids) {
      const waiting = await parked.find({ channelId: row.channelId, providerMessageId }).toArray();
      for (const { report } of waiting) await addReport(row._id, report);
      if (waiting.length > 0)
        await parked.deleteMany({ _id: { $in: waiting.map(({ _id }) => _id) } });
    }
  }

  return guarded({
    open,
    find,
    take,
    takeOver,
    holds,
    settle,
    release,
    refuse,
    doubt,
    absent,
    fail,
    claimed,
    ...createChannelMarks(db, at),
  });
}

function toRow(document: SendDocument): LedgerRow {
  const { reasonCode } = mergeReports(document.reports);
  return {
    partId: document._id,
    status: statusOf(document),
    attempt: document.attempt,
    parts: document.parts,
    plan: document.plan,
    unknownSince: document.unknownSince ?? document.callingSince,
    reason: reasonCode,
  };
}

/** News counts like an answer: whatever says that the provider has it settles the row, a failure that nothing contradicts ends it. */
function statusOf({ status, reports }: SendDocument): LedgerRow['status'] {
  const { state } = mergeReports(reports);
  if (status === 'settled' || status === 'streamed') return 'sent';
  if (state !== 'PENDING' && state !== 'FAILED') return 'sent';
  if (status === 'failed' || state === 'FAILED') return 'failed';
  return status === 'calling' ? 'unknown' : 'intended';
}
