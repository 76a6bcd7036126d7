import type { Conversation, Task } from '../../shared/model';
import { presentAgents } from '../present-agents';

type Participant = Conversation['participants'][number];

/** What keeps everybody but `who` from getting the conversation (domain.md 6.13: one request at a time, a consult goes first). */
export type Obstacle =
  | { readonly kind: 'REQUEST'; readonly task: Task }
  | { readonly kind: 'CONSULT'; readonly who: string };

/** A colleague, and the role in the conversation that keeps it from being given to them; null: nothing does. */
export interface Colleague {
  readonly id: string;
  readonly name: string | null;
  readonly as: Participant['role'] | null;
}

/**
 * Colleagues of `me` to choose from. Who is in the conversation cannot be named (domain.md 6.1), also while they only wrap it up; the
 * one who is consulted takes it over, but is neither asked nor brought in once more.
 */
export function colleagues(
  agents: readonly { readonly id: string; readonly name: string | null }[],
  conversation: Pick<Conversation, 'participants'>,
  { me, passesOn }: { readonly me: string; readonly passesOn: boolean },
): readonly Colleague[] {
  const roles = new Map(presentAgents(conversation).map(({ id, role }) => [id, role]));
  return agents
    .filter(({ id }) => id !== me)
    .map(({ id, name }) => {
      const role = roles.get(id) ?? null;
      return { id, name, as: passesOn && role === 'ASSISTANT' ? null : role };
    });
}

/** What stands in the way now; null: nothing. */
export function obstacleOf(
  conversation: Pick<Conversation, 'participants' | 'tasks'>,
): Obstacle | null {
  const task = conversation.tasks.find(
    ({ state, mediaState }) =>
      state === 'ACTIVE' && (mediaState === 'QUEUED' || mediaState === 'RESERVED'),
  );
  if (task) return { kind: 'REQUEST', task };
  const consulted = presentAgents(conversation).find(({ role }) => role === 'ASSISTANT');
  return consulted ? { kind: 'CONSULT', who: consulted.id } : null;
}
