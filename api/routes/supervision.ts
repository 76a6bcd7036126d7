import { setTimeout as sleep } from 'node:timers/promises';
import { ConfigId } from '../../domain/channel/schema';
import { ProblemError } from '../../domain/errors';
import type { ChangeFeed } from '../../infra/stores';
import type { RouteDeps } from '../context';
import type { AuditTrail } from '../conversations/audit-trail';
import { staffOf } from '../conversations/staff';
import { content, createRoute, createRouter, json, jsonBody, z } from '../openapi';
import { callerKey } from '../principal';
import type { Board } from '../routing/board';
import type { RoutingDesk } from '../routing/desk';
import { QueueStats, Stats } from '../routing/stats-schemas';
import { type EventSink, emptyStream, eventStream, type StreamSlots } from '../streams/sse';
import { patiently } from '../streams/timeline-tail';

const tags = ['Supervision'];
const queueParams = z.object({ id: ConfigId });
const getQueueStats = createRoute({
  method: 'get',
  path: '/v1/queues/{id}/stats',
  tags,
  summary: 'A queue as it stands, and its counters of the day',
  request: { params: queueParams },
  responses: { 200: json(QueueStats, 'The queue.') },
});
const getStats = createRoute({
  method: 'get',
  path: '/v1/stats',
  tags,
  summary: 'The live board',
  description:
    'All queues; agents and conversations of the teams that the caller supervises, and of no team.',
  responses: { 200: json(Stats, 'The board.') },
});
const getStatsEvents = createRoute({
  method: 'get',
  path: '/v1/stats/events',
  tags,
  summary: 'The live board as it changes',
  description:
    'Server-Sent Events: each is the whole board as `GET /v1/stats` answers it, at most one a second, `id` its time. There is nothing to resume.',
  request: { query: z.object({ ticket: z.string().max(512).optional() }) },
  responses: { 200: content('text/event-stream', 'An endless stream.') },
});
const postFlush = createRoute({
  method: 'post',
  path: '/v1/queues/{id}/flush',
  tags,
  summary: 'End every request that waits in a queue',
  description:
    'What rings already goes on. Customers are told `text`, else the notice of their channel.',
  request: {
    params: queueParams,
    body: {
      ...jsonBody(
        z.strictObject({ text: z.string().min(1).max(2000).optional() }).meta({ id: 'Flush' }),
      ),
      required: false as const,
    },
  },
  responses: { 200: json(z.object({ flushed: z.int() }).meta({ id: 'Flushed' }), 'How many.') },
});

export interface SupervisionRouteDeps extends RouteDeps {
  readonly board: Board;
  readonly desk: RoutingDesk;
  readonly audit: AuditTrail;
  readonly slots: StreamSlots;
}

/** What supervisors watch and order. */
export function supervisionRoutes(deps: SupervisionRouteDeps) {
  const { stores, board, desk, audit, slots, auth, limits, logger } = deps;
  return createRouter()
    .openapi(getQueueStats, async (c) => {
      const queue = await board.queue(staffOf(c), c.req.valid('param').id);
      if (!queue) throw noQueue();
      return c.json(queue, 200);
    })
    .openapi(getStats, async (c) => c.json(await board.stats(staffOf(c)), 200))
    .openapi(getStatsEvents, async (c) => {
      const principal = staffOf(c);
      if (c.req.method === 'HEAD') return emptyStream();
      const release = slots.take(callerKey(principal));
      return eventStream({
        heartbeatSeconds: limits.heartbeatSeconds,
        stopping: deps.stopping,
        stillAllowed: () => auth.stillValid(principal),
        onClose: release,
        onError: (err) => logger.error({ requestId: c.get('requestId'), err }, 'a stream failed'),
        run: (sink, signal) =>
          followBoard({ look: () => board.stats(principal), feed: stores.feed }, sink, signal),
      });
    })
    .openapi(postFlush, async (c) => {
      const principal = staffOf(c);
      const { id: queueId } = c.req.valid('param');
      const { text = null } = c.req.valid('json') ?? {};
      if (!(await stores.config.get('queues', queueId))) throw noQueue();
      const { flushed } = await desk.flushQueue({ queueId, text });
      await audit.record(principal, 'queue.flush', `queues/${queueId}`, c.get('requestId'), {
        flushed,
      });
      return c.json({ flushed }, 200);
    });
}

/** A board that changes all the time is shown once in so many milliseconds. */
const SHOW_EVERY_MS = 1_000;
/** Ages grow and estimates move without an event. */
const LOOK_EVERY_MS = 5_000;

interface BoardTail {
  readonly look: () => Promise<Stats>;
  readonly feed: Pick<ChangeFeed, 'onAgents' | 'onConversations' | 'onReset'>;
}

/** Shows the board whenever it changed, until the stream closes. */
async function followBoard(
  { look, feed }: BoardTail,
  sink: EventSink,
  signal: AbortSignal,
): Promise<void> {
  let wake: () => void = () => undefined;
  let changed = true;
  const note = () => {
    changed = true;
    wake();
  };
  const stops = [feed.onAgents(note), feed.onConversations(note), feed.onReset(note)];
  const pause = (ms: number) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
  let shown = '';
  try {
    while (!signal.aborted) {
      changed = false;
      const board = await patiently(look);
      const { at = '', ...figures } = board ?? {};
      const text = JSON.stringify(figures);
      if (board && text !== shown) sink.send({ id: at, data: JSON.stringify(board) });
      shown = text;
      await sink.ready();
      await pause(SHOW_EVERY_MS);
      if (changed) continue;
      await Promise.race([
        new Promise<void>((resolve) => {
          wake = resolve;
        }),
        pause(LOOK_EVERY_MS - SHOW_EVERY_MS),
      ]);
    }
  } finally {
    for (const stop of stops) stop();
  }
}

function noQueue(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no such queue.');
}
