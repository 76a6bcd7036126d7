import type { Client } from '@temporalio/client';
import type { Conversation } from '../../domain/conversation/view';
import { ProblemError } from '../../domain/errors';
import type { ConversationFilter, StoredConversation, Stores } from '../../infra/stores';
import { getConversationQuery } from '../../workflows/conversation/messages';
import { isUnavailable } from '../ingress/outage-budget';
import type { Principal, StaffPrincipal } from '../principal';
import type { TeamDirectory } from './team-directory';

/** What access is decided by, and where the conversation lives: kept in memory, so that acts go on while MongoDB is down. */
export interface ConversationFacts {
  readonly id: string;
  readonly customerId: string;
  readonly workflowId: string;
  readonly open: boolean;
  readonly onList: boolean;
  /** Agents who are in it now, with their roles. */
  readonly present: ReadonlyMap<string, string>;
  /** Agents who were ever part of it, or for whom it rings. */
  readonly agents: ReadonlySet<string>;
  readonly bots: ReadonlySet<string>;
  /** Of its latest session: decides in which MRD its agents work. */
  readonly channelType: string | null;
  /** The pull list that it is on. */
  readonly listId: string | null;
}

/** Who may read and act on which conversation (http-api.md section 4). What may not be seen is `NOT_FOUND`, as if it were not there. */
export interface ConversationAccess {
  /** Throws `NOT_FOUND`. */
  read(principal: Principal, conversationId: string): Promise<StoredConversation>;
  /** For acts: answers from memory while MongoDB is down. Throws `NOT_FOUND`, `UNAVAILABLE`. */
  act(principal: Principal, conversationId: string): Promise<ConversationFacts>;
  /** For joining, which needs only the id. Throws `NOT_FOUND`. */
  exists(conversationId: string): Promise<ConversationFacts>;
  mayRead(principal: Principal, conversation: Conversation): Promise<boolean>;
  mayReadAny(principal: Principal, conversationIds: readonly string[]): Promise<boolean>;
  /** What restricts a caller's lists. */
  restriction(principal: Principal): Promise<ConversationFilter>;
  /** The conversation as its workflow has it now; null when its workflow says nothing about it. */
  current(facts: Pick<ConversationFacts, 'id' | 'workflowId'>): Promise<Conversation | null>;
  /** Keeps a conversation that this process has just seen begin or change. */
  remember(conversation: Conversation): void;
}

export interface AccessDeps {
  readonly stores: Pick<Stores, 'conversations'>;
  readonly temporal: Client;
  readonly teams: TeamDirectory;
}

/** Conversations of which this process keeps the facts: some hundred bytes each. */
const REMEMBERED_LIMIT = 20_000;
/** Milliseconds to ask a workflow about a caller whom the projection does not know yet: it may be a moment behind. */
const QUERY_TIMEOUT_MS = 3000;

