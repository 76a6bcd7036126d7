import {
  allHandlersFinished,
  condition,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import { Alarm } from './alarm';
import { advanceClosing } from './closing';
import type { ConversationRun } from './conversation-run';
import { detailsOf } from './handlers';
import type { Arrival, Inbox } from './inbox';
import type { KeyRing } from './key-ring';
import type { Inboxed } from './messages';
import { take } from './take';

/** Why the serving of a conversation ended. */
export type Ending =
  /** It is CLOSED and archived. */
  | 'closed'
  /** Continue-as-new is due and the run is at rest. */
  | 'move'
  /** The customer began the next conversation while this one is CLOSING. */
  | 'overtaken';

/** Facts that open a conversation when none is open. */
export const OPENING_FACTS: ReadonlySet<Inboxed['type']> = new Set([
  'customerMessage',
  'channelSessionStarted',
  'startOutbound',
  'sessionsMovedIn',
]);
function opens(arrival: Arrival): arrival is Extract<Arrival, { readonly kind: 'fact' }> {
  return arrival.kind === 'fact' && OPENING_FACTS.has(arrival.fact.type);
}

// Far below the server's hard ends of 51,200 events, 50 MB and 2,000 updates (architecture.md decision 9).
const FULL_EVENTS = 8_192;
const FULL_BYTES = 8_000_000;
const FULL_UPDATES = 1_800;
/** At rest at most this much may be waiting for the archive: it is carried in one payload. */
const CARRIED_BYTES = 262_144;

/** The server suggests continue-as-new, or a newer version of the code was deployed. */
export function moveIsDue(): boolean {
  const { continueAsNewSuggested, targetWorkerDeploymentVersionChanged } = workflowInfo();
  return continueAsNewSuggested || targetWorkerDeploymentVersionChanged;
}
function historyIsFull(inbox: Inbox): boolean {
  const { historyLength, historySize } = workflowInfo();
  return (
    historyLength >= FULL_EVENTS || historySize >= FULL_BYTES || inbox.commands >= FULL_UPDATES
  );
}

/** Works on one conversation until it is closed, has to move, or is overtaken by the customer's next one. */
export async function serve(run: ConversationRun, inbox: Inbox, keys: KeyRing): Promise<Ending> {
  const alarm = new Alarm();
  for (;;) {
    while (!inbox.empty) {
      const arrival = inbox.shift();
      if (!arrival) break;
      if (run.closing && opens(arrival)) {
        inbox.putBack(arrival);
        return 'overtaken';
      }
      const reading = take(arrival, run, keys);
      if (reading) await reading;
    }
    if (alarm.rung) alarm.hush();
    run.fireDeadlines();
    if (run.unsettled) await run.settle();
    if (run.closing) await advanceClosing(run);
    if (run.flushable) await run.flush();
    const full = historyIsFull(inbox);
    const due = moveIsDue() || full;
    if (full) run.hooks.giveUp();
    run.pump(!due || !run.hooks.atRest);
    if (run.unsettled) await run.settle();
    if (!inbox.empty || run.archive.flushable || run.sealIsDue) continue;
    setCurrentDetails(detailsOf(run));
    // What opened a blank one has begun no conversation: nothing here is due or is waited for.
    const over = run.closed || run.blank;
    if (over && run.archive.waitingEntries.length === 0 && !run.outbox.anyInFlight) {
      if (await answered(inbox)) return 'closed';
      continue;
    }
    if (due && atRest(run, full) && (await answered(inbox))) return 'move';

    alarm.set(run.nextDue());
    const seen = run.progress;
    await condition(() => !inbox.empty || alarm.rung || run.progress !== seen);
  }
}

function atRest(run: ConversationRun, full: boolean): boolean {
  if (!run.hooks.atRest || run.outbox.anyInFlight || run.closing) return false;
  if (!full && run.archive.waitingBytes > CARRIED_BYTES) return false;
  run.archive.cancel();
  return true;
}

/** Waits until every caller has its answer; false when more arrived meanwhile. */
async function answered(inbox: Inbox): Promise<boolean> {
  await condition(() => allHandlersFinished() || inbox.anybodyWaits);
  return !inbox.anybodyWaits;
}
