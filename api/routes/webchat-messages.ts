import { ProblemError } from '../../domain/errors';
import { JsonValue } from '../../domain/json/schema';
import type { RouteDeps } from '../context';
import { isOwner, type MediaUse } from '../conversations/media-use';
import { ActorView, AnId, Instant } from '../conversations/schemas';
import { takeUpload } from '../conversations/uploads';
import { invalid } from '../errors';
import { InboundBody } from '../ingress/inbound-schema';
import type { Ingress } from '../ingress/ingress';
import { content, createRoute, createRouter, json, jsonBody, listQuery, z } from '../openapi';
import { mediaAnswer } from '../streams/media-answer';
import { afterParam, cursorOf } from '../webchat/cursor-param';
import {
  providerMessageIdOf,
  readView,
  VisitorHistory,
  visitorView,
} from '../webchat/visitor-history';
import type { Visitors } from '../webchat/visitors';
import { MediaMade, mediaView, uploadBody } from './media';

const tags = ['Webchat'];
/** What a visitor writes; mail and calls have their own channels. */
const VISITOR_BODIES: ReadonlySet<string> = new Set([
  'PLAIN',
  'IMAGE',
  'VIDEO',
  'AUDIO',
  'FILE',
  'STICKER',
  'LOCATION',
  'CONTACT',
  'URL',
  'CHOICE',
]);
const Message = z
  .strictObject({
    clientMessageId: z
      .string()
      .min(1)
      .max(128)
      .regex(/^[\x21-\x7E]+$/, 'printable characters without spaces'),
    body: InboundBody,
  })
  .meta({ id: 'WebchatMessage' });
const VisitorEntry = z
  .object({
    conversationId: z.string(),
    seq: z.int(),
    id: z.string(),
    type: z.string(),
    at: Instant,
    sentAt: Instant.nullable(),
    actor: ActorView,
    channelSessionId: z.string().nullable(),
    body: z.any().nullable().meta({ description: 'As `body` of `TimelineActivity`.' }),
    data: z.record(z.string(), JsonValue).nullable(),
    replyTo: z.string().nullable(),
    providerMessageId: z
      .string()
      .nullable()
      .meta({ description: "Of the visitor's own message: its `clientMessageId`." }),
    delivery: z.object({ state: z.string() }).nullable(),
    reactions: z.array(z.object({ emoji: z.string(), actor: ActorView })),
    edit: z.object({ body: z.any().nullable(), at: Instant }).nullable(),
    deletedAt: Instant.nullable(),
    media: z
      .array(
        z.object({
          mediaId: z.string(),
          state: z.string(),
          mimeType: z.string().nullable(),
          size: z.int().nullable(),
          fileName: z.string().nullable(),
        }),
      )
      .meta({ description: 'What the body refers to, as it stood when this was asked for.' }),
  })
  .meta({ id: 'WebchatEntry' });
const postMessage = createRoute({
  method: 'post',
  path: '/webchat/messages',
  tags,
  summary: 'The visitor writes',
  request: { body: jsonBody(Message) },
  responses: {
    202: json(
      z.object({ messageId: z.string() }).meta({ id: 'WebchatMessageTaken' }),
      'Stored; a repeat gets the same answer.',
    ),
  },
});
const getMessages = createRoute({
  method: 'get',
  path: '/webchat/messages',
  tags,
  summary: 'What the visitor may see: history and polling',
  request: { query: z.object({ limit: listQuery.limit, after: afterParam }) },
  responses: {
    200: json(
      z
        .object({
          items: z.array(VisitorEntry),
          nextCursor: z.string().nullable(),
          cursor: z
            .string()
            .nullable()
            .meta({ description: 'Where a later poll goes on, also behind the last page.' }),
          reads: z
            .array(z.object({ conversationId: z.string(), seq: z.int(), messageId: z.string() }))
            .meta({
              description:
                'Up to where agents have read what the visitor wrote, in the conversations that the page stands in.',
            }),
        })
        .meta({ id: 'WebchatPage' }),
      'Entries in order.',
    ),
  },
});
const postMedia = createRoute({
  method: 'post',
  path: '/webchat/media',
  tags,
  summary: 'Upload a file, to be named in a message',
  requestBody: uploadBody,
  responses: { 201: json(MediaMade, 'Kept.') },
});
const getMedia = createRoute({
  method: 'get',
  path: '/webchat/media/{mediaId}',
  tags,
  summary: 'A file of the visitor’s own conversations',
  request: { params: z.object({ mediaId: AnId }) },
  responses: { 200: content('*/*', 'The file.') },
});

export interface WebchatMessageRouteDeps extends RouteDeps, Visitors {
  readonly ingress: Ingress;
  readonly mediaUse: MediaUse;
}

/** What a visitor writes and reads back, files included. */
export function webchatMessageRoutes(deps: WebchatMessageRouteDeps) {
  const { stores, ingress, mediaUse, limits, visitorOf } = deps;
  return createRouter()
    .openapi(postMessage, async (c) => {
      const { clientMessageId, body } = c.req.valid('json');
      const { principal, channel, visitor } = await visitorOf(c);
      if (!VISITOR_BODIES.has(body.type))
        throw invalid([{ path: 'body.type', message: 'not for webchat' }]);
      const { messageId } = await ingress.message(
        channel,
        { identifier: visitor.identifier },
        {
          providerMessageId: providerMessageIdOf(visitor, clientMessageId),
          body: await mediaUse.checked(principal, body),
        },
      );
      return c.json({ messageId }, 202);
    })
    .openapi(getMessages, async (c) => {
      const { limit, after: text } = c.req.valid('query');
      const { visitor } = await visitorOf(c);
      const history = await VisitorHistory.open(stores, visitor, cursorOf(text, 'after'));
      const items: ReturnType<typeof visitorView>[] = [];
      let cursor = history.cursor || null;
      let more = false;
      for await (const shown of history.next(limit + 1)) {
        // One more than was asked for tells whether there is a next page.
        if (items.length === limit) more = true;
        else {
          items.push(visitorView(shown.entry, history.readUpTo(shown.entry.conversationId)));
          cursor = shown.cursor;
        }
      }
      const reads = history.marks.map(readView);
      return c.json({ items, nextCursor: more ? cursor : null, cursor, reads } as never, 200);
    })
    .openapi(postMedia, async (c) => {
      const { principal } = await visitorOf(c);
      const uploaded = await takeUpload(c, stores.media, principal, limits.mediaBytes);
      return c.json(mediaView(uploaded, '/webchat/media'), 201);
    })
    .openapi(getMedia, async (c) => {
      const { principal, visitor } = await visitorOf(c);
      const { mediaId } = c.req.valid('param');
      const medium = await stores.media.get(mediaId);
      if (!medium) throw noMedia();
      if (!isOwner(principal, medium.owner)) {
        const { customerId, channelId } = visitor;
        const { items } = await stores.conversations.list(
          { customerId, channelId },
          { limit: 200 },
        );
        const holding = new Set(await stores.media.conversationsWith(mediaId));
        if (!items.some(({ id }) => holding.has(id))) throw noMedia();
      }
      return mediaAnswer(c, medium);
    });
}

function noMedia(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no such media.');
}
