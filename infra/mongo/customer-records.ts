import type { ClientSession } from 'mongodb';
import { ProblemError } from '../../domain/errors';
import type { Mongo } from './client';
import { type CustomerDocument, customersOf } from './collections';
import { indexed } from './customer-document';

/** What is left of somebody who was erased is a tombstone: nothing is written on it, joined to it or merged with it. */
export class ErasedError extends ProblemError {
  constructor() {
    super('CONFLICT', 'The customer was erased.');
  }
}

/** Throws {@link ErasedError}. */
export function refuseErased(...customers: readonly Pick<CustomerDocument, 'erasedAt'>[]): void {
  if (customers.some(({ erasedAt }) => erasedAt !== undefined)) throw new ErasedError();
}

/** Changes of customers in transactions, with what is derived from them brought up to date. */
export interface CustomerRecords {
  transaction<T>(work: (session: ClientSession) => Promise<T>): Promise<T>;
  /** Throws `NOT_FOUND`. */
  existing(session: ClientSession, id: string): Promise<CustomerDocument>;
  /** Throws `NOT_FOUND`, and {@link ErasedError}. */
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
      refuseErased(before);
      const after = indexed({ ...to(before), updatedAt: now().toISOString() });
      await customers.replaceOne({ _id: id }, after, { session });
      return after;
    },
  };
}
