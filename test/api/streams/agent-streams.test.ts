import { AgentNews } from '../../../api/streams/agent-news';
import { followAgent, ringing } from '../../../api/streams/agent-tail';
import type { EventSink } from '../../../api/streams/sse';
import type { ConversationChange } from '../../../infra/stores';
import type { AgentEvent } from '../../../infra/stores/routing';

const NOW = new Date('2026-11-22T10:00:00.000Z');
function anEvent(n: number, type: AgentEvent['type'], taskId = 'tsk_1', seconds = 20): AgentEvent {
  const expiresAt = new Date(NOW.getTime() + seconds * 1000).toISOString();
  return { n, agentId: 'ana', type, at: NOW.toISOString(), data: { taskId, expiresAt } };
}

describe('ringing', () => {
  it.each([
    ['an offer', [anEvent(1, 'OFFER')], [1]],
    ['revoked', [anEvent(1, 'OFFER'), anEvent(2, 'OFFER_REVOKED')], []],
    ['accepted', [anEvent(1, 'OFFER'), anEvent(2, 'TASK_ASSIGNED')], []],
    ['lapsed', [anEvent(1, 'OFFER', 'tsk_1', -1)], []],
    ['another one is over', [anEvent(1, 'OFFER'), anEvent(2, 'OFFER_REVOKED', 'tsk_2')], [1]],
    ['offered again', [1, 2, 3].map((n) => anEvent(n, n === 2 ? 'OFFER_REVOKED' : 'OFFER')), [3]],
  ] as const)('%s', (_name, events, open) => {
    expect(ringing(events, NOW).map(({ n }) => n)).toEqual(open);
  });
});

describe('followAgent', () => {
  it('loses and repeats nothing when events come while it reads', async () => {
    const stored: AgentEvent[] = [];
    const written: number[] = [];
    const over = new AbortController();
    let tell: () => void = () => undefined;
    const add = (n: number) => {
      stored.push(anEvent(n, 'STATE'));
      tell();
    };
    const sink = { ready: async () => undefined } as EventSink;
    add(1);
    const done = followAgent(
      {
        agentId: 'ana',
        after: null,
        routing: {
          async recent() {
            const answer = [...stored];
            add(2); // after it was read, before it is seen
            return answer;
          },
          events: async (_agentId, after, limit) => {
            const answer = stored.filter(({ n }) => n > after).slice(0, limit);
            if (stored.length < 5) add(stored.length + 1);
            return answer;
          },
        },
        feed: {
          onReset: () => () => undefined,
          onAgentEvents: (_agentId, listener) => {
            tell = listener;
            return () => undefined;
          },
        },
        now: () => NOW,
        write: ({ n }) => {
          written.push(n);
          if (n === 5) over.abort();
        },
      },
      sink,
      over.signal,
    );
    await done;
    expect(written).toEqual([2, 3, 4, 5]);
  });
});

describe('AgentNews', () => {
  const change = (parts: Partial<ConversationChange>): ConversationChange => ({
    id: 'cnv_1',
    customerId: 'cus_1',
    state: 'ACTIVE',
    createdAt: NOW.toISOString(),
    closedAt: null,
    direction: 'INBOUND',
    disposition: null,
    lastSeq: 1,
    messageCount: 1,
    customerName: null,
    channelTypes: [],
    channelIds: [],
    agentIds: [],
    queueId: null,
    waitingSince: null,
    lastCustomerMessageAt: null,
    erasedAt: null,
    tasks: [],
    listEntry: null,
    ...parts,
  });
  const news = () =>
    new AgentNews({ agentId: 'ana', since: NOW.toISOString(), serves: (id) => id === 'ours' });
  const told = (of: AgentNews, parts: Partial<ConversationChange>) =>
    of.take(change(parts)).map(({ event, data }) => [event, (data as { state?: string }).state]);

  it('tells of conversations that are the agent’s, until they have left, once more', () => {
    const ana = news();
    expect(told(ana, { agentIds: ['ben'] })).toEqual([]);
    expect(told(ana, { agentIds: ['ana', 'ben'] })).toHaveLength(1);
    expect(told(ana, { agentIds: ['ben'] })).toHaveLength(1);
    expect(told(ana, { agentIds: ['ben'] })).toEqual([]);
  });

  it('tells of entries of the lists that the agent serves, until they are gone', () => {
    const ana = news();
    const entry = (listId: string) => ({
      listEntry: { listId, state: 'UNREAD' as const, waitingSince: NOW.toISOString() },
    });
    expect(told(ana, entry('theirs'))).toEqual([]);
    expect(told(ana, entry('ours'))).toEqual([['list', 'UNREAD']]);
    expect(told(ana, {})).toEqual([['list', 'CLOSED']]);
    expect(told(ana, {})).toEqual([]);
  });
});
