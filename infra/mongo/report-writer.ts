import { type AnyBulkWriteOperation, type Db, MongoBulkWriteError } from 'mongodb';
import { taskView } from '../../domain/conversation/view';
import { type RowChange, rowsOf } from '../../domain/reporting/rows';
import type { ServiceLevel } from '../../domain/reporting/service-level';
import type { AppendBatch, ArchiveHead } from '../stores';
import { type ReportDocument, reportsOf, rowKey } from './report-documents';

export interface ReportWriterDeps {
  /** How a queue measures now; null when it is unknown. */
  readonly serviceLevelOf: (queueId: string) => ServiceLevel | null;
}

/** The rows of conversations, written with the archive under the same fence (docs/adr/0004-archive-by-local-activity.md). */
export interface ReportWriter {
  /** One command, none when nothing reportable changed. Idempotent; what a newer write has put stays. */
  write(batch: AppendBatch): Promise<void>;
  /** Takes away rows that began above the head in attempts that were lost: those older than ours. */
  removeLeftovers(batch: AppendBatch): Promise<void>;
  /** Takes away what this write began, since it turned out to be the lost one. */
  removeOwn(batch: AppendBatch): Promise<void>;
}

type Operation = AnyBulkWriteOperation<ReportDocument>;

export function createReportWriter(db: Db, { serviceLevelOf }: ReportWriterDeps): ReportWriter {
  const reports = reportsOf(db);

  async function put(operations: readonly Operation[]): Promise<readonly Operation[]> {
    try {
      await reports.bulkWrite([...operations], { ordered: false });
      return [];
    } catch (error) {
      return refusedOf(error).flatMap((index) => operations[index] ?? []);
    }
  }

  return {
    async write(batch) {
      const operations = rowsOf(batch).map((change) => upsert(change, batch, serviceLevelOf));
      if (operations.length === 0) return;
      const refused = await put(operations);
      // Each is newer already, or another first write came in between: the second try tells.
      if (refused.length > 0) await put(refused);
    },
    async removeLeftovers({ conversationId, head, fence }) {
      await reports.deleteMany({ ...above(conversationId, head), fence: { $lt: fence } });
    },
    async removeOwn({ conversationId, head, fence }) {
      await reports.deleteMany({ ...above(conversationId, head), fence });
    },
  };
}

function above(conversationId: string, { seq }: ArchiveHead) {
  return { conversationId, seq: { $gt: seq } };
}

/** A row that is newer than the change does not fit the filter: then the upsert meets it and is refused by `_id`. */
function upsert(
  { entity, id, at, seq, agentId, set, task }: RowChange,
  { conversationId, fence }: AppendBatch,
  serviceLevelOf: ReportWriterDeps['serviceLevelOf'],
): Operation {
  const writtenAt = new Date(fence).toISOString();
  const columns = Object.entries(set).map(([column, value]) => [`row.${column}`, value]);
  const level = task?.queueId ? { serviceLevel: serviceLevelOf(task.queueId) } : {};
  return {
    updateOne: {
      filter: {
        _id: rowKey(entity, id),
        $or: [{ fence: { $lt: fence } }, { fence, lastSeq: { $lte: seq } }],
      },
      update: {
        $set: {
          ...Object.fromEntries(columns),
          entity,
          at,
          conversationId,
          fence,
          lastSeq: seq,
          updatedAt: writtenAt,
          ...(agentId === undefined ? {} : { agentId }),
          ...(task ? { task: taskView(conversationId, task) } : {}),
        },
        $min: { seq },
        $setOnInsert: { createdAt: writtenAt, ...level },
      },
      upsert: true,
    },
  };
}

/** Which operations `_id` refused. Throws what is anything else. */
function refusedOf(error: unknown): readonly number[] {
  if (!(error instanceof MongoBulkWriteError)) throw error;
  const errors = [error.writeErrors].flat();
  if (errors.length === 0 || errors.some(({ code }) => code !== 11_000)) throw error;
  return errors.map(({ index }) => index);
}
