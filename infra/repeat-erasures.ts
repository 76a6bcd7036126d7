import type { CustomerRuns } from './customer-runs';
import type { ErasureList } from './erasure-list';
import type { Logger } from './logger';
import type { AuditLog } from './stores';
import type { ErasureStore } from './stores/privacy';

export interface RepeatErasuresDeps {
  readonly list: ErasureList;
  readonly erasure: ErasureStore;
  readonly runs: Pick<CustomerRuns, 'end'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Begins the durable job, which also deletes histories and keys. */
  readonly startErasure: (customerId: string) => Promise<unknown>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/** Conversations looked at in one step. */
const STEP = 100;
const RESTORE = { type: 'APP', id: 'restore' } as const;

/**
 * Before a process serves: erases again whom the list names and the database has back, as it does from a restored backup. The
 * database is clean when this returns; the job that it starts for each of them does the rest. The other way round, the list gets
 * whom it lacks. Idempotent, and harmless in several processes at once.
 */
export async function repeatErasures({
  list,
  erasure,
  runs,
  audit,
  startErasure,
  logger,
}: RepeatErasuresDeps): Promise<void> {
  const listed = await list.all();
  const back = await erasure.whoIsBack(listed.map(({ customerId }) => customerId));
  for (const customerId of back) {
    await erasure.forgetCustomer(customerId);
    for (let after: string | null = null; ; ) {
      const page = await erasure.conversations(customerId, after, STEP);
      for (const { id, workflowIds, closed } of page) {
        // What still runs is blanked by the job, once it has ended.
        if (!closed && (await runs.end(id, workflowIds))) continue;
        await erasure.closeOrphan(id);
        await erasure.blankConversation(id);
      }
      after = page.at(-1)?.id ?? null;
      if (page.length < STEP) break;
    }
    await erasure.blankTraces(customerId);
    await startErasure(customerId);
    const target = `customers/${customerId}`;
    await audit.record({ actor: RESTORE, action: 'customer.erase', target });
  }
  if (back.length > 0)
    logger.info({ count: back.length }, 'customers who were back from a backup were erased again');
  await complete(list, erasure, logger);
}

/** The list of another machine may have had erasures that this one lacks. */
async function complete(
  list: ErasureList,
  erasure: ErasureStore,
  logger: Pick<Logger, 'error'>,
): Promise<void> {
  const all = [];
  for await (const erased of erasure.erased()) all.push(erased);
  await list.add(all).catch((err: unknown) => {
    logger.error({ err }, 'the list of erasures (PARLEY_ERASURE_LIST) cannot be written');
  });
}
