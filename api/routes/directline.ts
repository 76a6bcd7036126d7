import { randomBytes, randomUUID } from 'node:crypto';
import type { Context } from 'hono';
import { ProblemError } from '../../domain/errors';
import type { AppEnv, RouteDeps } from '../context';
import type { MediaUse } from '../conversations/media-use';
import { filesOf, putFile, takeForm } from '../conversations/uploads';
import { activityId, activityOf, entryIdOf } from '../directline/activities';
import { bodyOf, fileBody, PostedActivity } from '../directline/inbound';
import {
  bearerOf,
  conversationIdOf,
  type DirectLineVisitor,
  type DirectLineVisitors,
  TOKEN_SECONDS,
} from '../directline/visitors';
import { invalid } from '../errors';
import type { Ingress } from '../ingress/ingress';
import { guarded, jsonOrNull } from '../middleware/json-guard';
import { createRoute, createRouter, json, jsonBody, z } from '../openapi';
import type { TypingBus } from '../streams/typing-bus';
import { FROM_THE_START, parseCursor } from '../webchat/cursor';
import { providerMessageIdOf, VisitorHistory } from '../webchat/visitor-history';
import type { Visitors } from '../webchat/visitors';

const tags = ['Direct Line'];
const BASE = '/directline/{channelId}';
const channelParams = z.object({ channelId: z.string().min(1).max(64) });
const chatParams = channelParams.extend({ conversationId: z.string().min(1).max(64) });
const Token = z
  .object({ conversationId: z.string(), token: z.string(), expires_in: z.int() })
  .meta({ id: 'DirectLineToken' });
const Chat = Token.extend({ streamUrl: z.string() }).meta({ id: 'DirectLineConversation' });
const Posted = z.object({ id: z.string() }).meta({ id: 'DirectLinePosted' });
const User = z.looseObject({
  id: z.string().min(1).max(256).optional(),
  name: z.string().min(1).max(256).optional(),
});
const optional = <T extends z.ZodType>(schema: T) => ({
  ...jsonBody(schema),
  required: false as const,
});
const postGenerate = createRoute({
  method: 'post',
  path: `${BASE}/tokens/generate`,
  tags,
  summary: 'A token for a visitor, asked by the site’s own server',
  description:
    'Bearer: `directLineSecret` of the channel’s connector. `user.id` then counts as identified.',
  request: {
    params: channelParams,
    body: optional(z.looseObject({ user: User.optional() }).meta({ id: 'DirectLineTokenRequest' })),
  },
  responses: { 200: json(Token, 'Opens this visitor’s chat on this channel and nothing else.') },
});
const postRefresh = createRoute({
  method: 'post',
  path: `${BASE}/tokens/refresh`,
  tags,
  summary: 'A new token for one that still holds',
  request: { params: channelParams },
  responses: { 200: json(Token, 'The next half hour.') },
});
const postConversation = createRoute({
  method: 'post',
  path: `${BASE}/conversations`,
  tags,
  summary: 'The visitor opens the chat',
  request: {
    params: channelParams,
    body: optional(
      z
        .looseObject({ user: User.optional(), locale: z.string().min(1).max(64).optional() })
        .meta({ id: 'DirectLineStart' }),
    ),
  },
  responses: { 201: json(Chat, 'The client goes on with the new token.') },
});
const getConversation = createRoute({
  method: 'get',
  path: `${BASE}/conversations/{conversationId}`,
  tags,
  summary: 'Come back to a chat',
  request: { params: chatParams, query: z.object({ watermark: z.string().max(1500).optional() }) },
  responses: { 200: json(Chat, 'A new stream, from the watermark on.') },
});
const postActivity = createRoute({
  method: 'post',
  path: `${BASE}/conversations/{conversationId}/activities`,
  tags,
  summary: 'The visitor writes, or shows a sign of life',
  request: { params: chatParams, body: jsonBody(PostedActivity) },
  responses: { 200: json(Posted, 'Stored; a repeat of `clientActivityID` gets the same answer.') },
});
const getActivities = createRoute({
  method: 'get',
  path: `${BASE}/conversations/{conversationId}/activities`,
  tags,
  summary: 'What the visitor may see after a watermark: polling',
  request: { params: chatParams, query: z.object({ watermark: z.string().max(1500).optional() }) },
  responses: {
    200: json(
      z
        .object({ activities: z.array(z.any()), watermark: z.string() })
        .meta({ id: 'DirectLineActivities' }),
      'At most 200, in order.',
    ),
  },
});
const postUpload = createRoute({
  method: 'post',
  path: `${BASE}/conversations/{conversationId}/upload`,
  tags,
  summary: 'The visitor sends files',
  description: 'A part `activity` (`application/vnd.microsoft.activity`) and up to ten files.',
  request: { params: chatParams, query: z.object({ userId: z.string().max(256).optional() }) },
  requestBody: {
    content: { 'multipart/form-data': { schema: { type: 'object' as const } } },
    required: true,
  },
  responses: { 200: json(Posted, 'Stored, each file as a message.') },
});

