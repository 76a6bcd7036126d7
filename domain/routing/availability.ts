import type { AgentRow, AgentStateName, MrdStateName } from './model';
import { capacityOf, countedTasks, isRoutable, mrdStateOf } from './mrd-states';
import { setOf } from './state';
import type { RoutingTurn } from './turn';

/**
 * Brings what follows from an agent's facts up to date: the state in each MRD, who may get an offer, and the changes that reports
 * are told.
 */
export function refresh(turn: RoutingTurn, agent: AgentRow): void {
  const { config, waiting, serving, available } = turn.state;
  for (const [mrdId, mrd] of agent.mrds) {
    const state = mrdStateOf(config, waiting, agent, mrdId);
    if (state !== mrd.state) {
      if (isRoutable(state) && !isAtOffers(mrd.state)) mrd.availableSince = turn.now;
      showMrd(turn, agent, mrdId, mrd.state, state, mrd.since);
      mrd.state = state;
      mrd.since = turn.now;
    }
    setOf(serving, mrdId).add(agent.id);
    const free = countedTasks(agent, mrdId) < capacityOf(config, agent.id, mrdId);
    if (isRoutable(state) && free) setOf(available, mrdId).add(agent.id);
    else setOf(available, mrdId).delete(agent.id);
  }
}

/** Between these an agent is routable all along; the end of an offer or a task says itself when that was. */
function isAtOffers(state: MrdStateName): boolean {
  return isRoutable(state) || state === 'RESERVED' || state === 'BUSY';
}

/** The agent's own state; that of the MRDs follows with {@link refresh}. */
export function setState(
  turn: RoutingTurn,
  agent: AgentRow,
  to: AgentRow['state'],
  reason: string | null,
): void {
  const before = { ...agent };
  agent.reason = reason;
  if (before.state === to) return;
  agent.state = to;
  showAgent(turn, before, to, reason);
  agent.since = turn.now;
}

/** The agent is logged out: gone from everywhere. */
export function forget(turn: RoutingTurn, agent: AgentRow, reason: string | null): void {
  const { agents, serving, available } = turn.state;
  showAgent(turn, agent, 'LOGOUT', reason);
  agent.reason = reason;
  for (const [mrdId, mrd] of agent.mrds) {
    showMrd(turn, agent, mrdId, mrd.state, 'LOGOUT', mrd.since);
    serving.get(mrdId)?.delete(agent.id);
    available.get(mrdId)?.delete(agent.id);
  }
  agents.delete(agent.id);
}

function showAgent(
  turn: RoutingTurn,
  before: Pick<AgentRow, 'id' | 'loginAt' | 'state' | 'since' | 'reason'>,
  to: AgentStateName,
  reason: string | null,
): void {
  turn.effects.push({
    type: 'stateChanged',
    agentId: before.id,
    mrdId: null,
    loginAt: before.loginAt,
    from: before.state,
    since: before.since,
    fromReason: before.reason,
    to,
    reason,
  });
}

function showMrd(
  turn: RoutingTurn,
  { id, loginAt }: AgentRow,
  mrdId: string,
  from: MrdStateName,
  to: MrdStateName,
  since: number,
): void {
  turn.effects.push({
    type: 'stateChanged',
    agentId: id,
    mrdId,
    loginAt,
    from,
    since,
    fromReason: null,
    to,
    reason: null,
  });
}
