import type { Collection, Db } from 'mongodb';
import type { ReadMark, ReadMarkStore } from '../stores/read-marks';
import { isDuplicateKey } from './unavailable';

/** `_id` is `{conversationId} {channelId}`. Ids and a number alone: erasure leaves it. */
export interface ReadMarkDocument extends ReadMark {
  readonly _id: string;
}
export const readMarksOf = (db: Db): Collection<ReadMarkDocument> => db.collection('read_marks');

export function createReadMarks(db: Db): ReadMarkStore {
  const marks = readMarksOf(db);
  return {
    async raise({ conversationId, channelId, customerId, messageId, seq }) {
      try {
        await marks.updateOne(
          { _id: keyOf(conversationId, channelId), seq: { $lt: seq } },
          { $set: { conversationId, channelId, customerId, messageId, seq } },
          { upsert: true },
        );
      } catch (error) {
        // There is one that stands as high or higher.
        if (!isDuplicateKey(error)) throw error;
      }
    },
    async of(channelId, conversationIds) {
      if (conversationIds.length === 0) return [];
      const ids = conversationIds.map((id) => keyOf(id, channelId));
      return marks
        .find({ _id: { $in: ids } })
        .project<ReadMark>({ _id: 0 })
        .toArray();
    },
  };
}

function keyOf(conversationId: string, channelId: string): string {
  return `${conversationId} ${channelId}`;
}
