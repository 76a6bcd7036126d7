import { matches, meets, skillsOf } from './expression';
import type { QueueConfig, StepConfig, Waiting } from './model';
import { isAtWork } from './mrd-states';
import type { RoutingTurn } from './turn';

/** domain.md 6.5: the ordinary steps begin. */
export function openSteps(turn: RoutingTurn, request: Waiting): void {
  request.prefer = null;
  request.stepsOpen = 1;
  request.stepDueAt = nextStepDue(turn, request);
}

/** The newest step's time is over: the next opens in addition. */
export function openNextStep(turn: RoutingTurn, request: Waiting): void {
  request.stepsOpen += 1;
  request.stepDueAt = nextStepDue(turn, request);
}

/** Opens steps at once while the newest has nobody who matches and works, where the step says so. */
export function skipEmptySteps(turn: RoutingTurn, request: Waiting, queue: QueueConfig): void {
  for (;;) {
    const newest = queue.steps[request.stepsOpen - 1];
    const hasNext = request.stepsOpen < queue.steps.length;
    if (!newest?.skipIfNoCandidate || !hasNext || somebodyWorks(turn, request, newest)) return;
    openNextStep(turn, request);
  }
}

/** Steps that are open, in the order in which candidates are looked for. A queue that shrank has fewer than were opened. */
export function openStepsOf(
  queue: QueueConfig | undefined,
  request: Waiting,
): readonly StepConfig[] {
  return queue?.steps.slice(0, request.stepsOpen) ?? [];
}

export function matchesStep(
  turn: RoutingTurn,
  request: Pick<Waiting, 'attributes'>,
  step: StepConfig,
  agentId: string,
): boolean {
  const skillOf = skillsOf(turn.state.config, agentId);
  return matches(step.expression, skillOf) && meets(request.attributes, skillOf);
}

function somebodyWorks(turn: RoutingTurn, request: Waiting, step: StepConfig): boolean {
  for (const agentId of turn.state.serving.get(request.mrdId) ?? []) {
    const state = turn.state.agents.get(agentId)?.mrds.get(request.mrdId)?.state;
    if (state && isAtWork(state) && matchesStep(turn, request, step, agentId)) return true;
  }
  return false;
}

/** The last step has no timer: the request's TTL bounds the whole wait. */
function nextStepDue({ state, now }: RoutingTurn, request: Waiting): number | null {
  const steps = state.config.queues[request.queueId ?? '']?.steps ?? [];
  const newest = steps[request.stepsOpen - 1];
  return newest && request.stepsOpen < steps.length ? now + newest.timeoutSeconds * 1000 : null;
}
