import { randomUUID } from 'node:crypto';
import type { Collection, Db } from 'mongodb';
import type { Lease } from '../stores/webhooks';
import { fromNow } from './server-time';
import { isDuplicateKey } from './unavailable';

interface LeaseDocument {
  readonly _id: string;
  readonly owner: string;
  readonly expiresAt: Date;
}

/** A lease by name, which lapses `seconds` after it was last taken, by the database's clock. */
export function createLease(db: Db, name: string, seconds: number): Lease {
  const leases: Collection<LeaseDocument> = db.collection('leases');
  const owner = randomUUID();
  const lapsed = { $lt: ['$expiresAt', '$$NOW'] }; // one that is not there yet has lapsed, too
  const free = { $or: [{ $eq: ['$owner', owner] }, lapsed] };
  const take = {
    owner: { $cond: [free, owner, '$owner'] },
    expiresAt: { $cond: [free, fromNow(seconds * 1000), '$expiresAt'] },
  };
  return {
    async take() {
      const after = { upsert: true, returnDocument: 'after' } as const;
      try {
        const lease = await leases.findOneAndUpdate({ _id: name }, [{ $set: take }], after);
        return lease?.owner === owner;
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
