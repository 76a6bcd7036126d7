import { ConversationRun, type Home } from './conversation-run';
import { listen } from './handlers';
import { Inbox } from './inbox';
import { KeyRing } from './key-ring';
import type { Carried } from './messages';
import { serve } from './serve';

/** Start input of `closing:<conversationId>`: the unfinished rest of a conversation in CLOSING. */
export interface ClosingInput {
  readonly customerId: string;
  readonly carried: Carried;
  /** The conversation's own workflow and its last run: views go on naming it. */
  readonly home: Home;
}

/**
 * Finishes the housekeeping of a conversation whose customer has begun the next one (architecture.md decision 1): awaits sends,
 * archives, verifies, seals. It answers the conversation's queries and refuses its updates as the conversation would.
 */
export async function closingWorkflow({ carried, home }: ClosingInput): Promise<void> {
  if (!carried.state) return;
  const run = new ConversationRun(carried.state, carried, home, () => false);
  run.resumeClosing();
  const inbox = new Inbox(carried.inbox);
  listen(inbox, () => run);
  await serve(run, inbox, new KeyRing(carried.keys));
}