/** Activities of one poll. */
const POLL_MAX = 200;
const FILES_MAX = 10;

export interface DirectLineRouteDeps extends RouteDeps, Pick<Visitors, 'webChannel'> {
  readonly ingress: Ingress;
  readonly typing: TypingBus;
  readonly mediaUse: MediaUse;
  readonly directLine: DirectLineVisitors;
}

/** Direct Line 3.0 for clients that speak it (connectors.md 11.2): the visitor's own chat under another wire format. */
export function directLineRoutes(deps: DirectLineRouteDeps) {
  const { stores, auth, ingress, typing, mediaUse, limits, now, webChannel, directLine } = deps;
  const socketBase = deps.config.publicUrl.replace(/^http/, 'ws');

  async function tokenFor(visitor: {
    readonly customerId: string;
    readonly channelId: string;
    readonly identifier: string;
  }): Promise<z.infer<typeof Token>> {
    const { customerId: subject, channelId, identifier } = visitor;
    const { token } = await auth.customers.sign({ subject, channelId, identifier }, TOKEN_SECONDS);
    return { conversationId: conversationIdOf(visitor), token, expires_in: TOKEN_SECONDS };
  }

  /** The stream's address carries a one-use ticket, no token: addresses end up in logs. */
  async function chatOf(
    { principal, visitor, conversationId }: DirectLineVisitor,
    watermark: string,
  ): Promise<z.infer<typeof Chat>> {
    const path = `/directline/${visitor.channelId}/conversations/${conversationId}/stream`;
    const t = await auth.issueTicket(principal, path);
    const query = new URLSearchParams({ ...(watermark ? { watermark } : {}), t });
    return { ...(await tokenFor(visitor)), streamUrl: `${socketBase}${path}?${query}` };
  }

  async function write(
    { channel, visitor, conversationId }: DirectLineVisitor,
    clientId: string,
    body: Parameters<Ingress['message']>[2]['body'],
    { timestamp, replyToId }: Pick<PostedActivity, 'timestamp' | 'replyToId'>,
  ): Promise<string> {
    const { messageId } = await ingress.message(
      channel,
      { identifier: visitor.identifier },
      {
        providerMessageId: providerMessageIdOf(visitor, clientId),
        body,
        sentAt: instantOf(timestamp),
        replyTo: replyToId ? entryIdOf(replyToId) : null,
      },
    );
    return activityId(conversationId, messageId);
  }

  return createRouter()
    .openapi(postGenerate, async (c) => {
      const { channel, connector } = await webChannel(c, c.req.valid('param').channelId);
      if (!deps.directLineSecretFits(connector.cfg, bearerOf(c)))
        throw new ProblemError('FORBIDDEN', 'The secret of the channel does not fit.');
      const { user } = (c.req.valid('json') ?? {}) as { user?: z.infer<typeof User> };
      const identifier = user?.id ?? `visitor_${randomBytes(16).toString('base64url')}`;
      const { customerId } = await stores.customers.identify({
        channel,
        identifier,
        name: user?.name ?? null,
        verified: user?.id !== undefined,
      });
      return c.json(await tokenFor({ customerId, channelId: channel.id, identifier }), 200);
    })
    .openapi(postRefresh, async (c) => {
      const { visitor } = await directLine.byToken(c, c.req.valid('param').channelId);
      return c.json(await tokenFor(visitor), 200);
    })
    .openapi(postConversation, async (c) => {
      const known = await directLine.byToken(c, c.req.valid('param').channelId);
      const { user, locale } = (c.req.valid('json') ?? {}) as {
        user?: z.infer<typeof User>;
        locale?: string;
      };
      await ingress.sessionStarted(
        known.channel,
        { identifier: known.visitor.identifier, name: user?.name ?? known.name },
        {
          key: c.req.header('idempotency-key'),
          ...(locale ? { channelData: { locale } } : {}),
        },
      );
      return c.json(await chatOf(known, ''), 201);
    })
    .openapi(getConversation, async (c) => {
      const { channelId, conversationId } = c.req.valid('param');
      const known = await directLine.byToken(c, channelId, conversationId);
      const watermark = watermarkOf(c.req.valid('query').watermark);
      cursorAt(watermark);
      return c.json(await chatOf(known, watermark), 200);
    })
    .openapi(postActivity, async (c) => {
      const { channelId, conversationId } = c.req.valid('param');
      const known = await directLine.byToken(c, channelId, conversationId);
      const activity = c.req.valid('json');
      return c.json({ id: await takeActivity(c, known, activity) }, 200);
    })
    .openapi(getActivities, async (c) => {
      const { channelId, conversationId } = c.req.valid('param');
      const { visitor } = await directLine.byToken(c, channelId, conversationId);
      const watermark = watermarkOf(c.req.valid('query').watermark);
      const history = await VisitorHistory.open(stores, visitor, cursorAt(watermark));
      const activities: unknown[] = [];
      const context = {
        conversationId,
        userId: visitor.identifier,
        mediaLinkOf: deps.mediaLinkOf,
      };
      for await (const { entry } of history.next(POLL_MAX)) {
        const activity = activityOf(entry, context);
        if (activity) activities.push(activity);
      }
      return c.json({ activities, watermark: history.cursor || '0' }, 200);
    })
    .openapi(postUpload, async (c) => {
      const { channelId, conversationId } = c.req.valid('param');
      const known = await directLine.byToken(c, channelId, conversationId);
      const form = await takeForm(c, limits.mediaBytes);
      const activity = await activityPart(form);
      const files = filesOf(form).filter(({ part }) => part !== 'activity');
      if (files.length === 0 || files.length > FILES_MAX)
        throw invalid([{ path: 'file', message: `1 to ${FILES_MAX} files are needed` }]);
      const clientId = clientIdOf(c, activity);
      const ids: string[] = [];
      for (const [n, { file }] of files.entries()) {
        const kept = await putFile(stores.media, known.principal, file, limits.mediaBytes);
        const body = await mediaUse.checked(
          known.principal,
          fileBody(kept, n === 0 ? activity.text : undefined),
        );
        ids.push(await write(known, n === 0 ? clientId : `${clientId}/${n}`, body, activity));
      }
      return c.json({ id: ids[0] ?? '' }, 200);
    });

  /** What an activity is about. Events and whatever else clients tell on their own are taken and mean nothing here. */
  async function takeActivity(
    c: Context<AppEnv>,
    known: DirectLineVisitor,
    activity: PostedActivity,
  ): Promise<string> {
    const { channel, visitor, name, conversationId } = known;
    switch (activity.type) {
      case 'message':
        return write(known, clientIdOf(c, activity), bodyOf(activity), activity);
      case 'typing':
        typing.publish(visitor.customerId, {
          typing: true,
          actor: { type: 'CUSTOMER', id: visitor.customerId, name },
          channelSessionId: null,
          audience: 'staff',
        });
        break;
      case 'endOfConversation':
        await ingress.sessionEnded(channel, visitor.identifier, { reason: 'CUSTOMER' });
        break;
    }
    return activityId(conversationId, `act_${now().getTime().toString(36)}${randomUUID()}`);
  }
}

