import type { ClientSession, Db, Filter } from 'mongodb';
import { randomId } from '../random-id';
import type { AuditLog } from '../stores';
import { type AuditDocument, auditOf } from './collections';
import { decodeCursor, encodeCursor, olderThan, pageOf } from './page';

/** Rows that stores write with a change of their own, in its transaction. */
export interface AuditTrail {
  insert(
    row: {
      readonly actorId: string;
      readonly action: string;
      readonly target: string;
      readonly before?: unknown;
      readonly after?: unknown;
    },
    session: ClientSession,
  ): Promise<void>;
}

/** Who did what, when. Callers mask secrets before they hand a row over. */
export function createAuditLog(db: Db, now: () => Date): AuditLog & AuditTrail {
  const audit = auditOf(db);
  return {
    async record(row) {
      await audit.insertOne({ _id: randomId('aud_'), at: now().toISOString(), ...row });
    },

    async insert({ actorId, action, target, before, after }, session) {
      const actor = { type: actorTypeOf(actorId), id: actorId };
      await audit.insertOne(
        { _id: randomId('aud_'), at: now().toISOString(), actor, action, target, before, after },
        { session },
      );
    },

    async list({ actorId, action, target, from, to }, { limit, cursor }) {
      const conditions: Filter<AuditDocument>[] = [];
      if (actorId !== undefined) conditions.push({ 'actor.id': actorId });
      if (action !== undefined) conditions.push({ action });
      if (target !== undefined) conditions.push({ target });
      if (from !== undefined) conditions.push({ at: { $gte: from } });
      if (to !== undefined) conditions.push({ at: { $lt: to } });
      if (cursor) {
        const [at, id] = decodeCursor('audit', cursor, ['string', 'string']);
        conditions.push(olderThan('at', at, id));
      }
      const rows = await audit
        .find(conditions.length > 0 ? { $and: conditions } : {})
        .sort({ at: -1, _id: -1 })
        .limit(limit + 1)
        .toArray();
      const shown = ({ _id: id, ...row }: AuditDocument) => ({ id, ...row });
      return pageOf(rows, limit, shown, ({ at, _id }) => encodeCursor('audit', [at, _id]));
    },
  };
}

function actorTypeOf(actorId: string): string {
  return actorId === 'admin' ? 'OPERATOR' : 'AGENT';
}
