import type { Context } from 'hono';
import type { JoinAs } from '../../domain/conversation/acts';
import type { ConfigStore } from '../../infra/stores';
import { type Acted, changeRoleUpdate, joinAsUpdate } from '../../workflows/conversation/messages';
import type { AppEnv } from '../context';
import type { Places } from '../routing/places';
import type { ConversationFacts } from './access';
import type { Acting, Scene } from './acting';
import type { People } from './people';

type Role = JoinAs['role'];

/** Joining and barging in: routing is asked for the place before the conversation is told (architecture.md section 4). */
export interface Joining {
  /** `letIn`: whether an agent who is logged out may. */
  join(
    c: Context<AppEnv>,
    at: Scene,
    joining: { readonly agentId: string; readonly role: Role; readonly letIn: boolean },
  ): Promise<Acted>;
  changeRole(c: Context<AppEnv>, at: Scene, agentId: string, role: Role): Promise<Acted>;
}

export interface JoiningDeps extends Pick<Acting, 'perform'> {
  readonly people: People;
  readonly places: Places;
  readonly config: Pick<ConfigStore, 'channelTypeMrd' | 'get'>;
}

export function createJoining({ perform, people, places, config }: JoiningDeps): Joining {
  async function within(
    facts: ConversationFacts,
    agentId: string,
    {
      role,
      counts,
      letIn,
    }: { readonly role: Role; readonly counts: boolean; readonly letIn: boolean },
    act: (taskId: string) => Promise<Acted>,
  ): Promise<Acted> {
    const { id: conversationId, workflowId, channelType } = facts;
    const list =
      counts && role === 'PRIMARY' && facts.listId ? await config.get('lists', facts.listId) : null;
    const own = list?.['mrdId'];
    const mrdId = typeof own === 'string' ? own : await config.channelTypeMrd(channelType ?? '');
    return places.taking({ agentId, conversationId, workflowId, mrdId, counts, letIn }, act);
  }

  return {
    async join(c, at, { agentId, role, letIn }) {
      const { facts, principal, by } = at;
      const supervises = principal.role === 'supervisor' && principal.subject === agentId;
      const agent = await people.agent(agentId, supervises);
      const act = (taskId?: string) =>
        perform(c, at, joinAsUpdate, { ...by, agent, role, ...given(taskId) }, { agentId, role });
      // Observers take nobody's work, and who is here already has a place.
      const known = facts.present.get(agentId);
      if (!facts.open || role === 'OBSERVER' || known === role) return act();
      const others = [...facts.present].some(([id, as]) => as === 'PRIMARY' && id !== agentId);
      const bargesIn = role === 'PRIMARY' && (known === 'OBSERVER' || (agent.supervisor && others));
      return within(facts, agentId, { role, counts: !bargesIn, letIn }, act);
    },

    async changeRole(c, at, agentId, role) {
      const { facts, by } = at;
      const act = (taskId?: string) =>
        perform(
          c,
          at,
          changeRoleUpdate,
          { ...by, agentId, role, ...given(taskId) },
          { agentId, role },
        );
      const bargesIn = role === 'PRIMARY' && facts.present.get(agentId) === 'OBSERVER';
      if (!facts.open || !bargesIn) return act(); // a consulted agent keeps the place of the consult
      return within(facts, agentId, { role, counts: false, letIn: true }, act);
    },
  };
}

function given(taskId: string | undefined): { readonly taskId?: string } {
  return taskId === undefined ? {} : { taskId };
}
