import type { Db } from 'mongodb';
import type { PresenceStore } from '../routing-stores';
import { presenceOf } from './collections';

/** How long a lease lasts, ms (domain.md 5.1, `presence`). */
const LEASE_MS = 60_000;

/** Presence leases of agents. A lease only ever moves later: of two processes that renew it the later one wins. */
export function createPresenceStore(db: Db, now: () => Date): PresenceStore {
  const presence = presenceOf(db);
  return {
    async renew(agentId) {
      const expiresAt = new Date(now().getTime() + LEASE_MS);
      await presence.updateOne({ _id: agentId }, { $max: { expiresAt } }, { upsert: true });
    },

    async leases(agentIds) {
      if (agentIds.length === 0) return new Map();
      const leases = await presence.find({ _id: { $in: [...agentIds] } }).toArray();
      return new Map(leases.map(({ _id, expiresAt }) => [_id, expiresAt.toISOString()]));
    },
  };
}
