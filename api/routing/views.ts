import { AGENT_STATES, MRD_STATES } from '../../domain/routing/model';
import type { AgentStatus } from '../../domain/routing/status';
import type { AgentEvent } from '../../infra/stores/routing';
import { Instant } from '../conversations/schemas';
import { z } from '../openapi';

const MrdState = z.object({
  mrdId: z.string(),
  state: z.enum(MRD_STATES),
  tasks: z.int().meta({ description: 'Counted tasks, an offer that rings included.' }),
  maxTasks: z.int(),
});

/** What routing knows of an agent, beside the fields that were configured. */
export const agentStateFields = {
  state: z.enum(AGENT_STATES),
  reason: z.string().nullable(),
  since: Instant.nullable(),
  loginAt: Instant.nullable().meta({ description: 'Null while logged out.' }),
  mrdStates: z.array(MrdState),
};
export const AgentState = z.object({ id: z.string(), ...agentStateFields }).meta({
  id: 'AgentState',
});
type AgentState = z.infer<typeof AgentState>;

/** An agent's pending deadlines (domain.md 5.1): `presence:<agentId>`, `unknownLogout:<agentId>`. */
export const agentTimers = z.array(z.object({ name: z.string(), dueAt: Instant }));

/** Never logged in counts as logged out. */
export function agentStateView(agentId: string, status: AgentStatus | null): AgentState {
  return {
    id: agentId,
    state: status?.state ?? 'LOGOUT',
    reason: status?.reason ?? null,
    since: status?.since ?? null,
    loginAt: status?.loginAt ?? null,
    mrdStates: (status?.mrds ?? []).map(({ mrdId, state, tasks, maxTasks }) => ({
      mrdId,
      state,
      tasks,
      maxTasks,
    })),
  };
}

/** One event of an agent's stream: a state as reads show it, the rest as routing told it. */
export function agentEventView({ n, agentId, type, at, data }: AgentEvent) {
  const shown = type === 'STATE' ? agentStateView(agentId, data as unknown as AgentStatus) : data;
  return { n, agentId, type, at, data: shown };
}
