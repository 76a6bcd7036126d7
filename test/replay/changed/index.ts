import { sleep } from '@temporalio/workflow';
import type { ConversationInput } from '../../../workflows/conversation/messages';
import { conversationWorkflow as original } from '../../../workflows/conversation/workflow';
import type { RoutingInput } from '../../../workflows/routing/messages';
import { routingWorkflow as originalRouting } from '../../../workflows/routing/workflow';

/** The conversation with a change that no live one survives: a timer before everything else. */
export async function conversationWorkflow(input: ConversationInput): Promise<void> {
  await sleep('1 second');
  return original(input);
}

/** Routing with the same change. */
export async function routingWorkflow(input: RoutingInput): Promise<void> {
  await sleep('1 second');
  return originalRouting(input);
}
