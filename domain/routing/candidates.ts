import { skillSum, skillsOf } from './expression';
import type { AgentRow, SelectionPolicy, StepConfig, Waiting } from './model';
import { countedTasks, isRoutable } from './mrd-states';
import { matchesStep, openStepsOf } from './steps';
import type { RoutingTurn } from './turn';

/** Names that one list of an explanation holds; of a big team the rest would tell nothing more. */
const EXPLAINED_MAX = 50;

/** Who comes into question for a request, best first, and by which step. */
export interface Choice {
  readonly agentId: string;
  readonly step: number;
  readonly candidates: readonly string[];
  /** All of them, in no order. */
  readonly matching: ReadonlySet<string>;
}

/**
 * Looks through the open steps in order; the first with a candidate decides (domain.md 6.5, 6.6). `candidates` names the
 * best {@link EXPLAINED_MAX}.
 */
export function choose(turn: RoutingTurn, request: Waiting): Choice | null {
  const queue = turn.state.config.queues[request.queueId ?? ''];
  const available = turn.state.available.get(request.mrdId);
  if (!queue || !available?.size) return null;
  for (const [index, step] of openStepsOf(queue, request).entries()) {
    const candidates: Ranked[] = [];
    for (const agentId of available) {
      const agent = turn.state.agents.get(agentId);
      if (!agent || isInside(agent, request) || !matchesStep(turn, request, step, agentId))
        continue;
      candidates.push(rank(turn, request, step, queue.agentSelectionPolicy, agent));
    }
    if (candidates.length === 0) continue;
    const best = bestFirst(candidates);
    const matching = new Set(candidates.map(({ agentId }) => agentId));
    return { agentId: best[0] as string, step: index + 1, candidates: best, matching };
  }
  return null;
}

/** Why each agent of the MRD who is logged in is no candidate now, by reason. */
export function skipped(
  turn: RoutingTurn,
  request: Waiting,
  choice: Pick<Choice, 'matching'> | null,
): Readonly<Record<string, readonly string[]>> {
  const byReason: Record<string, string[]> = {};
  for (const agentId of turn.state.serving.get(request.mrdId) ?? []) {
    const agent = turn.state.agents.get(agentId);
    if (!agent || choice?.matching.has(agentId)) continue;
    const reason = whySkipped(turn, request, agent);
    if (!reason) continue;
    const names = byReason[reason] ?? [];
    byReason[reason] = names;
    if (names.length < EXPLAINED_MAX) names.push(agentId);
  }
  return byReason;
}

function whySkipped(turn: RoutingTurn, request: Waiting, agent: AgentRow): string | null {
  const state = agent.mrds.get(request.mrdId)?.state ?? 'NOT_READY';
  if (isInside(agent, request)) return 'IN_CONVERSATION';
  if (!isRoutable(state)) return state;
  if (!turn.state.available.get(request.mrdId)?.has(agent.id)) return 'AT_CAPACITY';
  const queue = turn.state.config.queues[request.queueId ?? ''];
  const matching = openStepsOf(queue, request).some((step) =>
    matchesStep(turn, request, step, agent.id),
  );
  return matching ? null : 'NO_MATCH';
}

/** An agent who is in the conversation already is no candidate for it. */
function isInside(agent: AgentRow, request: Waiting): boolean {
  return request.presentAgentIds.includes(agent.id) || agent.places.has(request.conversationId);
}

interface Ranked {
  readonly agentId: string;
  /** Smaller is better, from left to right. */
  readonly keys: readonly number[];
}

function rank(
  turn: RoutingTurn,
  request: Waiting,
  step: StepConfig,
  policy: SelectionPolicy,
  agent: AgentRow,
): Ranked {
  const hadTheirTurn = request.avoidAgentIds.includes(agent.id) ? 1 : 0;
  const skill =
    policy === 'LONGEST_AVAILABLE'
      ? 0
      : skillSum(step.expression, skillsOf(turn.state.config, agent.id));
  const bySkill = policy === 'MOST_SKILLED' ? -skill : skill;
  const tasks = countedTasks(agent, request.mrdId);
  const since = agent.mrds.get(request.mrdId)?.availableSince ?? 0;
  return { agentId: agent.id, keys: [hadTheirTurn, bySkill, tasks, since] };
}

/** The best ones in order, without sorting those who will not be named. */
function bestFirst(candidates: Ranked[]): string[] {
  const best: Ranked[] = [];
  for (const candidate of candidates) {
    const last = best[EXPLAINED_MAX - 1];
    if (last && compare(candidate, last) > 0) continue;
    const at = best.findIndex((other) => compare(candidate, other) < 0);
    best.splice(at === -1 ? best.length : at, 0, candidate);
    if (best.length > EXPLAINED_MAX) best.pop();
  }
  return best.map(({ agentId }) => agentId);
}

function compare(a: Ranked, b: Ranked): number {
  for (let index = 0; index < a.keys.length; index += 1) {
    const difference = (a.keys[index] ?? 0) - (b.keys[index] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.agentId < b.agentId ? -1 : 1;
}
