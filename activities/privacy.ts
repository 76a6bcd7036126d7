import { heartbeat } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { mediaWorkflowId, workflowsNamedAfter } from '../domain/ids';
import type { CustomerRuns } from '../infra/customer-runs';
import type { ErasureList } from '../infra/erasure-list';
import type { DataKeys } from '../infra/payload-codec';
import type { MediaStore } from '../infra/stores';
import type { ErasableConversation, ErasureStore, JobStore } from '../infra/stores/privacy';
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

/** Whose erasure, and where it is counted: nowhere where it began with an older version. */
interface Job {
  readonly jobId?: string | undefined;
  readonly customerId: string;
}

/** Conversations looked at in one step. */
const STEP = 20;
/** Milliseconds between two signs of life of a long step. */
const BEAT_MS = 10_000;
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

  /** Orders one that is open to end. Nobody runs it where a backup was restored: it is closed here. */
  async function end({ id, workflowIds }: ErasableConversation): Promise<void> {
    if (!(await runs.end(id, workflowIds))) await erasure.closeOrphan(id);
  }

  /** False when there was one. */
  async function endWhatIsOpen(customerId: string): Promise<boolean> {
    let allClosed = true;
    for await (const conversation of everyConversation(customerId)) {
      heartbeat();
      if (conversation.closed) continue;
      allClosed = false;
      await end(conversation);
    }
    return allClosed;
  }

  async function blank(conversations: readonly ErasableConversation[], job: Job): Promise<void> {
    const held = new Set<string>();
    for (const { id, workflowIds } of conversations) {
      const { mediaMessages } = await erasure.blankConversation(id);
      heartbeat();
      for (const each of [...workflowIds, ...mediaMessages.map(mediaWorkflowId)]) held.add(each);
    }
    await forget([...held], job);
    for (const { id } of conversations) await erasure.settleConversation(id);
  }

  /** What is sealed in these workflows with a key of another that held the customer's words goes dark as well: the job destroys them all. */
  async function forget(workflowIds: readonly string[], { jobId, customerId }: Job): Promise<void> {
    const besides = await erasure.workflowsOf(customerId);
    const forgotten = await beating(() => runs.forget(workflowIds, besides));
    if (!forgotten) {
      // By a merge that was on its way, or a message that came as the last one ended, another may have begun while the job ran.
      await endWhatIsOpen(customerId);
      throw stillRuns(customerId);
    }
    await dataKeys.destroy(workflowIds);
    if (jobId !== undefined) await jobs.noteHistories(jobId, forgotten);
  }

  /** Until it is over the server is told that we are at work. */
  async function beating<T>(work: () => Promise<T>): Promise<T> {
    const timer = setInterval(() => heartbeat(), BEAT_MS);
    try {
      return await work();
    } finally {
      clearInterval(timer);
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
      await beating(() => erasure.forgetCustomer(customerId));
    },

    closeConversations: ({ customerId }) => endWhatIsOpen(customerId),

    async blankNext({ jobId, customerId, after }) {
      const page = await erasure.conversations(customerId, after, STEP);
      if (page.length > 0) await blank(page, { jobId, customerId });
      return page.length < STEP ? null : (page.at(-1)?.id ?? null);
    },

    async finishErasure({ jobId, customerId }) {
      // Somebody may have written meanwhile, by what another process still remembered of their address.
      for await (const conversation of everyConversation(customerId)) {
        if (conversation.erased) continue;
        if (!conversation.closed) {
          await end(conversation);
          throw stillRuns(customerId);
        }
        await blank([conversation], { jobId, customerId });
      }
      // Not all that arrived there became a conversation: it may have been handed on, or refused.
      const ids = await erasure.everyIdOf(customerId);
      await forget(ids.flatMap(workflowsNamedAfter), { jobId, customerId });
      await erasure.blankTraces(customerId);
      await jobs.complete(jobId, null);
    },

    async exportCustomer({ jobId, customerId }) {
      await beating(async () => {
        const { mediaId } = await media.put({
          // The same file again after a lost attempt takes the place of the first.
          mediaId: `med_export_${jobId}`,
          stream: customerFile(deps, customerId),
          declaredType: 'application/json',
          fileName: `${customerId}.json`,
          maxBytes: EXPORT_MAX_BYTES,
          owner: { role: 'export', subject: customerId },
        });
        // An erasure that was quicker has not seen the file.
        const late = await erasure.isErased(customerId);
        if (late) await media.remove(mediaId);
        await jobs.complete(jobId, late ? null : mediaId);
      });
    },

    async deleteExport({ jobId }) {
      const job = await jobs.get(jobId);
      if (job?.mediaId) await media.remove(job.mediaId);
      await jobs.expire(jobId);
    },
  } satisfies PrivacyActivities;
}

function stillRuns(customerId: string): ApplicationFailure {
  return ApplicationFailure.retryable(`A run of ${customerId} has not ended yet.`, 'Running');
}
