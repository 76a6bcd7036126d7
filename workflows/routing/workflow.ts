import {
  allHandlersFinished,
  condition,
  continueAsNew,
  makeContinueAsNewFunc,
  setCurrentDetails,
  workflowInfo,
} from '@temporalio/workflow';
import type { RoutingConfig } from '../../domain/routing/model';
import { PRESENCE_MS, toJudge } from '../../domain/routing/presence';
import { Alarm } from '../conversation/alarm';
import { routingDetails } from './details';
import { listen } from './handlers';
import { RoutingInbox } from './inbox';
import { firstLocally, locally } from './locally';
import type { RoutingInput } from './messages';
import { RoutingRun } from './routing-run';

/** Far below the server's hard ends of 51,200 events and 2,000 updates. */
const FULL_EVENTS = 8_192;
const FULL_BYTES = 8_000_000;
const FULL_UPDATES = 1_500;
/** A look at presence comes no sooner after the last, ms. */
const PRESENCE_LEAST_MS = 5_000;
/** After leases could not be read. */
const PRESENCE_AGAIN_MS = 15_000;

/**
 * The one writer of a routing domain: queues, agents, capacities and offers (architecture.md section 4). It only signals, it never
 * waits for a conversation.
 */
export async function routingWorkflow(input: RoutingInput): Promise<void> {
  const inbox = new RoutingInbox(input.inbox ?? []);
  let run: RoutingRun | null = null;
  listen(inbox, () => run);
  run = new RoutingRun(await loadConfig(), input.carried ?? null, firstNumber());
  run.apply({ type: 'configured', config: run.state.config });
  await serve(run, inbox);
  await moveOn({ domainId: input.domainId, carried: run.carry(), inbox: inbox.facts });
}

/** Until continue-as-new is due and nobody waits for an answer. */
async function serve(run: RoutingRun, inbox: RoutingInbox): Promise<void> {
  const alarm = new Alarm();
  for (;;) {
    for (let arrival = inbox.shift(); arrival; arrival = inbox.shift()) {
      if (arrival.event.type === 'configured') {
        await readAnew(run);
        continue;
      }
      const decided = run.apply(arrival.event);
      arrival.answer?.(decided, run);
    }
    if (alarm.rung) alarm.hush();
    run.apply({ type: 'due' });
    if (run.configurationIsOld) await readAnew(run);
    await lookAfterPresence(run);
    await publish(run);
    if (!inbox.empty || run.hasNews) continue;
    setCurrentDetails(routingDetails(run.state, Date.now()));
    if (isFull(inbox)) {
      await condition(() => allHandlersFinished() || !inbox.empty);
      if (inbox.empty) return;
      continue;
    }
    alarm.set(run.nextDue());
    await condition(() => !inbox.empty || alarm.rung);
  }
}

/** Tells conversations and stores what reads and streams are made of. MongoDB may be down: then only the latter waits. */
async function publish(run: RoutingRun): Promise<void> {
  if (!run.hasNews) return;
  const publication = run.publication();
  run.published(publication, await firstLocally('publishRouting', publication));
}

/** While leases cannot be read nobody is judged absent, and after that everybody has a full lease again. */
async function lookAfterPresence(run: RoutingRun): Promise<void> {
  const now = Date.now();
  if (run.presenceDueAt === null || run.presenceDueAt > now) return;
  const { agents, unknown } = toJudge(run.state.agents.values(), run.leasesSince);
  if (agents.length + unknown.length === 0) {
    run.presenceDueAt = null;
    return;
  }
  try {
    const { lapsed, back, nextAt } = await locally('checkPresence', { agents, unknown, now });
    if (lapsed.length > 0) run.apply({ type: 'presenceLost', agentIds: lapsed });
    if (back.length > 0) run.apply({ type: 'presenceBack', agentIds: back });
    const next = nextAt ?? now + PRESENCE_MS;
    const soonest = unknown.length + lapsed.length > 0 ? now + PRESENCE_AGAIN_MS : next;
    run.presenceDueAt = Math.max(now + PRESENCE_LEAST_MS, Math.min(next, soonest));
  } catch {
    run.leasesSince = now + PRESENCE_AGAIN_MS;
    run.presenceDueAt = now + PRESENCE_AGAIN_MS;
  }
}

async function readAnew(run: RoutingRun): Promise<void> {
  run.configurationIsOld = false;
  run.apply({ type: 'configured', config: await loadConfig() });
}

/**
 * Numbers go on growing also after a lost history: smaller ones would be taken for news that are known already. The run's beginning is
 * the same in every replay, whatever went before.
 */
function firstNumber(): number {
  return workflowInfo().runStartTime.getTime();
}

function loadConfig(): Promise<RoutingConfig> {
  return firstLocally('loadRouting', undefined);
}

function isFull(inbox: RoutingInbox): boolean {
  const info = workflowInfo();
  return (
    info.continueAsNewSuggested ||
    info.targetWorkerDeploymentVersionChanged ||
    info.historyLength >= FULL_EVENTS ||
    info.historySize >= FULL_BYTES ||
    inbox.updates >= FULL_UPDATES
  );
}

async function moveOn(input: RoutingInput): Promise<never> {
  const versioned = workflowInfo().currentDeploymentVersion !== undefined;
  if (!versioned) return continueAsNew<typeof routingWorkflow>(input);
  return makeContinueAsNewFunc<typeof routingWorkflow>({
    initialVersioningBehavior: 'AUTO_UPGRADE',
  })(input);
}
