import type { Client } from '@temporalio/client';
import { WorkflowNotFoundError } from '@temporalio/common';
import { agentActedSignal } from '../../workflows/conversation/messages';
import { durably } from '../ingress/temporal-calls';
import type { ConversationFacts } from './access';

/** Agents remembered, each in one conversation. */
const REMEMBERED_LIMIT = 20_000;
/** Milliseconds in which one sign is enough: the shortest idle time is a minute, and each sign costs history. */
const QUIET_MS = 20_000;

/** Tells a conversation that a PRIMARY agent reads, so that the agent is not taken for gone (domain.md 5.1). Throws `UNAVAILABLE`. */
export type ShowReading = (facts: ConversationFacts, agentId: string) => Promise<void>;

export function createReadSigns(temporal: Client, now: () => Date): ShowReading {
  const shown = new Map<string, number>();

  return async function showReading({ id, workflowId, open, present }, agentId) {
    if (!open || present.get(agentId) !== 'PRIMARY') return;
    const key = `${id} ${agentId}`;
    const at = now().getTime();
    if (at - (shown.get(key) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    try {
      await durably(temporal, () =>
        temporal.workflow
          .getHandle(workflowId)
          .signal(agentActedSignal, { conversationId: id, agentId }),
      );
    } catch (error) {
      // It has just ended: there is nobody to take for gone any more.
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
    shown.delete(key);
    shown.set(key, at);
    const oldest = shown.size > REMEMBERED_LIMIT ? shown.keys().next().value : undefined;
    if (oldest !== undefined) shown.delete(oldest);
  };
}
