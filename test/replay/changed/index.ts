import { sleep } from '@temporalio/workflow';
import type { ConversationInput } from '../../../workflows/conversation/messages';
import { conversationWorkflow as original } from '../../../workflows/conversation/workflow';

/** The conversation with a change that no live one survives: a timer before everything else. */
export async function conversationWorkflow(input: ConversationInput): Promise<void> {
  await sleep('1 second');
  return original(input);
}
