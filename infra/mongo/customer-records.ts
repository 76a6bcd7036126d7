import type { ClientSession } from 'mongodb';
import { ProblemError } from '../../domain/errors';
import type { Mongo } from './client';
import { type CustomerDocument, customersOf } from './collections';
import { indexed } from './customer-document';

/** Changes of customers in transactions, with what is derived from them brought up to date. */
export interface CustomerRecords {
  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
  /** Throws `NOT_FOUND`. */
  existing(session: ClientSession, id: string): Promise<CustomerDocument>;
  change(
    session: ClientSession,
    id: string,
    to: (before: CustomerDocument) => CustomerDocument,
  ): Promise<CustomerDocument>;
}

export function createCustomerRecords({ client, db }: Mongo, now: () => Date): CustomerRecords {
  const customers = customersOf(db);

  async function existing(session: ClientSession, id: string): Promise<CustomerDocument> {
    const document = await customers.findOne({ _id: id }, { session });
    if (!document) throw new ProblemError('NOT_FOUND', `There is no customer ${id}.`);
    return document;
  }

  return {
    existing,
    transaction: (work) =>
      client.withSession((session) => session.withTransaction(() => work(session))),

    async change(session, id, to) {
      const before = await existing(session, id);
      const after = indexed({ ...to(before), updatedAt: now().toISOString() });
      await customers.replaceOne({ _id: id }, after, { session });
      return after;
    },
  };
}
