import type { Stores } from '../../infra/stores';
import type { ApiLogger } from '../context';
import { isUnavailable } from '../ingress/outage-budget';
import type { Principal } from '../principal';

type Row = Parameters<Stores['audit']['record']>[0];

/** One row for each act of a person. Bots and connectors are no persons: the timeline has what they did. */
export interface AuditTrail {
  record(
    principal: Principal,
    action: string,
    target: string,
    requestId: string,
    after?: Readonly<Record<string, unknown>>,
  ): Promise<void>;
}

/** Rows that wait for the database to come back. Acts go on without it, so their rows must not stop them. */
const WAITING_LIMIT = 10_000;
const RETRY_MS = 2000;

export function createAuditTrail(audit: Stores['audit'], logger: ApiLogger): AuditTrail {
  const waiting: Row[] = [];
  let retrying = false;

  async function flush(): Promise<void> {
    for (let row = waiting[0]; row; row = waiting[0]) {
      try {
        await audit.record(row);
        waiting.shift();
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        return later();
      }
    }
  }
  function later(): void {
    if (retrying) return;
    retrying = true;
    setTimeout(() => {
      retrying = false;
      flush().catch((err: unknown) => logger.error({ err }, 'audit rows cannot be written'));
    }, RETRY_MS).unref();
  }

  return {
    async record(principal, action, target, requestId, after) {
      if (!['agent', 'supervisor', 'operator', 'admin'].includes(principal.role)) return;
      const { role: type, subject: id } = principal;
      const row = { actor: { type, id }, action, target, requestId, ...(after ? { after } : {}) };
      try {
        await audit.record(row);
      } catch (error) {
        if (!isUnavailable(error)) throw error;
        if (waiting.length < WAITING_LIMIT) waiting.push(row);
        else logger.error({ requestId, reason: action }, 'an audit row was lost: too many wait');
        later();
      }
    },
  };
}
