import { upsertMemo } from '@temporalio/workflow';
import type { ConversationInput } from '../../workflows/conversation/messages';
import { conversationWorkflow as conversation } from '../../workflows/conversation/workflow';
import type { RoutingInput } from '../../workflows/routing/messages';
import { routingWorkflow as routing } from '../../workflows/routing/workflow';

export * from '../../workflows';

/**
 * The next version of the drill. Each run begins with one more command, so that a run that is replayed by the other version fails as
 * non-deterministic; and what it carries has a member that the earlier version does not know, which has to live with it.
 */
export async function conversationWorkflow(input: ConversationInput): Promise<void> {
  upsertMemo({ version: 'next' });
  const state = input.carried?.state;
  if (!input.carried || !state) return conversation(input);
  return conversation({
    ...input,
    carried: { ...input.carried, state: Object.assign({ ofTheNextVersion: 'kept' }, state) },
  });
}

export async function routingWorkflow(input: RoutingInput): Promise<void> {
  upsertMemo({ version: 'next' });
  return routing(input);
}