export function createConversationAccess({
  stores,
  temporal,
  teams,
}: AccessDeps): ConversationAccess {
  const remembered = new Map<string, ConversationFacts>();

  function remember(conversation: Conversation): ConversationFacts {
    const facts = factsOf(conversation);
    remembered.delete(facts.id);
    remembered.set(facts.id, facts);
    const oldest = remembered.size > REMEMBERED_LIMIT ? remembered.keys().next().value : undefined;
    if (oldest !== undefined) remembered.delete(oldest);
    return facts;
  }

  async function allows(principal: Principal, facts: ConversationFacts): Promise<boolean> {
    switch (principal.role) {
      case 'admin':
      case 'operator':
        return true;
      case 'supervisor':
        return supervises(principal, facts);
      case 'agent':
        return (
          facts.agents.has(principal.subject) ||
          (facts.open && facts.onList) ||
          (await servesCustomer(principal.subject, facts.customerId))
        );
      case 'bot':
        return facts.bots.has(principal.subject);
      default:
        return false;
    }
  }

  async function supervises(principal: StaffPrincipal, facts: ConversationFacts): Promise<boolean> {
    const agents = await teams.supervisedBy(principal.subject);
    if (!agents) return true;
    const holders = facts.open ? [...facts.present.keys()] : [...facts.agents];
    return holders.length === 0 || holders.some((id) => agents.includes(id));
  }

  async function servesCustomer(agentId: string, customerId: string): Promise<boolean> {
    const open = await stores.conversations.openOf(customerId).catch((error: unknown) => {
      if (isUnavailable(error)) return null;
      throw error;
    });
    return open !== null && remember(open).present.has(agentId);
  }

  /** The projection is written a moment after the fact: who has just joined must not be told that there is nothing. */
  async function allowsNow(principal: Principal, facts: ConversationFacts): Promise<boolean> {
    if (await allows(principal, facts)) return true;
    if (!facts.open || (principal.role !== 'agent' && principal.role !== 'bot')) return false;
    const now = await current(facts);
    return now !== null && allows(principal, remember(now));
  }

  async function current({ id, workflowId }: Pick<ConversationFacts, 'id' | 'workflowId'>) {
    try {
      const handle = temporal.workflow.getHandle(workflowId);
      const conversation = await temporal.withDeadline(Date.now() + QUERY_TIMEOUT_MS, () =>
        handle.query(getConversationQuery),
      );
      return conversation?.id === id ? conversation : null;
    } catch {
      // No run, no worker or no Temporal: the projection is all there is.
      return null;
    }
  }

  async function find(conversationId: string): Promise<StoredConversation | null> {
    const stored = await stores.conversations.get(conversationId);
    if (stored) remember(stored);
    return stored;
  }

  async function facts(conversationId: string): Promise<ConversationFacts> {
    try {
      const stored = await find(conversationId);
      const known = stored ? factsOf(stored) : remembered.get(conversationId);
      if (known) return known;
    } catch (error) {
      const known = remembered.get(conversationId);
      if (!isUnavailable(error) || !known) throw error;
      return known;
    }
    throw unseen();
  }

  return {
    current,
    exists: facts,
    remember: (conversation) => void remember(conversation),
    async read(principal, conversationId) {
      const stored = (await find(conversationId)) ?? (await begun(conversationId));
      if (!stored || !(await allowsNow(principal, factsOf(stored)))) throw unseen();
      return stored;
    },
    async act(principal, conversationId) {
      const known = await facts(conversationId);
      if (!(await allowsNow(principal, known))) throw unseen();
      return remembered.get(conversationId) ?? known;
    },
    mayRead: (principal, conversation) => allows(principal, factsOf(conversation)),
    async mayReadAny(principal, conversationIds) {
      for (const id of conversationIds) {
        const stored = await find(id);
        if (stored && (await allows(principal, factsOf(stored)))) return true;
      }
      return false;
    },
    async restriction(principal) {
      if (principal.role === 'agent') return { visibleToAgent: principal.subject };
      if (principal.role === 'bot') return { visibleToBot: principal.subject };
      if (principal.role !== 'supervisor') return {};
      const agents = await teams.supervisedBy(principal.subject);
      return agents ? { visibleToSupervisorOf: agents } : {};
    },
  };

  /** A conversation that this process has seen begin and that is not archived yet. */
  async function begun(conversationId: string): Promise<StoredConversation | null> {
    const known = remembered.get(conversationId);
    const conversation = known ? await current(known) : null;
    return conversation ? { ...conversation, projection: NOTHING_PROJECTED, erasedAt: null } : null;
  }
}

const NOTHING_PROJECTED: StoredConversation['projection'] = {
  closeReason: null,
  firstChannelId: null,
  botId: null,
  lastAgentId: null,
  counters: {},
  firstAgentResponseSeconds: null,
  lastCustomerMessageAt: null,
  waitingSince: null,
  hookWantsReceipts: false,
};

/** Open = any state but CLOSING and CLOSED. */
export function isOpen(state: string): boolean {
  return state !== 'CLOSING' && state !== 'CLOSED';
}

function factsOf(conversation: Conversation): ConversationFacts {
  const { id, customerId, workflowId, state, participants, tasks, listEntry } = conversation;
  const { channelSessions } = conversation;
  const agents = participants.filter(({ type }) => type === 'AGENT');
  const open = isOpen(state);
  return {
    id,
    customerId,
    workflowId,
    open,
    onList: listEntry != null,
    present: new Map(
      agents.filter(({ leftAt }) => leftAt === null).map((agent) => [agent.id, agent.role]),
    ),
    agents: new Set([
      ...agents.map((agent) => agent.id),
      ...tasks.flatMap(({ agentId, mediaState }) =>
        agentId && mediaState === 'RESERVED' ? [agentId] : [],
      ),
    ]),
    bots: new Set(participants.filter(({ type }) => type === 'BOT').map((bot) => bot.id)),
    channelType: channelSessions.at(-1)?.channelType ?? null,
    listId: listEntry?.listId ?? null,
  };
}

/** The same words whether it was never there or is not for the caller. */
export function unseen(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no such conversation.');
}
