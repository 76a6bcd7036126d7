import type { Conversation } from '../shared/model';

type Participant = Conversation['participants'][number];

/** The agents who are in a conversation now, in whatever role. */
export function presentAgents({
  participants,
}: Pick<Conversation, 'participants'>): readonly Participant[] {
  return participants.filter(({ type, leftAt }) => type === 'AGENT' && leftAt === null);
}

/** What an agent is in a conversation now; null: they are not in it. */
export function roleOf(
  conversation: Pick<Conversation, 'participants'>,
  agentId: string,
): Participant['role'] | null {
  return presentAgents(conversation).find(({ id }) => id === agentId)?.role ?? null;
}
