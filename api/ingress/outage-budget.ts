import { ProblemError } from '../../domain/errors';

/** What one customer may send while MongoDB is down (architecture.md decision 6). */
const MESSAGES_MAX = 200;
const BYTES_MAX = 512 * 1024;
/** Customers of one outage; the identity cache that lets them through is smaller. */
const CUSTOMERS_MAX = 100_000;
/** Milliseconds for which nobody asks a database again that has just not answered: a hot path must not wait for it each time. */
const PAUSE_MS = 1000;
/** Milliseconds that the look-up may take; a copy that slips through is absorbed by the workflow's ring of keys. */
const PATIENCE_MS = 2000;

export interface OutageBudget {
  /**
   * Runs a read of the hot path. While the database does not answer, charges the customer's budget instead and answers `otherwise`;
   * over the budget throws `UNAVAILABLE`, so that the provider holds the rest. `bytes`: what is charged, asked for only then.
   */
  ask<T>(customerId: string, bytes: () => number, read: () => Promise<T>, otherwise: T): Promise<T>;
}

/** One api process's view of a MongoDB outage. It ends with the first read that succeeds, and with it all budgets. */
export function createOutageBudget(now: () => number = Date.now): OutageBudget {
  const spent = new Map<string, { messages: number; bytes: number }>();
  let askAgainAt = 0;

  function charge(customerId: string, bytes: number): void {
    const before = spent.get(customerId) ?? { messages: 0, bytes: 0 };
    const over =
      before.messages + 1 > MESSAGES_MAX ||
      before.bytes + bytes > BYTES_MAX ||
      (before.messages === 0 && spent.size >= CUSTOMERS_MAX);
    if (over) throw new ProblemError('UNAVAILABLE', 'The database does not answer; send it again.');
    spent.set(customerId, { messages: before.messages + 1, bytes: before.bytes + bytes });
  }

  return {
    async ask(customerId, bytes, read, otherwise) {
      if (now() >= askAgainAt) {
        try {
          const answer = await withPatience(read());
          spent.clear();
          return answer;
        } catch (error) {
          if (!isUnavailable(error)) throw error;
          askAgainAt = now() + PAUSE_MS;
        }
      }
      charge(customerId, bytes());
      return otherwise;
    },
  };
}

/** Whether a store says that MongoDB does not answer. */
export function isUnavailable(error: unknown): boolean {
  return error instanceof ProblemError && error.code === 'UNAVAILABLE';
}

async function withPatience<T>(answer: Promise<T>): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const patience = new Promise<never>((_resolve, reject) => {
    timer = setTimeout(
      () => reject(new ProblemError('UNAVAILABLE', 'The database is too slow.')),
      PATIENCE_MS,
    );
  });
  try {
    return await Promise.race([answer, patience]);
  } finally {
    clearTimeout(timer);
    // The loser of the race may still fail; nobody waits for it.
    void answer.catch(() => undefined);
  }
}
