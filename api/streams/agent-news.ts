import type { ConversationChange } from '../../infra/stores';
import { summaryView, taskView } from '../conversations/views';

/** One item of news on an agent's stream; it has no place in the order and is not told again. */
export interface NewsItem {
  readonly event: 'conversation' | 'list';
  readonly data: object;
}

export interface AgentNewsOptions {
  readonly agentId: string;
  /** When the stream began, ISO UTC. */
  readonly since: string;
  /** Whether a pull list is one that the agent takes conversations from. */
  readonly serves: (listId: string) => boolean;
}

/**
 * What changed conversations mean to one agent: those that are theirs, until they have left; and entries of their pull lists, until
 * they are gone from the list (domain.md 6.12).
 */
export class AgentNews {
  /** Conversations that the agent is in, or was told to have left. */
  private readonly known = new Map<string, 'in' | 'out'>();
  private readonly listed = new Map<string, string>();

  constructor(private readonly options: AgentNewsOptions) {}

  take(change: ConversationChange): readonly NewsItem[] {
    return [...this.ofConversation(change), ...this.ofList(change)];
  }

  private ofConversation(change: ConversationChange): readonly NewsItem[] {
    const { agentId, since } = this.options;
    const tasks = change.tasks.filter((task) => task.agentId === agentId);
    const here = change.agentIds.includes(agentId) || tasks.some(({ state }) => state !== 'CLOSED');
    const hasJustLeft =
      this.known.get(change.id) === 'in' ||
      (!this.known.has(change.id) &&
        tasks.some(({ endedAt }) => endedAt !== null && endedAt >= since));
    if (!here && !hasJustLeft) return [];
    this.known.set(change.id, here ? 'in' : 'out');
    const data = { conversation: summaryView(change), tasks: tasks.map(taskView) };
    return [{ event: 'conversation', data }];
  }

  private ofList(change: ConversationChange): readonly NewsItem[] {
    const { listEntry } = change;
    const before = this.listed.get(change.id);
    if (!listEntry) {
      if (before === undefined) return [];
      this.listed.delete(change.id);
      return [listNews(change, { listId: before, state: 'CLOSED', waitingSince: null })];
    }
    if (!this.options.serves(listEntry.listId)) return [];
    this.listed.set(change.id, listEntry.listId);
    return [listNews(change, listEntry)];
  }
}

function listNews(
  change: ConversationChange,
  entry: {
    readonly listId: string;
    readonly state: string;
    readonly waitingSince: string | null;
  },
): NewsItem {
  return {
    event: 'list',
    data: { ...entry, conversationId: change.id, conversation: summaryView(change) },
  };
}
