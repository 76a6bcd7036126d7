import { type QueryClient, skipToken, useInfiniteQuery, useQuery } from '@tanstack/react-query';
import type { Api } from '../shared/api';
import type {
  AgentState,
  Conversation,
  Customer,
  Entry,
  PageOf,
  Summary,
  Task,
} from '../shared/model';
import { useSignedIn } from '../shared/ui/signed-in';
import { append, EMPTY_TIMELINE, type Timeline } from './timeline';

/** Seconds after which lists are read again although no event said so: what others do is not told to every desk. */
const LIST_REFRESH_MS = 10_000;

/** Names of what is cached; streams write under the same names. */
export const keys = {
  agent: (id: string) => ['agent', id] as const,
  offers: (agentId: string) => ['offers', agentId] as const,
  notices: ['notices'] as const,
  lists: ['conversations'] as const,
  list: (filter: object) => ['conversations', filter] as const,
  requests: (listId: string) => ['requests', listId] as const,
  conversation: (id: string) => ['conversation', id] as const,
  timeline: (id: string) => ['timeline', id] as const,
  customer: (id: string) => ['customer', id] as const,
};

export const conversationPath = (id: string) => `/v1/conversations/${encodeURIComponent(id)}`;

/** One agent as routing has them. */
export function useAgentState(agentId: string) {
  const { api } = useSignedIn();
  return useQuery({
    queryKey: keys.agent(agentId),
    queryFn: ({ signal }) =>
      api.call<AgentState>('GET', `/v1/agents/${encodeURIComponent(agentId)}`, { signal }),
    refetchInterval: 30_000,
  });
}

/** What rings for an agent, as its stream tells it. */
export interface Offer {
  readonly taskId: string;
  readonly conversationId: string;
  readonly queueId: string | null;
  readonly direction: string;
  readonly waitingSince: string | null;
  readonly expiresAt: string;
}

/** Offers that ring for this agent: the stream alone writes them, it begins with those that ring and misses none. */
export function useOffers(agentId: string): readonly Offer[] {
  const { data } = useQuery<readonly Offer[]>({
    queryKey: keys.offers(agentId),
    queryFn: skipToken,
  });
  return data ?? NO_OFFERS;
}

const NO_OFFERS: readonly Offer[] = [];

/** A threshold of the agent SLA that has passed; PROMPT wants an answer. */
export interface SlaNotice {
  readonly conversationId: string;
  readonly kind: 'SLA_WARNING' | 'SLA_CRITICAL' | 'SLA_PROMPT';
  /** When the SLA is over. */
  readonly dueAt: string;
  /** When this page was told, ms. */
  readonly toldAt: number;
}

/** What the agent's stream has told of their SLAs, one per conversation. */
export function useNotices(): readonly SlaNotice[] {
  const { data } = useQuery<readonly SlaNotice[]>({ queryKey: keys.notices, queryFn: skipToken });
  return data ?? NO_NOTICES;
}

const NO_NOTICES: readonly SlaNotice[] = [];

/** An offer's task: what a colleague who passes the conversation on has written about it. */
export function useOfferNote({ taskId, conversationId }: Offer): string | null {
  const { api } = useSignedIn();
  const { data } = useQuery({
    queryKey: ['offer', taskId],
    queryFn: ({ signal }) =>
      api.call<PageOf<Task>>(
        'GET',
        `/v1/tasks?conversationId=${encodeURIComponent(conversationId)}`,
        { signal },
      ),
    // The task is projected a moment after the offer.
    refetchInterval: ({ state }) =>
      state.data?.items.some(({ id }) => id === taskId) || state.dataUpdateCount > 3 ? false : 1500,
  });
  return data?.items.find(({ id }) => id === taskId)?.note ?? null;
}

export interface ListFilter {
  readonly open?: 'true';
  /** At once; further ones by pages. */
  readonly limit?: string;
  readonly agentId?: string;
  readonly channelType?: string;
  readonly queueId?: string;
  readonly state?: string;
  readonly q?: string;
}

export function useConversations(filter: ListFilter, enabled = true) {
  const { api } = useSignedIn();
  return useInfiniteQuery({
    queryKey: keys.list(filter),
    enabled,
    initialPageParam: '',
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ limit: '50', ...filter });
      if (pageParam !== '') query.set('cursor', pageParam);
      return api.call<PageOf<Summary>>('GET', `/v1/conversations?${query}`, { signal });
    },
    getNextPageParam: ({ nextCursor }) => nextCursor,
    refetchInterval: LIST_REFRESH_MS,
  });
}

/** Asked of the workflow itself, so that what has just been done is seen. */
export function useConversation(id: string, everyMs = 30_000) {
  const { api } = useSignedIn();
  return useQuery({
    queryKey: keys.conversation(id),
    queryFn: ({ signal }) =>
      api.call<Conversation>('GET', `${conversationPath(id)}?consistent=true`, { signal }),
    refetchInterval: everyMs,
  });
}

export function useTimeline(id: string) {
  const { api } = useSignedIn();
  return useQuery({
    queryKey: keys.timeline(id),
    queryFn: ({ client, signal }) => loadTimeline(api, client, id, signal),
    // From then on the stream brings what is new.
    staleTime: Number.POSITIVE_INFINITY,
  });
}

/** Reads all of it, and keeps what the stream has brought meanwhile. */
async function loadTimeline(
  api: Api,
  client: QueryClient,
  id: string,
  signal: AbortSignal,
): Promise<Timeline> {
  let found: readonly Entry[] = [];
  for (let after: string | null = '0'; after !== null; ) {
    const path = `${conversationPath(id)}/timeline?limit=200&after=${after}`;
    const page: PageOf<Entry> = await api.call('GET', path, { signal });
    found = [...found, ...page.items];
    after = page.nextCursor;
  }
  const known = client.getQueryData<Timeline>(keys.timeline(id)) ?? EMPTY_TIMELINE;
  const last = found.at(-1)?.seq ?? 0;
  const newer = known.entries.filter(({ seq }) => seq > last);
  return append({ ...EMPTY_TIMELINE, entries: found }, newer);
}

export function useCustomer(id: string) {
  const { api } = useSignedIn();
  return useQuery({
    queryKey: keys.customer(id),
    enabled: id !== '',
    queryFn: ({ signal }) =>
      api.call<Customer>('GET', `/v1/customers/${encodeURIComponent(id)}`, { signal }),
  });
}

export function useCustomerHistory(id: string) {
  const { api } = useSignedIn();
  return useQuery({
    queryKey: [...keys.customer(id), 'conversations'],
    queryFn: ({ signal }) =>
      api.call<PageOf<Summary>>(
        'GET',
        `/v1/customers/${encodeURIComponent(id)}/conversations?limit=20`,
        { signal },
      ),
  });
}
