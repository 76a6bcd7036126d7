import type { LeaveReason } from '../conversation/model';
import type { Refusal } from '../errors';
import { forget, setState } from './availability';
import type { AgentMrd, AgentRow } from './model';
import { capacityOf, mrdsOf } from './mrd-states';
import { requeue } from './offers';
import { handled } from './places';
import { AGENTS_MAX, keepEnded } from './state';
import { type RoutingTurn, touch } from './turn';

/** From UNKNOWN to LOGOUT, ms (domain.md section 15). */
const UNKNOWN_TO_LOGOUT_MS = 900_000;

export function whyNotLogin({ state }: RoutingTurn, agentId: string): Refusal | null {
  const config = state.config.agents[agentId];
  if (!config) return { code: 'NOT_FOUND', detail: 'There is no such agent.' };
  if (!config.enabled) return { code: 'ILLEGAL_STATE', detail: 'The agent is switched off.' };
  if (!state.agents.has(agentId) && state.agents.size >= AGENTS_MAX)
    return { code: 'CONFLICT', detail: `At most ${AGENTS_MAX} agents are logged in.` };
  return null;
}

/** LOGOUT -> NOT_READY. An agent who is here already stays as is. */
export function login(turn: RoutingTurn, agentId: string, leased: boolean): AgentRow {
  const known = turn.state.agents.get(agentId);
  if (known) {
    known.leased ||= leased;
    return known;
  }
  const agent: AgentRow = {
    id: agentId,
    state: 'NOT_READY',
    reason: null,
    loginAt: turn.now,
    since: turn.now,
    leased,
    mrds: new Map(mrdsOf(turn.state.config, agentId).map((mrdId) => [mrdId, newMrd(turn)])),
    places: new Map(),
    ringing: new Set(),
    logoutDueAt: null,
  };
  turn.state.agents.set(agentId, agent);
  turn.effects.push({
    type: 'stateChanged',
    agentId,
    mrdId: null,
    loginAt: turn.now,
    from: 'LOGOUT',
    since: turn.now,
    fromReason: null,
    to: 'NOT_READY',
    reason: null,
  });
  touch(turn, agent);
  return agent;
}

/** READY: the MRDs that follow the agent, and those that were switched off with work, are on again (domain.md 6.8). */
export function ready(turn: RoutingTurn, agent: AgentRow, reason: string | null): void {
  const before = agent.state;
  setState(turn, agent, 'READY', reason);
  agent.logoutDueAt = null;
  if (before !== 'READY')
    for (const [mrdId, mrd] of agent.mrds)
      if (turn.state.config.mrds[mrdId]?.autoSync || mrd.state === 'PENDING_NOT_READY')
        mrd.wanted = true;
  touch(turn, agent);
}

/** NOT_READY: no new offers anywhere; a ringing one and the work go on. */
export function notReady(turn: RoutingTurn, agent: AgentRow, reason: string | null): void {
  for (const mrd of agent.mrds.values()) mrd.wanted = false;
  setState(turn, agent, 'NOT_READY', reason);
  agent.logoutDueAt = null;
  touch(turn, agent);
}

export function whyNotMrd(
  { state }: RoutingTurn,
  agent: AgentRow | undefined,
  mrdId: string,
  to: 'READY' | 'NOT_READY',
): Refusal | null {
  if (!state.config.mrds[mrdId]) return { code: 'NOT_FOUND', detail: 'There is no such MRD.' };
  if (!agent) return { code: 'ILLEGAL_STATE', detail: 'The agent is not logged in.' };
  if (!agent.mrds.has(mrdId))
    return { code: 'NOT_FOUND', detail: 'The agent does not serve that MRD.' };
  if (to === 'READY' && agent.state !== 'READY')
    return { code: 'ILLEGAL_STATE', detail: `READY needs the agent READY, not ${agent.state}.` };
  return null;
}

