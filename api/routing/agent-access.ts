import { ProblemError } from '../../domain/errors';
import type { ConfigStore, StoredResource } from '../../infra/stores';
import type { TeamDirectory } from '../conversations/team-directory';
import type { Principal } from '../principal';

/** Who sees which agent: an agent only themselves, a supervisor of teams theirs and those of no team, the rest of staff all. */
export interface AgentAccess {
  /** The configured agent. Throws `NOT_FOUND` for one who is not for the caller, as for one who is not there. */
  agent(principal: Principal, agentId: string): Promise<StoredResource>;
  /** Agents whom the caller sees; null = all. */
  visibleTo(principal: Principal): Promise<readonly string[] | null>;
}

export function createAgentAccess(
  config: Pick<ConfigStore, 'get'>,
  teams: TeamDirectory,
): AgentAccess {
  async function visibleTo({ role, subject }: Principal): Promise<readonly string[] | null> {
    if (role === 'admin' || role === 'operator') return null;
    if (role === 'agent') return [subject];
    return role === 'supervisor' ? teams.supervisedBy(subject) : [];
  }
  return {
    visibleTo,
    async agent(principal, agentId) {
      const visible = await visibleTo(principal);
      const agent =
        visible === null || visible.includes(agentId) ? await config.get('agents', agentId) : null;
      if (!agent) throw new ProblemError('NOT_FOUND', `There is no ${agentId} in agents.`);
      return agent;
    },
  };
}
