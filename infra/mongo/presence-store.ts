import type { Db } from 'mongodb';
import { PRESENCE_MS, PRESENCE_RENEWAL_MS } from '../../domain/routing/presence';
import type { PresenceStore } from '../stores/routing';
import { presenceOf } from './collections';
import { fromNow } from './server-time';

/** How long a lease lasts, ms. */
const LEASE_MS = PRESENCE_MS + PRESENCE_RENEWAL_MS;

/**
 * Presence leases of agents, by the database's clock: a process whose own clock was wrong for a while leaves nobody present for ever.
 */
export function createPresenceStore(db: Db): PresenceStore {
  const presence = presenceOf(db);
  return {
    async renew(agentId) {
      const expiresAt = fromNow(LEASE_MS);
      await presence.updateOne({ _id: agentId }, [{ $set: { expiresAt } }], { upsert: true });
    },

    async leases(agentIds) {
      if (agentIds.length === 0) return new Map();
      const leases = await presence.find({ _id: { $in: [...agentIds] } }).toArray();
      return new Map(leases.map(({ _id, expiresAt }) => [_id, expiresAt.toISOString()]));
    },
  };
}
