import { type InfiniteData, type QueryClient, useQueryClient } from '@tanstack/react-query';
import { useEffect, useState } from 'react';
import { reportLine } from '../shared/line';
import type { AgentState, Delivery, Entry, Medium, PageOf, Summary } from '../shared/model';
import type { SseEvent } from '../shared/sse';
import { follow } from '../shared/stream';
import { useSignedIn } from '../shared/ui/signed-in';
import { conversationPath, keys, type Offer, type SlaNotice } from './queries';
import { append, cursorOf, EMPTY_TIMELINE, putMedium, report, type Timeline } from './timeline';

/** How long a sign of typing lasts without a further one, ms. */
const TYPING_MS = 8000;
/** Milliseconds between two readings of lists that events ask for. */
const LISTS_EVERY_MS = 2000;
/** Milliseconds between two changes of what is drawn of a transcript: nobody reads faster. */
const DRAWN_EVERY_MS = 100;
/** Entries that change nothing but the transcript. */
const SPOKEN = /_MESSAGE$|^NOTE_ADDED$|^MESSAGE_|^BOT_SUGGESTION$|^WRAPUP_APPLIED$/;
const TURNS: ReadonlySet<string> = new Set(['CUSTOMER_MESSAGE', 'AGENT_MESSAGE']);

interface Typing {
  readonly typing: boolean;
  readonly actor: { readonly type: string; readonly id: string; readonly name: string | null };
}

/** Brings one conversation's timeline into the cache as it happens. Answers who is typing. */
export function useConversationStream(id: string, ready: boolean): readonly Typing['actor'][] {
  const { api } = useSignedIn();
  const client = useQueryClient();
  const [typing, setTyping] = useState<readonly Typing['actor'][]>([]);
  useEffect(() => {
    if (!ready) return;
    const stop = new AbortController();
    const stream = `conversation:${id}`;
    const timers = new Map<string, ReturnType<typeof setTimeout>>();
    const buffer = createBuffer(client, id);
    function sign({ typing: isTyping, actor }: Typing): void {
      clearTimeout(timers.get(actor.id));
      const quiet = () => setTyping((all) => all.filter((other) => other.id !== actor.id));
      quiet();
      if (!isTyping) return;
      setTyping((all) => [...all, actor]);
      timers.set(actor.id, setTimeout(quiet, TYPING_MS));
    }
    void follow({
      api,
      signal: stop.signal,
      path: () => {
        const after = cursorOf(client.getQueryData<Timeline>(keys.timeline(id)));
        return `${conversationPath(id)}/events?after=${Math.max(after, buffer.last())}`;
      },
      event({ event, data }: SseEvent) {
        if (event === 'typing') sign(JSON.parse(data));
        else if (event === 'delivery') buffer.delivery(JSON.parse(data));
        else if (event === 'media') {
          const { messageId, medium } = JSON.parse(data) as { messageId: string; medium: Medium };
          client.setQueryData<Timeline>(
            keys.timeline(id),
            (known) => known && putMedium(known, messageId, medium),
          );
        } else if (event === 'message') {
          const entry = JSON.parse(data) as Entry;
          if (/_MESSAGE$/.test(entry.type)) sign({ typing: false, actor: entry.actor });
          buffer.entry(entry);
        }
      },
      state: (state) => reportLine(stream, state),
      opened(again) {
        // News of deliveries have no cursor: what was missed is read anew.
        if (again) void client.refetchQueries({ queryKey: keys.timeline(id) });
        if (again) void client.invalidateQueries({ queryKey: keys.conversation(id) });
      },
    });
    return () => {
      stop.abort();
      reportLine(stream, null);
      for (const timer of timers.values()) clearTimeout(timer);
      setTyping([]);
    };
  }, [api, client, id, ready]);
  return typing;
}

