import type { Db } from 'mongodb';
import { PRESENCE_MS, PRESENCE_RENEWAL_MS } from '../../domain/routing/presence';
import type { PresenceStore } from '../stores/routing';
import { presenceOf } from './collections';

/** How long a lease lasts, ms. */
const LEASE_MS = PRESENCE_MS + PRESENCE_RENEWAL_MS;

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
