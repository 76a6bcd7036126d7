import { mediaWorkflowId, workflowsNamedAfter } from '../domain/ids';
import type { CustomerRuns } from './customer-runs';
import type { ErasureList } from './erasure-list';
import type { Logger } from './logger';
import type { DataKeys } from './payload-codec';
import type { AuditLog } from './stores';
import type { ErasureStore } from './stores/privacy';

export interface RepeatErasuresDeps {
  readonly list: ErasureList;
  readonly erasure: ErasureStore;
  readonly runs: Pick<CustomerRuns, 'end' | 'isRunning'>;
  readonly dataKeys: Pick<DataKeys, 'destroy'>;
  readonly audit: Pick<AuditLog, 'record'>;
  /** Begins the durable job, which does the rest. */
  readonly startErasure: (customerId: string) => Promise<unknown>;
  readonly logger: Pick<Logger, 'info' | 'error'>;
}

/** Conversations looked at in one step. */
const STEP = 100;
const RESTORE = { type: 'APP', id: 'restore' } as const;

/**
 * Before a process serves: erases again whom the list names and the database has back, as it does from a restored backup. The
 * database is clean when this returns, and the keys that came back with it are gone again, so that histories which were left dark are
 * dark; the job that it starts for each of them does the rest. The other way round, the list gets whom it lacks. Idempotent, and
 * harmless in several processes at once.
 */
export async function repeatErasures({
  list,
  erasure,
  runs,
  dataKeys,
  audit,
  startErasure,
  logger,
}: RepeatErasuresDeps): Promise<void> {
  /** A run that goes on needs its key to end. */
  async function darken(workflowIds: readonly string[]): Promise<void> {
    for (const each of workflowIds)
      if (!(await runs.isRunning(each))) await dataKeys.destroy([each]);
  }

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
        const { mediaMessages } = await erasure.blankConversation(id);
        await darken([...workflowIds, ...mediaMessages.map(mediaWorkflowId)]);
      }
      after = page.at(-1)?.id ?? null;
      if (page.length < STEP) break;
    }
    await darken((await erasure.everyIdOf(customerId)).flatMap(workflowsNamedAfter));
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
