import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { conversationWorkflowId } from '../../domain/ids';
import type { DeliveryReport, DeliverySignal, DeliveryStore, Stores } from '../../infra/stores';
import { deliveryReceiptSignal } from '../../workflows/conversation/messages';
import { durably } from './temporal-calls';

/**
 * Takes news of a delivery (architecture.md decision 11); whether its message is known. Throws `UNAVAILABLE` when it could not be
 * kept: the provider repeats.
 */
export type TakeReceipt = (report: DeliveryReport) => Promise<boolean>;
/** Takes news of all that a recipient was sent up to a time. Throws as {@link TakeReceipt}. */
export type TakeWatermark = (mark: Parameters<DeliveryStore['reportUpTo']>[0]) => Promise<void>;

export function createReceipts({
  stores,
  temporal,
}: {
  readonly stores: Pick<Stores, 'deliveries'>;
  readonly temporal: Client;
}): { readonly takeReceipt: TakeReceipt; readonly takeWatermark: TakeWatermark } {
  async function tell({ customerId, ...receipt }: DeliverySignal): Promise<void> {
    try {
      await durably(temporal, () =>
        temporal.workflow
          .getHandle(conversationWorkflowId(customerId))
          .signal(deliveryReceiptSignal, receipt),
      );
    } catch (error) {
      // The conversation is over: the row has the news, nobody waits for it.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }

  return {
    async takeReceipt(report) {
      const { known, signal } = await stores.deliveries.report(report);
      if (signal) await tell(signal);
      return known;
    },
    async takeWatermark(mark) {
      for (const signal of await stores.deliveries.reportUpTo(mark)) await tell(signal);
    },
  };
}
