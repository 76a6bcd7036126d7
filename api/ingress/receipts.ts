import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { conversationWorkflowId } from '../../domain/ids';
import type { DeliveryReport, Stores } from '../../infra/stores';
import { deliveryReceiptSignal } from '../../workflows/conversation/messages';
import { durably } from './temporal-calls';

/** Takes news of a delivery (architecture.md decision 11). Throws `UNAVAILABLE` when it could not be kept: the provider repeats. */
export type TakeReceipt = (report: DeliveryReport) => Promise<void>;

export function createReceipts({
  stores,
  temporal,
}: {
  readonly stores: Pick<Stores, 'deliveries'>;
  readonly temporal: Client;
}): TakeReceipt {
  return async function takeReceipt(report) {
    const { signal } = await stores.deliveries.report(report);
    if (!signal) return;
    const { customerId, ...receipt } = signal;
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
  };
}
