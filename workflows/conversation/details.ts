import type { ConversationState } from '../../domain/conversation/model';

const LAST_ENTRIES = 8;

/**
 * What the Temporal Web UI shows of a conversation, as Markdown: state, people, sessions, deadlines, last entries. No address, no
 * name and no body: details are readable by every operator and are not encrypted by default.
 */
export function describe(
  state: ConversationState | null,
  extra: {
    readonly waitingEntries: number;
    readonly waitingSends: number;
    readonly hook: string | null;
  },
): string {
  if (!state) return 'No conversation yet.';
  const present = state.participants.filter(
    ({ leftAt, type }) => leftAt === null && type !== 'CUSTOMER',
  );
  const sessions = state.sessions.filter((session) => session.state === 'STARTED');
  const deadlines = Object.entries(state.deadlines).sort(([, a], [, b]) => (a < b ? -1 : 1));
  return [
    `### ${state.state}`,
    `Conversation \`${state.conversationId}\`, control \`${state.control.holder}\` (epoch ${state.control.epoch}), ${state.lastSeq} entries, ${state.counters.messages} messages.`,
    section(
      'Participants',
      present.map(({ id, type, role }) => `\`${id}\` ${type} as ${role}`),
    ),
    section(
      'Sessions',
      sessions.map(
        ({ id, channelId, channelType, startedAt }) =>
          `\`${id}\` on \`${channelId}\` (${channelType}) since ${startedAt}`,
      ),
    ),
    section(
      'Tasks',
      state.tasks
        .filter((task) => task.state !== 'CLOSED')
        .map(
          (task) =>
            `\`${task.id}\` ${task.direction} ${task.state}/${task.mediaState} queue \`${task.queueId ?? '-'}\` agent \`${task.agentId ?? '-'}\``,
        ),
    ),
    section(
      'Pending deadlines',
      deadlines.map(([name, dueAt]) => `\`${name}\` at ${dueAt}`),
    ),
    section(
      'Last entries',
      state.recent
        .slice(-LAST_ENTRIES)
        .map(({ seq, type, at, actorType }) => `${seq}. ${type} by ${actorType} at ${at}`),
    ),
    section('Waiting', [
      ...(extra.hook ? [`a ${extra.hook} runs`] : []),
      ...(extra.waitingEntries > 0 ? [`${extra.waitingEntries} entries for the archive`] : []),
      ...(extra.waitingSends > 0 ? [`${extra.waitingSends} messages for a provider`] : []),
    ]),
  ]
    .filter((text) => text !== '')
    .join('\n\n');
}

function section(title: string, lines: readonly string[]): string {
  return lines.length === 0 ? '' : `**${title}**\n${lines.map((line) => `- ${line}`).join('\n')}`;
}
