import type { Db } from 'mongodb';
import type { DeliveryStore } from '../stores';
import { optOutsOf, recipientKey } from './send-documents';
import { isDuplicateKey } from './unavailable';

/** Words of one recipient of which copies are known. */
const RECENT_KEYS_LIMIT = 20;

/** What recipients say about being written to, where sends look for it (channel-marks.ts). */
export function createConsents(db: Db, now: () => Date): Pick<DeliveryStore, 'reportConsent'> {
  const optOuts = optOutsOf(db);
  return {
    async reportConsent({ channelId, recipient, kind, eventKey, at }) {
      const _id = recipientKey(channelId, recipient);
      const news = { _id, keys: { $ne: eventKey }, heardAt: { $not: { $gt: at } } };
      const change =
        kind === 'optedOut'
          ? { $set: { at: now().toISOString(), asked: true, heardAt: at } }
          : { $set: { heardAt: at }, $unset: { at: true, asked: true } as const };
      const $push = { keys: { $each: [eventKey], $slice: -RECENT_KEYS_LIMIT } };
      try {
        await optOuts.updateOne(news, { ...change, $push }, { upsert: true });
      } catch (error) {
        if (!isDuplicateKey(error)) throw error; // a copy, or older than what is known
      }
    },
  };
}
