import type { RouteDeps } from '../context';
import { content, createRoute, createRouter, z } from '../openapi';
import { callerKey } from '../principal';
import type { WaitBoard } from '../routing/wait-board';
import { emptyStream, eventStream, type StreamSlots } from '../streams/sse';
import type { TypingBus } from '../streams/typing-bus';
import { afterParam, cursorOf } from '../webchat/cursor-param';
import { createStreamMarks, OUTBOUND_TYPES } from '../webchat/stream-marks';
import { readView, VisitorHistory, visitorMedium, visitorView } from '../webchat/visitor-history';
import { followVisitor } from '../webchat/visitor-stream';
import { followWaits, type VisitorWait } from '../webchat/visitor-waits';
import type { Visitors } from '../webchat/visitors';

const tags = ['Webchat'];
const getEvents = createRoute({
  method: 'get',
  path: '/webchat/events',
  tags,
  summary: 'What the visitor may see, as it happens',
  description:
    'Server-Sent Events. `id:` is the `seq` throughout the visitor’s first conversation; once a second one has begun it names the conversations, as `cnv_a:12,cnv_b:3`. Either is taken back as `Last-Event-ID` or `?after=`, without loss or repeat; without one it begins at the first entry. `event: typing` and `event: media` (`{messageId, medium}`, when one is READY or has FAILED) are news without an id, and so is `event: read` (`{conversationId, seq, messageId}`): agents have read what the visitor wrote up to that message, told when the stream begins and whenever they read on; and `event: wait` (`{conversationId, position, ewtSeconds}`, null when there is no wait any more): the place in the queue, where the bot wants the visitor told.',
  request: { query: z.object({ after: afterParam, ticket: z.string().max(512).optional() }) },
  responses: { 200: content('text/event-stream', 'An endless stream.') },
});

export interface WebchatEventRouteDeps extends RouteDeps, Visitors {
  readonly typing: TypingBus;
  readonly waitBoard: WaitBoard;
  readonly slots: StreamSlots;
}

/** A visitor's live stream. */
export function webchatEventRoutes(deps: WebchatEventRouteDeps) {
  const { stores, auth, typing, waitBoard, slots, limits, now, logger, visitorOf } = deps;
  const marks = createStreamMarks(stores, now);
  return createRouter().openapi(getEvents, async (c) => {
    const { principal, channel, visitor } = await visitorOf(c);
    const header = c.req.header('last-event-id');
    const cursor = header
      ? cursorOf(header, 'Last-Event-ID')
      : cursorOf(c.req.valid('query').after, 'after');
    const history = await VisitorHistory.open(stores, visitor, cursor);
    if (c.req.method === 'HEAD') return emptyStream();
    const release = slots.take(callerKey(principal));
    /** Somebody else by now: the customer was merged. The reader comes back and is the survivor. */
    const isSame = async () => {
      const customer = await stores.customers.identify({
        channel,
        identifier: visitor.identifier,
        name: null,
      });
      return customer.customerId === visitor.customerId;
    };
    return eventStream({
      heartbeatSeconds: limits.heartbeatSeconds,
      stopping: deps.stopping,
      stillAllowed: async () => (await auth.stillValid(principal)) && (await isSame()),
      onClose: release,
      onError: (err) =>
        logger.error(
          { requestId: c.get('requestId'), channelId: channel.id, err },
          'a stream failed',
        ),
      run: async (sink, signal) => {
        const stop = typing.on(visitor.customerId, ({ audience, ...sign }) => {
          const { channelSessionId, actor } = sign;
          const seen = channelSessionId === null || history.hasSession(channelSessionId);
          if (audience === 'everybody' && actor.type !== 'CUSTOMER' && seen)
            sink.send({ event: 'typing', data: JSON.stringify(sign) });
        });
        signal.addEventListener('abort', stop);
        const tell = (wait: VisitorWait) =>
          void sink.send({ event: 'wait', data: JSON.stringify(wait) });
        followWaits({ visitor, stores, feed: stores.feed, waitBoard, tell }, signal);
        await followVisitor(
          {
            history,
            feed: stores.feed,
            write: ({ entry, cursor: id }) => {
              const shown = visitorView(entry, history.readUpTo(entry.conversationId));
              if (sink.send({ id, data: JSON.stringify(shown) }) && OUTBOUND_TYPES.has(entry.type))
                marks.delivered(sink, entry);
            },
            onMedia: ({ id: messageId }, medium) => {
              const data = JSON.stringify({ messageId, medium: visitorMedium(medium) });
              sink.send({ event: 'media', data });
            },
            onRead: (mark) =>
              void sink.send({ event: 'read', data: JSON.stringify(readView(mark)) }),
          },
          sink,
          signal,
        );
      },
    });
  });
}
