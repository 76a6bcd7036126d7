import type { ChannelSession, ReportedChanges } from './model';
import type { Turn } from './turn';

/**
 * Puts what a turn changed for reports on its last entry: it waits, is carried and is written again with it, so that no row depends
 * on what the state still remembers. A turn that changes a task, stay or session leaves an entry.
 */
export function noteChanges(turn: Turn): void {
  const last = turn.entries.at(-1);
  const changed = last && changesOf(turn);
  if (changed) turn.entries[turn.entries.length - 1] = { ...last, changed };
}

function changesOf({ before, state }: Turn): ReportedChanges | null {
  const tasks = newOnes(before.tasks, state.tasks);
  const participants = newOnes(before.participants, state.participants);
  const sessions = newOnes(before.sessions, state.sessions).filter((session) =>
    isNews(
      before.sessions.find(({ id }) => id === session.id),
      session,
    ),
  );
  if (tasks.length + participants.length + sessions.length === 0) return null;
  return { tasks, participants, sessions: sessions.map(withoutSettings) };
}

/** Members are replaced, never changed in place. */
function newOnes<T>(before: readonly T[], after: readonly T[]): readonly T[] {
  return before === after ? [] : after.filter((item) => !before.includes(item));
}

/** A message alone is none: what it counts is in the row that the session's next change writes. */
function isNews(before: ChannelSession | undefined, after: ChannelSession): boolean {
  return before?.state !== after.state || before.channelData !== after.channelData;
}

function withoutSettings({ settings: _, ...session }: ChannelSession) {
  return session;
}
