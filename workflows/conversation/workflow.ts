import {
  continueAsNew,
  makeContinueAsNewFunc,
  ParentClosePolicy,
  proxyActivities,
  startChild,
  uuid4,
  workflowInfo,
} from '@temporalio/workflow';
import type { HousekeepingActivities } from '../../activities/types';
import { open } from '../../domain/conversation/opening';
import { closingWorkflowId, ID_PREFIXES } from '../../domain/ids';
import { closingWorkflow } from './closing-workflow';
import { ConversationRun, homeOfThisRun } from './conversation-run';
import { listen } from './handlers';
import { Inbox } from './inbox';
import { KeyRing } from './key-ring';
import { firstLocally } from './locally';
import {
  type Carried,
  type ConversationInput,
  HOUSEKEEPING_TASK_QUEUE,
  type Inboxed,
} from './messages';
import { moveIsDue, OPENING_FACTS, serve } from './serve';

const housekeeping = proxyActivities<HousekeepingActivities>({
  taskQueue: HOUSEKEEPING_TASK_QUEUE,
  startToCloseTimeout: '30 seconds',
  retry: { initialInterval: '1 second', maximumInterval: '30 seconds' },
});
const CONVERSATION_ID_LENGTH = 24;
const NONE: readonly string[] = [];

/**
 * The customer's conversation: the one place that holds it while it is open (architecture.md decision 1). It listens, serves, and
 * ends with the conversation; what comes while it ends opens the next one under the same workflow id.
 */
export async function conversationWorkflow(input: ConversationInput): Promise<void> {
  const carried = input.carried ?? nothingCarried();
  const inbox = new Inbox(carried.inbox);
  const keys = new KeyRing(carried.keys);
  let run = carried.state ? resume(carried) : null;
  listen(inbox, () => run);

  run ??= await openNext(input.customerId, inbox);
  if (!run) return;
  const ending = await serve(run, inbox, keys);
  if (ending === 'move') {
    const state = { ...run.carry(), inbox: inbox.facts, keys: keys.carry() };
    return moveOn({ customerId: input.customerId, carried: state });
  }
  if (ending === 'overtaken') await handToClosing(run);
  await releaseHome(run, input.customerId);
  if (!inbox.facts.some(({ type }) => OPENING_FACTS.has(type))) return;
  return moveOn({
    customerId: input.customerId,
    carried: { ...nothingCarried(), inbox: inbox.facts, keys: keys.carry() },
  });
}

function resume(carried: Carried): ConversationRun | null {
  return carried.state
    ? new ConversationRun(carried.state, carried, homeOfThisRun(), () => !moveIsDue())
    : null;
}

/**
 * The run's first step: who is the customer, what was before, which of the waiting facts are archived already. Null when nothing
 * opens a conversation here: repeats only, or the customer was merged and lives elsewhere (domain.md 10.3).
 */
async function openNext(customerId: string, inbox: Inbox): Promise<ConversationRun | null> {
  const keys = inbox.facts.flatMap(({ payload }) =>
    'eventKey' in payload ? [{ channelId: payload.channelId, eventKey: payload.eventKey }] : [],
  );
  const conversationId = `${ID_PREFIXES.conversation}${uuid4().replaceAll('-', '').slice(0, CONVERSATION_ID_LENGTH)}`;
  const facts = await firstLocally('loadOpening', { customerId });
  // A workflow task that was lost may have written this very conversation already; what it wrote is written again, not skipped.
  const archived =
    keys.length === 0 ? NONE : await firstLocally('findArchived', { keys, except: conversationId });
  inbox.keepFacts(({ payload }) => !('eventKey' in payload && archived.includes(payload.eventKey)));

  const elsewhere = facts.mergedInto ?? livesIn(facts.liveIn, inbox);
  if (elsewhere && elsewhere !== customerId) {
    await handOn(elsewhere, inbox);
    return null;
  }
  const first = inbox.facts.find(({ type }) => OPENING_FACTS.has(type));
  if (!first) return null;
  inbox.keepFacts(fromFirst(first));
  const opening = {
    conversationId,
    customer: facts.customer,
    direction: first.type === 'startOutbound' ? ('OUTBOUND' as const) : ('INBOUND' as const),
    previous: facts.previous,
  };
  const state = open(opening, new Date(Date.now()).toISOString());
  return resume({ ...nothingCarried(), state, head: { seq: 0, hash: conversationId } });
}

/**
 * Where the customer's conversation lives, if not here. Sessions that come from there have left it: the conversation is to be here, and
 * handing them back would go round for ever. A merged customer's goes to the survivor whatever came.
 */
function livesIn(liveIn: string | null, inbox: Inbox): string | null {
  const cameFromThere = inbox.facts.some(
    ({ type, payload }) =>
      type === 'sessionsMovedIn' && (payload.fromHome ?? payload.fromCustomerId) === liveIn,
  );
  return cameFromThere ? null : liveIn;
}

/** Keeps what came with or after the fact that opens: what came before it has no conversation to be about. */
function fromFirst(first: Inboxed): (fact: Inboxed) => boolean {
  let begun = false;
  return (fact) => {
    begun ||= fact === first;
    return begun;
  };
}

/** Everything here belongs to another customer's workflow; event keys absorb repeats. */
async function handOn(toCustomerId: string, inbox: Inbox): Promise<void> {
  while (!inbox.empty) {
    const facts = inbox.facts;
    inbox.keepFacts(() => false);
    await housekeeping.handOn({ toCustomerId, inbox: facts });
  }
}

/** The customer does not wait for the old housekeeping: it goes on beside the next conversation (domain.md 2.4 rule 3). */
async function handToClosing(run: ConversationRun): Promise<void> {
  run.hooks.cutClosingShort();
  if (!run.closingSteps.proceeded) run.apply({ type: 'closingProceeds' });
  const { conversationId } = run.state;
  const carried = {
    ...nothingCarried(),
    ...run.carry(),
    sends: run.outbox.handOver(),
    pendingHooks: [],
  };
  run.archive.cancel();
  await startChild(closingWorkflow, {
    workflowId: closingWorkflowId(conversationId),
    args: [{ customerId: run.state.customer.id, carried, home: run.home }],
    parentClosePolicy: ParentClosePolicy.ABANDON,
    staticSummary: `housekeeping of ${conversationId}`,
  });
}

/** A merged customer's conversation that lived on here as the survivor's is over: the next one opens in the survivor's workflow. */
async function releaseHome(run: ConversationRun, customerId: string): Promise<void> {
  const livesFor = run.state.customer.id;
  if (livesFor !== customerId) await housekeeping.setLiveIn({ customerId: livesFor, liveIn: null });
}

function nothingCarried(): Carried {
  return {
    state: null,
    inbox: [],
    keys: [],
    unarchived: [],
    head: { seq: 0, hash: '' },
    sends: [],
    pendingHooks: [],
    routingNews: [],
  };
}

/** The next run starts on the current version of the code: a pinned one would stay on this (architecture.md decision 9). */
async function moveOn(input: ConversationInput): Promise<never> {
  const versioned = workflowInfo().currentDeploymentVersion !== undefined;
  if (!versioned) return continueAsNew<typeof conversationWorkflow>(input);
  return makeContinueAsNewFunc<typeof conversationWorkflow>({
    initialVersioningBehavior: 'AUTO_UPGRADE',
  })(input);
}