/** One MRD on or off. When the last one goes off, so does the agent. */
export function setMrd(
  turn: RoutingTurn,
  agent: AgentRow,
  mrdId: string,
  to: 'READY' | 'NOT_READY',
): void {
  const mrd = agent.mrds.get(mrdId);
  if (!mrd) return;
  mrd.wanted = to === 'READY';
  const { config } = turn.state;
  // One without capacity is NOT_READY whatever was asked of it.
  const allOff = [...agent.mrds].every(
    ([id, { wanted }]) => !wanted || capacityOf(config, agent.id, id) === 0,
  );
  if (allOff && config.mrds[mrdId]?.autoSync) setState(turn, agent, 'NOT_READY', null);
  touch(turn, agent);
}

/** The lease has lapsed: offers are revoked, conversations go back to their queues (domain.md 6.14). */
export function presenceLost(turn: RoutingTurn, agent: AgentRow): void {
  if (agent.state === 'UNKNOWN' || !agent.leased) return;
  takeEverything(turn, agent, 'PRESENCE_LOST');
  for (const mrd of agent.mrds.values()) mrd.wanted = false;
  setState(turn, agent, 'UNKNOWN', 'PRESENCE_LOST');
  agent.logoutDueAt = turn.now + UNKNOWN_TO_LOGOUT_MS;
  touch(turn, agent);
}

/** UNKNOWN -> NOT_READY: nothing is given back by itself. */
export function presenceBack(turn: RoutingTurn, agent: AgentRow): void {
  if (agent.state === 'UNKNOWN') notReady(turn, agent, null);
}

/** Any state -> LOGOUT. `leave` is how the agent's conversations see it. */
export function logout(
  turn: RoutingTurn,
  agent: AgentRow,
  leave: Extract<LeaveReason, 'LOGOUT' | 'FORCE_LOGOUT' | 'PRESENCE_LOST'>,
  reason: string | null,
): void {
  takeEverything(turn, agent, leave);
  touch(turn, agent);
  forget(turn, agent, reason);
}

/** After the configuration changed: MRDs come and go, and an agent who was switched off or deleted is out. */
export function reconfigure(turn: RoutingTurn): void {
  for (const agent of [...turn.state.agents.values()]) {
    if (!turn.state.config.agents[agent.id]?.enabled) {
      logout(turn, agent, 'FORCE_LOGOUT', 'DISABLED');
      continue;
    }
    const served = new Set(mrdsOf(turn.state.config, agent.id));
    for (const mrdId of agent.mrds.keys()) {
      if (served.has(mrdId)) continue;
      agent.mrds.delete(mrdId);
      turn.state.serving.get(mrdId)?.delete(agent.id);
      turn.state.available.get(mrdId)?.delete(agent.id);
    }
    for (const mrdId of served)
      if (!agent.mrds.has(mrdId)) {
        const wanted = agent.state === 'READY' && turn.state.config.mrds[mrdId]?.autoSync === true;
        agent.mrds.set(mrdId, { ...newMrd(turn), wanted });
      }
    touch(turn, agent);
  }
}

const CLOSED_AS = {
  LOGOUT: 'SELF',
  FORCE_LOGOUT: 'FORCED',
  PRESENCE_LOST: 'PRESENCE_LOST',
} as const;

function takeEverything(turn: RoutingTurn, agent: AgentRow, leave: keyof typeof CLOSED_AS): void {
  for (const taskId of [...agent.ringing]) {
    const request = turn.state.waiting.get(taskId);
    if (request) requeue(turn, request, 'AGENT_LOGOUT', CLOSED_AS[leave]);
  }
  for (const place of agent.places.values()) {
    const { workflowId, conversationId, taskId } = place;
    handled(turn, place);
    keepEnded(turn.state, taskId);
    const actor = { type: 'CONTROLLER' as const, id: 'routing', name: null };
    turn.effects.push({
      type: 'remove',
      workflowId,
      leave: { conversationId, actor, agentId: agent.id, reason: leave },
    });
    turn.effects.push({
      type: 'agentEvent',
      agentId: agent.id,
      event: 'TASK_ENDED',
      data: { taskId, conversationId },
    });
  }
  agent.places.clear();
}

function newMrd({ now }: RoutingTurn): AgentMrd {
  return { state: 'LOGOUT', since: now, wanted: false, interruptedBy: [], availableSince: now };
}
