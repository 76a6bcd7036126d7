import type { MessageCounts } from './model';
import type { Turn } from './turn';

/** One more message on a session, for reports. No entry. */
export function countOnSession(turn: Turn, id: string, from: keyof MessageCounts): void {
  turn.state.sessions = turn.state.sessions.map((session) =>
    session.id === id
      ? { ...session, messageCounts: plusOne(session.messageCounts, from) }
      : session,
  );
}

function plusOne(counts: MessageCounts | undefined, from: keyof MessageCounts): MessageCounts {
  const before = counts ?? { customer: 0, bot: 0, agent: 0 };
  return { ...before, [from]: before[from] + 1 };
}
