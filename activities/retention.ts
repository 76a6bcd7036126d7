import { heartbeat } from '@temporalio/activity';
import { mediaWorkflowId } from '../domain/ids';
import type { CustomerRuns } from '../infra/customer-runs';
import type { DataKeys } from '../infra/payload-codec';
import type { AuditLog, ConfigStore } from '../infra/stores';
import type { DueConversation, RetentionStore } from '../infra/stores/privacy';
import type { RetentionActivities } from './types';

export interface RetentionDeps {
  readonly config: Pick<ConfigStore, 'list'>;
  readonly retention: RetentionStore;
  readonly audit: Pick<AuditLog, 'record'>;
  readonly dataKeys: Pick<DataKeys, 'destroy'>;
  readonly runs: Pick<CustomerRuns, 'forget' | 'forgetEnded'>;
}

/** Conversations in one step. */
const STEP = 50;
const DAY_MS = 86_400_000;
const PAGE = 200;
const RETENTION = { type: 'APP', id: 'retention' } as const;

/** Conversations that are older than their channels keep them, on the task queue `housekeeping`. Idempotent. */
export function createRetentionActivities(deps: RetentionDeps) {
  const { config, retention, audit, dataKeys, runs } = deps;

  /** By channel: what closed before it is over. Channels that keep everything are not in it. */
  async function cutoffsAt(at: string): Promise<ReadonlyMap<string, string>> {
    const cutoffs = new Map<string, string>();
    for (let cursor: string | null | undefined; cursor !== null; ) {
      const page = await config.list('channels', { limit: PAGE, cursor });
      for (const { id, retentionDays } of page.items)
        if (typeof retentionDays === 'number')
          cutoffs.set(id, new Date(Date.parse(at) - retentionDays * DAY_MS).toISOString());
      cursor = page.nextCursor;
    }
    return cutoffs;
  }

  /** False: something of it still runs, and it waits for the next day. */
  async function retire(due: DueConversation): Promise<boolean> {
    const { mediaMessages } = await retention.blankConversation(due.id);
    const held = [...due.ownWorkflowIds, ...mediaMessages.map(mediaWorkflowId)];
    if (!(await runs.forget(held))) return false;
    // The key stays: the customer's next conversation is sealed with it.
    await runs.forgetEnded(due.workflowId, due.cutoff);
    await dataKeys.destroy(held);
    const target = `conversations/${due.id}`;
    await audit.record({ actor: RETENTION, action: 'conversation.retired', target });
    await retention.settleConversation(due.id);
    return true;
  }

  return {
    async retireNext({ at, after }) {
      const { items, next } = await retention.due(await cutoffsAt(at), after, STEP);
      let retired = 0;
      for (const due of items) {
        heartbeat();
        if (await retire(due)) retired += 1;
      }
      return { retired, next };
    },
  } satisfies RetentionActivities;
}
