import type { Context } from 'hono';
import type { StoredResource, Stores } from '../../infra/stores';
import type { AppEnv, RouteDeps } from '../context';
import { staffOf } from '../conversations/staff';
import { invalid } from '../errors';
import { content, createRoute, createRouter, z } from '../openapi';
import { callerKey } from '../principal';
import type { AgentAccess } from '../routing/agent-access';
import type { RoutingDesk } from '../routing/desk';
import type { Presence } from '../routing/presence';
import { createReturning } from '../routing/returning';
import { agentEventView } from '../routing/views';
import { AgentNews } from '../streams/agent-news';
import { followAgent } from '../streams/agent-tail';
import { emptyStream, eventStream, type StreamSlots } from '../streams/sse';
import { agentParams } from './agents';

const Cursor = z.coerce.number().int().min(0).max(Number.MAX_SAFE_INTEGER);
const getEvents = createRoute({
  method: 'get',
  path: '/v1/agents/{id}/events',
  tags: ['Agents'],
  summary: 'What happens to an agent; an open stream is presence',
  description: [
    'Server-Sent Events. Events without a name have a number as `id` and are `{n, agentId, type, at, data}` with `type` OFFER,',
    'OFFER_REVOKED, TASK_ASSIGNED, TASK_ENDED, STATE, SLA_WARNING, SLA_CRITICAL or SLA_PROMPT; `Last-Event-ID` or `?after=` goes on',
    'behind one, without loss or repeat, for a day. Without it the stream begins now, with the offers that ring. `event: conversation`',
    '`{conversation, tasks}` and `event: list` `{listId, conversationId, state, …}` are news without an id: what they tell is read anew',
    'after a reconnect. Opened by the agent it renews their presence for as long as it is open; supervisors only watch.',
  ].join(' '),
  request: {
    params: agentParams,
    query: z.object({ after: Cursor.optional(), ticket: z.string().max(512).optional() }),
  },
  responses: { 200: content('text/event-stream', 'An endless stream.') },
});

export interface AgentEventRouteDeps extends RouteDeps {
  readonly agents: AgentAccess;
  readonly presence: Presence;
  readonly desk: Pick<RoutingDesk, 'presenceBack'>;
  readonly slots: StreamSlots;
}

/** The live stream of an agent's desk. */
export function agentEventRoutes(deps: AgentEventRouteDeps) {
  const { stores, agents, presence, slots, auth, limits, logger, now } = deps;
  const returned = createReturning({ routing: stores.routing, desk: deps.desk, logger });
  return createRouter().openapi(getEvents, async (c) => {
    const principal = staffOf(c);
    const { id: agentId } = c.req.valid('param');
    const agent = await agents.agent(principal, agentId);
    const after = resumeAfter(c, c.req.valid('query').after);
    if (c.req.method === 'HEAD') return emptyStream();
    const serves = await listsOf(stores, agent);
    const own = principal.subject === agentId;
    const release = slots.take(callerKey(principal));
    if (own) void returned(agentId);
    return eventStream({
      heartbeatSeconds: limits.heartbeatSeconds,
      stopping: deps.stopping,
      async stillAllowed() {
        if (!(await auth.stillValid(principal))) return false;
        if (own) presence.seen(principal);
        return true;
      },
      onClose: release,
      onError: (err) => logger.error({ requestId: c.get('requestId'), err }, 'a stream failed'),
      run: async (sink, signal) => {
        const news = new AgentNews({ agentId, since: now().toISOString(), serves });
        const stop = stores.feed.onConversations((change) => {
          for (const { event, data } of news.take(change))
            sink.send({ event, data: JSON.stringify(data) });
        });
        signal.addEventListener('abort', stop);
        const { routing, feed } = stores;
        await followAgent(
          {
            agentId,
            after,
            routing,
            feed,
            now,
            write: (event) =>
              void sink.send({ id: String(event.n), data: JSON.stringify(agentEventView(event)) }),
          },
          sink,
          signal,
        );
      },
    });
  });
}

/** Lists of the MRDs that an agent serves: those named, or all when none is. */
async function listsOf(
  { config }: Pick<Stores, 'config'>,
  agent: StoredResource,
): Promise<(listId: string) => boolean> {
  const mrds = ((agent['mrds'] ?? []) as readonly { readonly mrdId: string }[]).map(
    ({ mrdId }) => mrdId,
  );
  if (mrds.length === 0) return () => true;
  const lists = await config.list('lists', { limit: LISTS_MAX });
  const others = new Set(
    lists.items.filter(({ mrdId }) => !mrds.includes(String(mrdId))).map(({ id }) => id),
  );
  return (listId) => !others.has(listId);
}
const LISTS_MAX = 1_000;

/** `Last-Event-ID` is what the browser saw last, so it wins over the URL it once began with. */
function resumeAfter(c: Context<AppEnv>, after: number | undefined): number | null {
  const header = c.req.header('last-event-id');
  if (header === undefined || header === '') return after ?? null;
  const n = Cursor.safeParse(header);
  if (!n.success) throw invalid([{ path: 'Last-Event-ID', message: 'not an id of this stream' }]);
  return n.data;
}
