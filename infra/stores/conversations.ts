import type { ConversationData } from '../../domain/conversation/model';
import type { Projection } from '../../domain/conversation/projection';
import type { Conversation } from '../../domain/conversation/view';
import type { Page, PageRequest } from '../page';

export interface ConversationSummary
  extends Pick<
    Conversation,
    | 'id'
    | 'customerId'
    | 'state'
    | 'createdAt'
    | 'closedAt'
    | 'direction'
    | 'disposition'
    | 'lastSeq'
    | 'messageCount'
  > {
  readonly customerName: string | null;
  readonly channelTypes: readonly string[];
  readonly channelIds: readonly string[];
  readonly agentIds: readonly string[];
  readonly queueId: string | null;
  readonly waitingSince: string | null;
  readonly lastCustomerMessageAt: string | null;
  /** Since when nothing of it is left but its shell. */
  readonly erasedAt: string | null;
}
/** A conversation that has just changed, with what the streams of agents tell of it. */
export interface ConversationChange extends ConversationSummary {
  readonly tasks: Conversation['tasks'];
  readonly listEntry: Conversation['listEntry'];
}
export interface ConversationFilter {
  readonly state?: string;
  readonly customerId?: string;
  readonly agentId?: string;
  /** Only what is not closed; with `agentId`, only where the agent is now. */
  readonly open?: boolean;
  readonly channelId?: string;
  readonly channelType?: string;
  readonly queueId?: string;
  readonly from?: string;
  readonly to?: string;
  readonly q?: string;
  /** Restricts to conversations that this agent holds, held, or that ring or wait for them, and to all of a customer whom they serve now. */
  readonly visibleToAgent?: string;
  readonly visibleToBot?: string;
  /** Restricts to what one of these agents holds (once closed: held) or nobody does: a supervisor's teams and agents of no team. */
  readonly visibleToSupervisorOf?: readonly string[];
}
export interface StoredConversation extends Conversation {
  /** Since when nothing of it is left but its shell. */
  readonly erasedAt: string | null;
  readonly projection: Omit<Projection, 'conversation'>;
}
export interface ConversationStore {
  get(conversationId: string): Promise<StoredConversation | null>;
  list(filter: ConversationFilter, page: PageRequest): Promise<Page<ConversationSummary>>;
  /** Entries of a pull list, oldest conversation first. */
  onList(listId: string, page: PageRequest): Promise<Page<ListedConversation>>;
  /** How many are open, by state; of these agents and of nobody, or all. */
  openCounts(agentIds: readonly string[] | null): Promise<OpenCounts>;
  /** The customer's open one, null when none. */
  openOf(customerId: string): Promise<StoredConversation | null>;
  /** The customer's last one that has closed; those of customers merged into this one count. */
  previousOf(customerId: string): Promise<PreviousConversation | null>;
}
/** A conversation on a pull list. */
export interface ListedConversation {
  readonly conversation: ConversationSummary;
  readonly entry: NonNullable<Conversation['listEntry']>;
}
export interface OpenCounts {
  /** States without a conversation are left out. */
  readonly byState: Readonly<Record<string, number>>;
  /** Open and without a PRIMARY agent (domain.md section 12). */
  readonly withBot: number;
}
export interface PreviousConversation {
  readonly conversationId: string;
  readonly closedAt: string;
  readonly data: ConversationData;
  readonly lastAgentId: string | null;
}
