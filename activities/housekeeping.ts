import { activityInfo } from '@temporalio/activity';
import { ApplicationFailure } from '@temporalio/common';
import { ProblemError } from '../domain/errors';
import type { ConversationWorkflows } from '../infra/conversation-workflows';
import type { CustomerStore, MediaStore } from '../infra/stores';
import type { HousekeepingActivities } from './types';

export interface HousekeepingDeps {
  readonly customers: Pick<CustomerStore, 'merge' | 'setLiveIn' | 'settleMerge'>;
  readonly media: Pick<MediaStore, 'fail'>;
  readonly workflows: ConversationWorkflows;
}

/** Acts on other workflows and slow reads, on the task queue `housekeeping`. All idempotent. */
export function createHousekeepingActivities({ customers, media, workflows }: HousekeepingDeps) {
  return {
    handOn: ({ toCustomerId, inbox }) => workflows.handOn(toCustomerId, inbox),

    async mergeRecords(input) {
      try {
        return await customers.merge({
          ...input,
          requestId: activityInfo().workflowExecution?.runId ?? '',
        });
      } catch (error) {
        // CONFLICT and NOT_FOUND are for whoever asked; an outage, or another merge of theirs, is waited out.
        if (error instanceof ProblemError && error.code !== 'UNAVAILABLE')
          throw ApplicationFailure.nonRetryable(error.detail, error.code);
        throw error;
      }
    },

    openConversationOf: ({ customerId }) => workflows.openConversationOf(customerId),
    tellMergeInto: ({ customerId, ...merge }) => workflows.mergeInto(customerId, merge),

    async tellCustomerChanged({ customerId, fromCustomerId, survivor }) {
      const nothingMoves = {
        intoCustomerId: survivor.id,
        intoConversationId: null,
        survivor,
        moveSessions: false,
      };
      await workflows.mergeInto(customerId, { ...nothingMoves, fromCustomerId });
    },

    setLiveIn: ({ customerId, liveIn }) => customers.setLiveIn(customerId, liveIn),
    settleMerge: (merge) => customers.settleMerge(merge),
    recordMediaFailure: ({ mediaId, reason }) => media.fail(mediaId, reason),
  } satisfies HousekeepingActivities;
}
