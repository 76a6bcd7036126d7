import { heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { mediaWorkflowId } from '../domain/ids';
import type { CustomerRuns } from '../infra/customer-runs';
import type { ErasureList } from '../infra/erasure-list';
import type { DataKeys } from '../infra/payload-codec';
import type { MediaStore } from '../infra/stores';
import type { ErasureStore, JobStore } from '../infra/stores/privacy';
import { type CustomerFileDeps, customerFile } from './customer-file';
import type { PrivacyActivities } from './types';

export interface PrivacyDeps extends CustomerFileDeps {
  readonly media: Pick<MediaStore, 'get' | 'put' | 'remove'>;
  readonly erasure: ErasureStore;
  readonly jobs: JobStore;
  readonly dataKeys: Pick<DataKeys, 'destroy'>;
  readonly runs: CustomerRuns;
  readonly erasures: Pick<ErasureList, 'add'>;
  readonly logger: { warn(fields: object, message: string): void };
}

/** Conversations looked at in one step. */
const STEP = 20;
/** An export has every medium in it. */
const EXPORT_MAX_BYTES = 2 ** 40;

/** Export and erasure, on the task queue `housekeeping`. All idempotent. */
export function createPrivacyActivities(deps: PrivacyDeps) {
  const { erasure, jobs, runs, media, dataKeys, erasures, logger } = deps;

  async function* everyConversation(customerId: string) {
    for (let after: string | null = null; ; ) {
      const page = await erasure.conversations(customerId, after, STEP);
      yield* page;
      const last = page.at(-1);
      if (!last || page.length < STEP) return;
      after = last.id;
    }
  }

  return {
    async forgetCustomer({ customerId }) {
      const at = new Date().toISOString();
      const ids = await erasure.everyIdOf(customerId);
      // Not held up by it: what was promised to a person is done. Whoever starts next with a list that can be written completes it.
      await erasures
        .add(ids.map((id) => ({ customerId: id, at })))
        .catch((err: unknown) =>
          logger.warn({ err, customerId }, 'an erasure cannot be listed (PARLEY_ERASURE_LIST)'),
        );
      await erasure.forgetCustomer(customerId);
    },

    async closeConversations({ customerId }) {
      let allClosed = true;
      for await (const { id, workflowIds, closed } of everyConversation(customerId)) {
        heartbeat();
        if (closed) continue;
        allClosed = false;
        // Nobody runs it where a backup was restored: it is closed by the next look.
        if (!(await runs.end(id, workflowIds))) await erasure.closeOrphan(id);
      }
      return allClosed;
    },

    async blankNext({ customerId, after }) {
      const page = await erasure.conversations(customerId, after, STEP);
      for (const { id, workflowIds } of page) {
        const { mediaMessages } = await erasure.blankConversation(id);
        heartbeat();
        const held = [...workflowIds, ...mediaMessages.map(mediaWorkflowId)];
        if (!(await runs.forget(held)))
          throw ApplicationFailure.retryable(`A run of ${id} has not ended yet.`, 'Running');
        await dataKeys.destroy(held);
        await erasure.settleConversation(id);
      }
      return page.length < STEP ? null : (page.at(-1)?.id ?? null);
    },

    async finishErasure({ jobId, customerId }) {
      await erasure.blankTraces(customerId);
      await jobs.complete(jobId, null);
    },

    async exportCustomer({ jobId, customerId }) {
      const beating = setInterval(() => heartbeat(), 10_000);
      try {
        const { mediaId } = await media.put({
          // The same file again after a lost attempt takes the place of the first.
          mediaId: `med_export_${jobId}`,
          stream: customerFile(deps, customerId),
          declaredType: 'application/json',
          fileName: `${customerId}.json`,
          maxBytes: EXPORT_MAX_BYTES,
          owner: { role: 'export', subject: customerId },
        });
        await jobs.complete(jobId, mediaId);
      } finally {
        clearInterval(beating);
      }
    },

    async deleteExport({ jobId }) {
      const job = await jobs.get(jobId);
      if (job?.mediaId) await media.remove(job.mediaId);
      await jobs.expire(jobId);
    },
  } satisfies PrivacyActivities;
}
