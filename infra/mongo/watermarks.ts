import type { Db } from 'mongodb';
import {
  recipientKey,
  type SendDocument,
  type StoredReport,
  sendsOf,
  watermarksOf,
} from './send-documents';

/** All that a recipient was sent up to `upTo`, ISO UTC of the provider's clock, has got so far. */
export interface Watermark {
  readonly channelId: string;
  readonly recipient: string;
  readonly state: 'DELIVERED' | 'READ';
  readonly upTo: string;
}

/** Parts of one recipient that one watermark may move; they are the newest ones. */
const MOVED_LIMIT = 500;

/** Watermarks of recipients (connectors.md 13.3). Each is kept, so that it also reaches a part whose send is stored later. */
export function createWatermarks(db: Db) {
  const sends = sendsOf(db);
  const watermarks = watermarksOf(db);

  /** Keeps it, and answers what it moves: rows that are out, were sent by then and have not got so far yet. */
  async function raise({ channelId, recipient, state, upTo }: Watermark): Promise<SendDocument[]> {
    const key = recipientKey(channelId, recipient);
    await watermarks.updateOne({ _id: key }, { $max: { [state]: upTo } }, { upsert: true });
    const rows = await sends
      .find({
        recipientKey: key,
        status: 'settled',
        'reports.key': { $nin: ['READ||', `${state}||`] },
      })
      .sort({ createdAt: -1 })
      .limit(MOVED_LIMIT)
      .toArray();
    return rows.filter((row) => sentAt(row) <= upTo);
  }

  /** What the recipient's watermarks say about a row that has just been settled. */
  async function passed(row: SendDocument): Promise<readonly StoredReport[]> {
    const mark = row.recipientKey ? await watermarks.findOne({ _id: row.recipientKey }) : null;
    return (['DELIVERED', 'READ'] as const).flatMap((state) => {
      const upTo = mark?.[state];
      return upTo && sentAt(row) <= upTo ? [reportOf(state, upTo)] : [];
    });
  }

  return { raise, passed, reportOf };
}

function reportOf(state: Watermark['state'], at: string): StoredReport {
  return { key: `${state}||`, state, at, reasonCode: null };
}

/** By the provider's clock where an echo told it, else when the call began: it cannot have been sent before. */
function sentAt({ reports, callingSince, createdAt }: SendDocument): string {
  const told = reports.filter(({ key }) => key.startsWith('SENT|')).map(({ at }) => at);
  return told.sort()[0] ?? callingSince ?? createdAt;
}
