import type { AgentRow, AgentStateName, MrdStateName, RoutingConfig, Waiting } from './model';

/** Tasks that an agent may have at a time in an MRD; 0 = never routable (domain.md 6.8). */
export function capacityOf(config: RoutingConfig, agentId: string, mrdId: string): number {
  const { capacity = {} } = config.agents[agentId] ?? {};
  const own = capacity[mrdId];
  if (own !== undefined) return own;
  for (const _ in capacity) return 0; // serves others only
  return config.mrds[mrdId]?.maxTasks ?? 0;
}

/** The MRDs that an agent serves: those named, or all when none is. */
export function mrdsOf(config: RoutingConfig, agentId: string): readonly string[] {
  const named = Object.keys(config.agents[agentId]?.capacity ?? {});
  return named.length > 0 ? named : Object.keys(config.mrds);
}

/** What a state is made of. */
export interface MrdFacts {
  readonly agent: AgentStateName;
  readonly wanted: boolean;
  readonly interrupted: boolean;
  /** An offer rings. */
  readonly ringing: boolean;
  /** Counted tasks, the ringing offer not among them. */
  readonly tasks: number;
  readonly capacity: number;
}

/** The table of domain.md 6.8: a function of facts, so that no change can be forgotten. */
export function mrdState(facts: MrdFacts): MrdStateName {
  const { agent, wanted, interrupted, ringing, tasks, capacity } = facts;
  if (agent === 'LOGOUT' || agent === 'UNKNOWN') return agent;
  if (!wanted || capacity === 0) return tasks > 0 || ringing ? 'PENDING_NOT_READY' : 'NOT_READY';
  if (ringing) return 'RESERVED';
  if (interrupted) return 'INTERRUPTED';
  if (tasks >= capacity) return 'BUSY';
  return tasks > 0 ? 'ACTIVE' : 'READY';
}

export function mrdStateOf(
  config: RoutingConfig,
  waiting: ReadonlyMap<string, Waiting>,
  agent: AgentRow,
  mrdId: string,
): MrdStateName {
  const mrd = agent.mrds.get(mrdId);
  return mrdState({
    agent: agent.state,
    wanted: mrd?.wanted ?? false,
    interrupted: (mrd?.interruptedBy.length ?? 0) > 0,
    ringing: ringsIn(waiting, agent, mrdId),
    tasks: countedTasks(agent, mrdId),
    capacity: capacityOf(config, agent.id, mrdId),
  });
}

export function countedTasks(agent: AgentRow, mrdId: string): number {
  if (agent.places.size === 0) return 0;
  let count = 0;
  for (const place of agent.places.values()) if (place.counts && place.mrdId === mrdId) count += 1;
  return count;
}

export function ringsIn(
  waiting: ReadonlyMap<string, Waiting>,
  agent: AgentRow,
  mrdId: string,
): boolean {
  for (const taskId of agent.ringing) if (waiting.get(taskId)?.mrdId === mrdId) return true;
  return false;
}

/** Whether an agent in this state works, or could: for `skipIfNoCandidate` and the estimated wait. */
export function isAtWork(state: MrdStateName): boolean {
  return state === 'READY' || state === 'RESERVED' || state === 'ACTIVE' || state === 'BUSY';
}

/** Whether it gets new offers. */
export function isRoutable(state: MrdStateName): boolean {
  return state === 'READY' || state === 'ACTIVE';
}
