import type { Stores } from '../../infra/stores';
import { agentStateView } from './views';

/** From UNKNOWN to LOGOUT, ms (domain.md section 15). */
const UNKNOWN_TO_LOGOUT_MS = 900_000;

/** An agent as routing last told, with the agent's deadlines (domain.md 5.1). */
export function createAgentStates({ routing, presence }: Pick<Stores, 'routing' | 'presence'>) {
  return async function stateOf(agentId: string) {
    const [status, leases] = await Promise.all([
      routing.agent(agentId),
      presence.leases([agentId]),
    ]);
    const { id: _, ...state } = agentStateView(agentId, status);
    return { ...state, timers: timersOf(agentId, state, leases.get(agentId)) };
  };
}

function timersOf(
  agentId: string,
  { state, since }: { readonly state: string; readonly since: string | null },
  lease: string | undefined,
) {
  if (state === 'UNKNOWN' && since !== null)
    return [{ name: `unknownLogout:${agentId}`, dueAt: later(since, UNKNOWN_TO_LOGOUT_MS) }];
  if (state === 'LOGOUT' || lease === undefined) return [];
  return [{ name: `presence:${agentId}`, dueAt: lease }];
}

function later(at: string, ms: number): string {
  return new Date(Date.parse(at) + ms).toISOString();
}
