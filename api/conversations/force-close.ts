import type { Client } from '@temporalio/client';
import { WorkflowIdConflictPolicy, WorkflowIdReusePolicy } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import type { EndConversation } from '../../domain/conversation/acts';
import { closingWorkflowId, conversationWorkflowId } from '../../domain/ids';
import type { Stores } from '../../infra/stores';
import type { closingWorkflow } from '../../workflows/conversation/closing-workflow';
import {
  CONVERSATION_TASK_QUEUE,
  endConversationSignal,
} from '../../workflows/conversation/messages';
import type { ApiLogger } from '../context';
import type { Ingress } from '../ingress/ingress';
import { durably } from '../ingress/temporal-calls';
import type { ConversationFacts } from './access';
import { createRunHistory } from './run-history';
import { salvaged } from './salvage';

/** Milliseconds after which a run that has not taken the order is taken for one that hears nothing (reliability.md R6). */
const DEAF_AFTER_MS = 30_000;

/**
 * Ends a conversation, whatever its state: an order that is never refused. A run that has not taken an earlier order for 30 s is
 * terminated; `closing:<id>` finishes what it left, and what its customer said unheard opens the next conversation.
 */
export type ForceClose = (facts: ConversationFacts, order: EndConversation) => Promise<void>;

export interface ForceCloseDeps {
  readonly stores: Pick<Stores, 'conversations' | 'timeline' | 'customers'>;
  readonly temporal: Client;
  readonly ingress: Pick<Ingress, 'again'>;
  readonly logger: ApiLogger;
  readonly now: () => Date;
}

export function createForceClose({
  stores,
  temporal,
  ingress,
  logger,
  now,
}: ForceCloseDeps): ForceClose {
  const history = createRunHistory(temporal);

  return async function forceClose(facts, order) {
    const { workflowId, id } = facts;
    const deaf = await durably(temporal, () => history.unheardOrder(workflowId, id));
    if (deaf && now().getTime() - deaf.since.getTime() >= DEAF_AFTER_MS)
      return replace(facts, order, deaf.runId);
    const heard = await Promise.all(
      // It may be finished beside the customer's next one; the order names its conversation, so only that one takes it.
      [workflowId, closingWorkflowId(id)].map((target) => tell(target, order)),
    );
    if (heard.some(Boolean) || (await isClosed(id))) return;
    // Its run has gone without finishing: somebody terminated it.
    await replace(facts, order, null);
  };

  async function tell(workflowId: string, order: EndConversation): Promise<boolean> {
    try {
      await durably(temporal, () =>
        temporal.workflow.getHandle(workflowId).signal(endConversationSignal, order),
      );
      return true;
    } catch (error) {
      if (error instanceof WorkflowNotFoundError) return false;
      throw error;
    }
  }

  async function isClosed(conversationId: string): Promise<boolean> {
    const stored = await stores.conversations.get(conversationId);
    return !stored || stored.state === 'CLOSED';
  }

  /** The customer's words are read before the run is ended, and handed over after: whoever repeats this call repeats all of it. */
  async function replace(
    { id, workflowId }: ConversationFacts,
    order: EndConversation,
    deafRunId: string | null,
  ): Promise<void> {
    logger.warn(
      { conversationId: id, workflowId, runId: deafRunId ?? undefined },
      'a conversation that hears nothing is finished beside its run',
    );
    const stored = await stores.conversations.get(id);
    const words = await durably(temporal, () => history.customerMessages(workflowId));
    if (deafRunId !== null)
      await durably(temporal, () =>
        temporal.workflow.getHandle(workflowId, deafRunId).terminate(`force close of ${id}`),
      );
    if (stored && stored.state !== 'CLOSED') await finish(stored.id, workflowId, order);
    for (const message of words) await ingress.again(customerOf(workflowId), message);
  }

  async function finish(
    conversationId: string,
    workflowId: string,
    order: EndConversation,
  ): Promise<void> {
    const stored = await stores.conversations.get(conversationId);
    if (!stored) return;
    const tail = await stores.timeline.read(conversationId, Math.max(0, stored.lastSeq - 1), TAIL);
    const last = tail.at(-1);
    const tip = last ? { seq: last.seq, hash: last.hash } : { seq: 0, hash: conversationId };
    const record = await stores.customers.get(stored.customerId);
    const customer = {
      id: stored.customerId,
      name: record?.name ?? null,
      anonymous: record?.anonymous ?? true,
      labelPriority: null,
    };
    const carried = salvaged(stored, customer, tip, order, now().toISOString());
    const home = { workflowId, runId: stored.runId };
    await durably(temporal, () =>
      temporal.workflow.start<typeof closingWorkflow>('closingWorkflow', {
        taskQueue: CONVERSATION_TASK_QUEUE,
        workflowId: closingWorkflowId(conversationId),
        workflowIdConflictPolicy: WorkflowIdConflictPolicy.USE_EXISTING,
        workflowIdReusePolicy: WorkflowIdReusePolicy.ALLOW_DUPLICATE,
        args: [{ customerId: stored.customerId, carried, home }],
        staticSummary: `housekeeping of ${conversationId}`,
      }),
    );
  }
}

/** Entries that may lie behind the projection: one archive batch, and more. */
const TAIL = 2000;

/** `conversation:<customerId>`, read backwards. */
function customerOf(workflowId: string): string {
  return workflowId.slice(conversationWorkflowId('').length);
}
