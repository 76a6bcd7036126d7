import { ActivityFailure, ApplicationFailure, proxyActivities } from '@temporalio/workflow';
import type { HousekeepingActivities } from '../../activities/types';
import { HOUSEKEEPING_TASK_QUEUE } from '../conversation/messages';
import type { MergeInput, MergeResult } from './messages';

// Without end: the records are merged in the first step, so the rest must follow however long a part of the system is down.
const housekeeping = proxyActivities<HousekeepingActivities>({
  taskQueue: HOUSEKEEPING_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});

/**
 * Merges one customer into another (domain.md 10.3): first the records, then the conversations. From the first step on messages of
 * both arrive at one place. Starting it again changes nothing. Fails with `CONFLICT` or `NOT_FOUND` when the records refuse.
 */
export async function mergeWorkflow({
  mergedId,
  survivorId,
  actorId,
}: MergeInput): Promise<MergeResult> {
  const { survivor, homes, settled } = await housekeeping
    .mergeRecords({ mergedId, survivorId, actorId })
    .catch(refuse);
  if (settled) return { survivorId, conversationId: null, moved: false };
  const open = await housekeeping.openConversationOf({ customerId: homes.survivor });
  const told = await housekeeping.tellMergeInto({
    customerId: homes.merged,
    intoCustomerId: open === null ? survivor.id : homes.survivor,
    intoConversationId: open,
    survivor,
    moveSessions: open !== null,
  });
  const moved = told?.moved === true;
  const livesOn = moved ? null : (told?.conversationId ?? null);
  await housekeep(survivor.id, homes, livesOn);
  if (open !== null && !moved && livesOn === null) {
    await housekeeping.tellCustomerChanged({
      customerId: homes.survivor,
      fromCustomerId: mergedId,
      survivor,
    });
  }
  await housekeeping.settleMerge({ mergedId, survivorId });
  return { survivorId, conversationId: livesOn ?? open, moved };
}

type Homes = Awaited<ReturnType<HousekeepingActivities['mergeRecords']>>['homes'];

/**
 * The records sent the survivor's messages to the merged customer's workflow, in case its conversation goes on there. Where it does,
 * the workflow itself clears that when it closes: setting it again could come after. Else they go home; to a home that an earlier merge
 * gave them the records sent them already.
 */
async function housekeep(survivorId: string, homes: Homes, livesOn: string | null): Promise<void> {
  const atHome = homes.survivor === survivorId;
  if (livesOn === null && atHome)
    await housekeeping.setLiveIn({ customerId: survivorId, liveIn: null });
  if (livesOn !== null && !atHome)
    await housekeeping.setLiveIn({ customerId: survivorId, liveIn: homes.merged });
}

/** The caller reads the refusal's own type, not that an activity failed. */
function refuse(error: unknown): never {
  if (error instanceof ActivityFailure && error.cause instanceof ApplicationFailure)
    throw error.cause;
  throw error;
}
