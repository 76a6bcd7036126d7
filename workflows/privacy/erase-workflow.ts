import { sleep } from '@temporalio/workflow';
import { privacy } from './activities';
import type { PrivacyInput } from './messages';

/** Between two looks at a conversation that is closing, ms: they grow up to the longest. */
const FIRST_LOOK_MS = 1_000;
const LONGEST_LOOK_MS = 60_000;

/**
 * Erases a customer (reliability.md section 11): from the first step on whoever writes from the same address is somebody new, then the
 * open conversation is closed, and everything that was ever closed is blanked. Starting it again changes nothing.
 */
export async function eraseWorkflow({ jobId, customerId }: PrivacyInput): Promise<void> {
  await privacy.forgetCustomer({ customerId });
  for (let wait = FIRST_LOOK_MS; !(await privacy.closeConversations({ customerId })); ) {
    await sleep(wait);
    wait = Math.min(wait * 2, LONGEST_LOOK_MS);
  }
  for (let after: string | null = null; ; ) {
    after = await privacy.blankNext({ jobId, customerId, after });
    if (after === null) break;
  }
  await privacy.finishErasure({ jobId, customerId });
}
