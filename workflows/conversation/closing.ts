import type { ArchiveErrorType } from '../../domain/archive/archive-error';
import type { ArchiveHead } from './archive';
import type { ConversationRun } from './conversation-run';
import { failureType, firstLocally } from './locally';

/**
 * One step of the housekeeping of CLOSING (domain.md 11.3), as far as it can go now; the loop calls it again when something moved.
 * `onClosing` -> sessions, tasks, participants end -> accepted sends -> every entry archived -> verified -> sealed.
 */
export async function advanceClosing(run: ConversationRun): Promise<void> {
  if (!run.closingSteps.proceeded) {
    if (!run.hooks.closingDone) return;
    run.beginGrace();
    run.apply({ type: 'closingProceeds' });
  }
  if (!run.outbox.idle) {
    if (new Date(Date.now()).toISOString() < run.closingSteps.graceUntil) return;
    run.outbox.abandonUnsent();
    if (!run.outbox.idle || run.outbox.anyInFlight) return;
  }
  await run.flush();
  if (run.archive.waitingEntries.length > 0) return;
  await seal(run);
}

async function seal(run: ConversationRun): Promise<void> {
  const retry = run.closingRetry;
  run.closingRetry = null;
  if (run.closingSteps.refused && !retry) return; // tried; the `closing` deadline or an operator tries again
  const head = run.archive.confirmed;
  const verdict = await verified(run.state.conversationId, head);
  if (!verdict.ok && !retry?.forced) {
    run.closingSteps.refused = true;
    return;
  }
  run.apply({
    type: 'sealed',
    count: head.seq,
    headHash: head.hash,
    archive: verdict.ok ? 'VERIFIED' : 'INCOMPLETE',
  });
}

/** An attempt that was lost wrote last, with a later clock: not now, but the next one is later still. */
async function verified(
  conversationId: string,
  head: ArchiveHead,
): Promise<{ readonly ok: boolean }> {
  try {
    return await firstLocally('verifyArchive', { conversationId, head, fence: Date.now() });
  } catch (error) {
    if (failureType(error) === ('StaleArchiveWrite' satisfies ArchiveErrorType))
      return { ok: false };
    throw error;
  }
}
