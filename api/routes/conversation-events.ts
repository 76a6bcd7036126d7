import type { Context } from 'hono';
import type { ArchivedEntry } from '../../infra/stores';
import { type AppEnv, principalOf, type RouteDeps } from '../context';
import type { ConversationAccess } from '../conversations/access';
import { deliveryView, entryView, mediumView, visibleToStaff } from '../conversations/views';
import { invalid } from '../errors';
import { content, createRoute, createRouter, z } from '../openapi';
import { callerKey } from '../principal';
import { emptyStream, eventStream, type StreamSlots } from '../streams/sse';
import { followTimeline } from '../streams/timeline-tail';
import type { TypingBus } from '../streams/typing-bus';
import { conversationParams, Seq } from './conversations';

const getEvents = createRoute({
  method: 'get',
  path: '/v1/conversations/{id}/events',
  tags: ['Conversations'],
  summary: 'Entries as they happen',
  description:
    'Server-Sent Events. An entry has no event name and its `seq` as `id`; `Last-Event-ID` or `?after=` goes on behind it, without loss or repeat, else it begins at the first entry. An entry that comes again, other, under the same `seq` replaces the first: a killed process had left it unconfirmed. `event: delivery`, `event: media` and `event: typing` are news without an id.',
  request: {
    params: conversationParams,
    query: z.object({ after: Seq.optional(), ticket: z.string().max(512).optional() }),
  },
  responses: { 200: content('text/event-stream', 'An endless stream.') },
});

export interface EventRouteDeps extends RouteDeps {
  readonly access: ConversationAccess;
  readonly typing: TypingBus;
  readonly slots: StreamSlots;
}

/** Live timelines for staff. */
export function conversationEventRoutes(deps: EventRouteDeps) {
  const { stores, access, typing, slots, auth, limits, logger } = deps;
  return createRouter().openapi(getEvents, async (c) => {
    const principal = principalOf(c);
    const { id, customerId } = await access.read(principal, c.req.valid('param').id);
    const after = resumeAfter(c, c.req.valid('query').after);
    if (c.req.method === 'HEAD') return emptyStream();
    const release = slots.take(callerKey(principal));
    return eventStream({
      heartbeatSeconds: limits.heartbeatSeconds,
      stopping: deps.stopping,
      stillAllowed: () => auth.stillValid(principal),
      onClose: release,
      onError: (err) =>
        logger.error({ requestId: c.get('requestId'), conversationId: id, err }, 'a stream failed'),
      run: async (sink, signal) => {
        const stops = [
          stores.feed.onDelivery(id, (messageId, delivery) => {
            sink.send({
              event: 'delivery',
              data: JSON.stringify({ messageId, delivery: deliveryView(delivery) }),
            });
          }),
          stores.feed.onMedia(id, (messageId, medium) => {
            sink.send({
              event: 'media',
              data: JSON.stringify({ messageId, medium: mediumView(medium) }),
            });
          }),
          typing.on(customerId, ({ audience: _audience, ...sign }) => {
            if (sign.actor.id !== principal.subject)
              sink.send({ event: 'typing', data: JSON.stringify(sign) });
          }),
        ];
        signal.addEventListener('abort', () => {
          for (const stop of stops) stop();
        });
        const { timeline, feed } = stores;
        const write = (entry: ArchivedEntry) => {
          if (visibleToStaff(principal, entry))
            sink.send({ id: String(entry.seq), data: encoded(entry) });
        };
        await followTimeline({ conversationId: id, after, timeline, feed, write }, sink, signal);
      },
    });
  });
}

/** `Last-Event-ID` is what the browser saw last, so it wins over the URL it once began with. */
function resumeAfter(c: Context<AppEnv>, after: number | undefined): number {
  const header = c.req.header('last-event-id');
  if (header === undefined || header === '') return after ?? 0;
  const seq = Seq.safeParse(header);
  if (!seq.success) throw invalid([{ path: 'Last-Event-ID', message: 'not an id of this stream' }]);
  return seq.data;
}

/** Entries are encoded once, however many streams show them. */
const cache = new WeakMap<ArchivedEntry, string>();
function encoded(entry: ArchivedEntry): string {
  const known = cache.get(entry);
  if (known !== undefined) return known;
  const text = JSON.stringify(entryView(entry));
  cache.set(entry, text);
  return text;
}