/** Takes events as fast as they come and hands them to the cache: the first at once, then all of {@link DRAWN_EVERY_MS} as one change. */
function createBuffer(client: QueryClient, id: string) {
  let entries: Entry[] = [];
  let deliveries: { messageId: string; delivery: Delivery }[] = [];
  let waiting = false;
  let last = 0;
  let flushed = 0;
  let turn: Entry['type'] | null = null;
  function later(): void {
    if (waiting) return;
    waiting = true;
    setTimeout(flush, Math.max(0, flushed + DRAWN_EVERY_MS - Date.now()));
  }
  function flush(): void {
    waiting = false;
    flushed = Date.now();
    const [added, told] = [entries, deliveries];
    [entries, deliveries] = [[], []];
    client.setQueryData<Timeline>(keys.timeline(id), (known = EMPTY_TIMELINE) =>
      told.reduce(
        (t, { messageId, delivery }) => report(t, messageId, delivery),
        append(known, added),
      ),
    );
    if (added.map(({ type }) => changesMore(type)).includes(true))
      void client.invalidateQueries({ queryKey: keys.conversation(id) });
    if (added.length > 0) refreshLists(client);
    const customers = added.filter(({ type }) => type === 'ASSOCIATED_CUSTOMER_CHANGED');
    if (customers.length > 0) void client.invalidateQueries({ queryKey: ['customer'] });
  }
  /** Timers go on and off with an answer, and with the first word of a customer after one; further words change nothing. */
  function changesMore(type: Entry['type']): boolean {
    if (!TURNS.has(type)) return !SPOKEN.test(type);
    const passed = type === 'AGENT_MESSAGE' || type !== turn;
    turn = type;
    return passed;
  }
  return {
    last: () => last,
    entry(entry: Entry): void {
      last = Math.max(last, entry.seq);
      entries.push(entry);
      later();
    },
    delivery(news: { messageId: string; delivery: Delivery }): void {
      deliveries.push(news);
      later();
    },
  };
}

let listsAt = 0;
let listsTimer: ReturnType<typeof setTimeout> | undefined;
/** Reads lists anew, once for all that is told within {@link LISTS_EVERY_MS}: a customer who goes on and on changes them little. */
function refreshLists(client: QueryClient): void {
  if (listsTimer !== undefined) return;
  const wait = Math.max(0, listsAt + LISTS_EVERY_MS - Date.now());
  listsTimer = setTimeout(() => {
    listsTimer = undefined;
    listsAt = Date.now();
    void client.invalidateQueries({ queryKey: keys.lists });
  }, wait);
}

/** Puts what is told of a conversation in the place of what lists have of it. */
function putSummary(client: QueryClient, summary: Summary): void {
  client.setQueriesData<InfiniteData<PageOf<Summary>>>(
    { queryKey: keys.lists },
    (list) =>
      list && {
        ...list,
        pages: list.pages.map((page) => ({
          ...page,
          items: page.items.map((known) => (known.id === summary.id ? summary : known)),
        })),
      },
  );
}

interface AgentEvent {
  readonly type: string;
  readonly data: Partial<AgentState> & Partial<Offer> & { readonly dueAt?: string };
}

function takeAgentEvent(client: QueryClient, agentId: string, { type, data }: AgentEvent): void {
  if (type === 'STATE') {
    client.setQueryData<AgentState>(keys.agent(agentId), (known) => known && { ...known, ...data });
    return;
  }
  if (type.startsWith('SLA_')) {
    takeNotice(client, {
      conversationId: data.conversationId ?? '',
      kind: type as SlaNotice['kind'],
      dueAt: data.dueAt ?? '',
      toldAt: Date.now(),
    });
    return;
  }
  if (data.taskId === undefined) return;
  client.setQueryData<readonly Offer[]>(keys.offers(agentId), (known = []) => [
    ...known.filter(({ taskId }) => taskId !== data.taskId),
    ...(type === 'OFFER' ? [data as Offer] : []),
  ]);
  refreshLists(client);
}

/** The newest threshold of a conversation stands for those before. */
function takeNotice(client: QueryClient, notice: SlaNotice): void {
  const { conversationId } = notice;
  client.setQueryData<readonly SlaNotice[]>(keys.notices, (known = []) => [
    ...known.filter((other) => other.conversationId !== conversationId),
    notice,
  ]);
  void client.invalidateQueries({ queryKey: keys.conversation(conversationId) });
}

/** Brings what happens to the agent: offers, tasks, states. An open stream is presence. */
export function useAgentStream(agentId: string): void {
  const { api } = useSignedIn();
  const client = useQueryClient();
  useEffect(() => {
    const stop = new AbortController();
    const stream = `agent:${agentId}`;
    let cursor: string | null = null;
    const refresh = () => {
      refreshLists(client);
      void client.invalidateQueries({ queryKey: ['requests'] });
    };
    void follow({
      api,
      signal: stop.signal,
      path: () =>
        `/v1/agents/${encodeURIComponent(agentId)}/events${cursor === null ? '' : `?after=${cursor}`}`,
      event({ id, event, data }) {
        cursor = id ?? cursor;
        if (event === 'conversation') {
          const { conversation } = JSON.parse(data) as { conversation: Summary };
          putSummary(client, conversation);
          refreshLists(client);
          return;
        }
        if (event === 'list') return refresh();
        takeAgentEvent(client, agentId, JSON.parse(data) as AgentEvent);
      },
      state: (state) => reportLine(stream, state),
      opened(again) {
        if (!again) return;
        refresh();
        void client.invalidateQueries({ queryKey: keys.agent(agentId) });
      },
    });
    return () => {
      stop.abort();
      reportLine(stream, null);
    };
  }, [api, client, agentId]);
}
