import type { Context } from 'hono';
import type { WSEvents } from 'hono/ws';
import type { MediaView } from '../../domain/message/media-state';
import type { EntryPlace } from '../../infra/stores';
import type { ReadMark } from '../../infra/stores/read-marks';
import type { AppEnv, RouteDeps } from '../context';
import { activityOf, mediaActivity, readActivity, typingActivity } from '../directline/activities';
import type { DirectLineVisitor, DirectLineVisitors } from '../directline/visitors';
import { content, createRoute, createRouter, z } from '../openapi';
import { answerHandshake, callerSocket } from '../streams/socket';
import type { StreamSlots } from '../streams/sse';
import type { TypingBus } from '../streams/typing-bus';
import { createStreamMarks, OUTBOUND_TYPES } from '../webchat/stream-marks';
import { type ShownEntry, VisitorHistory } from '../webchat/visitor-history';
import { followVisitor } from '../webchat/visitor-stream';
import { cursorAt, watermarkOf } from './directline';

const getStream = createRoute({
  method: 'get',
  path: '/directline/{channelId}/conversations/{conversationId}/stream',
  tags: ['Direct Line'],
  summary: 'What the visitor may see, as it happens: the `streamUrl`',
  description:
    'A WebSocket. Frames are `{activities, watermark}`; an empty one keeps the connection alive. An activity of type `event` and name `media`, without a watermark, tells that a medium of the message it replies to is `READY` or has `FAILED`; one named `read` tells that agents have read what the visitor wrote, up to that message. The address is good for one use.',
  request: {
    params: z.object({
      channelId: z.string().min(1).max(64),
      conversationId: z.string().min(1).max(64),
    }),
    query: z.object({
      watermark: z.string().max(1500).optional(),
      t: z.string().max(512).optional(),
    }),
  },
  responses: { 101: content('application/json', 'Frames without end.') },
});

export interface DirectLineStreamDeps extends RouteDeps {
  readonly typing: TypingBus;
  readonly slots: StreamSlots;
  readonly directLine: DirectLineVisitors;
}

/** The live side of the facade. */
export function directLineStreamRoutes(deps: DirectLineStreamDeps) {
  const { stores, typing, now, directLine } = deps;
  const marks = createStreamMarks(stores, now);

  /** The stream of a visitor who has come in, from the watermark on. */
  async function streamOf(
    c: Context<AppEnv>,
    { principal, visitor, conversationId }: DirectLineVisitor,
    watermark: string | undefined,
  ): Promise<WSEvents> {
    const history = await VisitorHistory.open(stores, visitor, cursorAt(watermarkOf(watermark)));
    const context = { conversationId, userId: visitor.identifier, mediaLinkOf: deps.mediaLinkOf };
    return callerSocket(deps, {
      principal,
      fields: { requestId: c.get('requestId'), channelId: visitor.channelId },
      run: async (sink, signal) => {
        const stop = typing.on(visitor.customerId, ({ typing: writes, audience, actor }) => {
          if (!writes || audience !== 'everybody' || actor.type === 'CUSTOMER') return;
          const activity = typingActivity(actor, conversationId, now().toISOString());
          sink.send({ data: JSON.stringify({ activities: [activity] }) });
        });
        signal.addEventListener('abort', stop);
        const write = ({ entry, cursor }: ShownEntry) => {
          const activity = activityOf(entry, context);
          if (!activity) return;
          const frame = JSON.stringify({ activities: [activity], watermark: cursor });
          if (sink.send({ data: frame }) && OUTBOUND_TYPES.has(entry.type))
            marks.delivered(sink, entry);
        };
        const onMedia = ({ id }: EntryPlace, medium: MediaView) => {
          const activity = mediaActivity(id, medium, conversationId, now().toISOString());
          sink.send({ data: JSON.stringify({ activities: [activity] }) });
        };
        const onRead = ({ messageId }: ReadMark) => {
          const activity = readActivity(messageId, conversationId, now().toISOString());
          sink.send({ data: JSON.stringify({ activities: [activity] }) });
        };
        const stream = { history, feed: stores.feed, write, onMedia, onRead };
        await followVisitor(stream, sink, signal);
      },
    });
  }

  return createRouter().openapi(getStream, async (c, next) => {
    const { channelId, conversationId } = c.req.valid('param');
    const { t, watermark } = c.req.valid('query');
    return answerHandshake(c, next, async () =>
      streamOf(c, await directLine.byTicket(c, channelId, conversationId, t), watermark),
    );
  });
}
