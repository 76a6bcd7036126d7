import type { AgentRow } from './model';
import { countedTasks, ringsIn } from './mrd-states';
import { type RoutingTurn, tell } from './turn';

/**
 * An agent has just been reserved or got a task in `mrdId`: the other MRDs that may be interrupted get no new work meanwhile, and
 * where this one may not be interrupted, the work there is interrupted too (domain.md 6.8). Of two that may interrupt each other the
 * newer has the agent: both at once would leave nobody to be offered anything.
 */
export function interruptOthers(turn: RoutingTurn, agent: AgentRow, mrdId: string): void {
  const { mrds } = turn.state.config;
  const takesAll = mrds[mrdId]?.interruptible === false;
  const own = agent.mrds.get(mrdId);
  for (const [other, mrd] of agent.mrds) {
    const config = mrds[other];
    if (other === mrdId || !config?.interruptible || mrd.interruptedBy.includes(mrdId)) continue;
    mrd.interruptedBy = [...mrd.interruptedBy, mrdId];
    if (own) own.interruptedBy = own.interruptedBy.filter((id) => id !== other);
    if (!takesAll) continue;
    for (const place of agent.places.values())
      if (place.mrdId === other)
        tell(turn, place, {
          type: 'INTERRUPTED',
          agentId: agent.id,
          mrdId,
          reaction: config.onInterrupted,
        });
  }
}

/** Back at nothing in `mrdId`, the others return to what their count gives; held conversations go on, and work that waited has the agent again. */
export function releaseOthers(turn: RoutingTurn, agent: AgentRow, mrdId: string): void {
  if (countedTasks(agent, mrdId) > 0 || ringsIn(turn.state.waiting, agent, mrdId)) return;
  for (const [other, mrd] of agent.mrds) {
    if (!mrd.interruptedBy.includes(mrdId)) continue;
    mrd.interruptedBy = mrd.interruptedBy.filter((id) => id !== mrdId);
    if (mrd.interruptedBy.length > 0) continue;
    if (turn.state.config.mrds[mrdId]?.interruptible !== false) {
      if (countedTasks(agent, other) > 0) interruptOthers(turn, agent, other);
      continue;
    }
    for (const place of agent.places.values())
      if (place.mrdId === other) tell(turn, place, { type: 'FREE', agentId: agent.id });
  }
}
