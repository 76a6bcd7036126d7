import { createHash } from 'node:crypto';
import type { Db } from 'mongodb';
import { randomId } from '../random-id';
import type { TicketStore } from '../stores';
import { ticketsOf } from './collections';

/** Milliseconds a ticket is good for (reliability.md section 9). */
const LIFE_MS = 30_000;

/** One-use tickets for streams. Only their hashes are stored. */
export function createTicketStore(db: Db, now: () => Date): TicketStore {
  const tickets = ticketsOf(db);
  return {
    async issue(principal, stream) {
      const ticket = randomId('tkt_');
      const expiresAt = new Date(now().getTime() + LIFE_MS);
      await tickets.insertOne({
        _id: hashOf(ticket),
        stream,
        principal: JSON.stringify(principal),
        expiresAt,
      });
      return ticket;
    },

    async redeem(ticket, stream) {
      // Taken out whatever it is good for: a ticket is tried once.
      const found = await tickets.findOneAndDelete({ _id: hashOf(ticket) });
      if (!found || found.stream !== stream || found.expiresAt <= now()) return null;
      return JSON.parse(found.principal) as Awaited<ReturnType<TicketStore['redeem']>>; // written by issue
    },
  };
}

function hashOf(ticket: string): string {
  return createHash('sha256').update(ticket).digest('base64url');
}
