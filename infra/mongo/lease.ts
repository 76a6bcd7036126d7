import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import type { Lease } from '../stores/webhooks';
import { isDuplicateKey } from './unavailable';

interface LeaseDocument {
  readonly _id: string;
  readonly owner: string;
  readonly expiresAt: Date;
}

/** A lease by name, which lapses `seconds` after it was last taken. */
export function createLease(db: Db, name: string, seconds: number, now: () => Date): Lease {
  const leases: Collection<LeaseDocument> = db.collection('leases');
  const owner = randomUUID();
  return {
    async take() {
      const expiresAt = new Date(now().getTime() + seconds * 1000);
      const free = { _id: name, $or: [{ owner }, { expiresAt: { $lt: now() } }] };
      try {
        await leases.updateOne(free, { $set: { owner, expiresAt } }, { upsert: true });
        return true;
      } catch (error) {
        if (isDuplicateKey(error)) return false; // somebody else's, and running
        throw error;
      }
    },
    async release() {
      await leases.deleteOne({ _id: name, owner });
    },
  };
}