/** The client's clock, ISO UTC; what is no time is left out. */
function instantOf(timestamp: string | undefined): string | null {
  const ms = Date.parse(timestamp ?? '');
  return Number.isNaN(ms) ? null : new Date(ms).toISOString();
}

/** The client's own id of a message: what makes a repeat a repeat. */
function clientIdOf(c: Context<AppEnv>, { channelData }: PostedActivity): string {
  return channelData?.clientActivityID ?? c.req.header('idempotency-key') ?? randomUUID();
}

/** The part `activity`, a blob or a field; without one the files come alone. */
async function activityPart(form: FormData): Promise<PostedActivity> {
  const part = form.get('activity') as Blob | string | null;
  if (part === null) return { type: 'message' };
  const text = typeof part === 'string' ? part : await part.text();
  const parsed = PostedActivity.safeParse(guarded(jsonOrNull(text)));
  if (!parsed.success) throw invalid([{ path: 'activity', message: 'not an activity in JSON' }]);
  return parsed.data;
}

/** Clients send an empty one, or one that was never set, at first. */
export function watermarkOf(text: string | undefined): string {
  return text === undefined || ['undefined', 'null', '-'].includes(text) ? '' : text;
}

/** Where a watermark stands. Throws `VALIDATION_FAILED`. */
export function cursorAt(watermark: string) {
  return watermark === '' ? FROM_THE_START : parseCursor(watermark, 'watermark');
}
