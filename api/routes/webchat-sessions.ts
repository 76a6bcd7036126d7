import { randomBytes } from 'node:crypto';
import type { Context } from 'hono';
import { ProblemError } from '../../domain/errors';
import { JsonValue } from '../../domain/json/schema';
import type { AppEnv, RouteDeps } from '../context';
import { AnId, Instant } from '../conversations/schemas';
import type { Ingress } from '../ingress/ingress';
import { createRoute, createRouter, json, jsonBody, z } from '../openapi';
import type { TypingBus } from '../streams/typing-bus';
import { checkForm, withoutPrivileges } from '../webchat/pre-chat';
import type { Visitors } from '../webchat/visitors';

const tags = ['Webchat'];
/** A visitor's token lives as long as a conversation may by default; a new session brings a new one. */
const TOKEN_TTL_SECONDS = 7 * 86_400;
const channelParams = z.object({ channelId: z.string().min(1).max(64) });
const ChannelData = z
  .record(z.string().min(1).max(128), JsonValue)
  .refine(
    (data) => Buffer.byteLength(JSON.stringify(data)) <= 16_384,
    'channel data have at most 16 KiB',
  );
const SessionRequest = z
  .strictObject({
    customer: z
      .strictObject({
        identifier: z.string().min(1).max(256).optional(),
        identifierHash: z.string().max(128).optional().meta({
          description:
            'Hex HMAC-SHA256 of the identifier with `identitySecret`; without it the visitor stays anonymous.',
        }),
        name: z.string().min(1).max(256).optional(),
      })
      .optional(),
    channelData: ChannelData.optional().meta({
      description: 'Answers of the pre-chat form go into `formData`.',
    }),
  })
  .meta({ id: 'WebchatSessionRequest' });
const Session = z
  .object({
    token: z.string(),
    customerId: z.string(),
    channelSessionIdentifier: z.string(),
    expiresAt: Instant,
  })
  .meta({ id: 'WebchatSession' });
const accepted = (description: string) => ({ 202: json(z.object({}), description) });
const postSession = createRoute({
  method: 'post',
  path: '/webchat/{channelId}/sessions',
  tags,
  summary: 'A visitor opens the chat',
  description:
    'Starts the channel session, so that the bot may greet. With the token of an earlier session as Bearer the same visitor comes back.',
  request: { params: channelParams, body: jsonBody(SessionRequest) },
  responses: {
    201: json(
      Session,
      'The token opens this visitor’s conversations on this channel and nothing else.',
    ),
  },
});
const postTyping = createRoute({
  method: 'post',
  path: '/webchat/typing',
  tags,
  summary: 'The visitor writes, or stopped',
  request: {
    body: jsonBody(z.strictObject({ typing: z.boolean() }).meta({ id: 'WebchatTyping' })),
  },
  responses: accepted('Passed on.'),
});
const postRead = createRoute({
  method: 'post',
  path: '/webchat/read',
  tags,
  summary: 'The visitor has read up to an entry',
  request: {
    body: jsonBody(
      z
        .strictObject({
          seq: z.int().min(0),
          conversationId: AnId.optional().meta({ description: 'The newest one without it.' }),
        })
        .meta({ id: 'WebchatRead' }),
    ),
  },
  responses: accepted('Taken.'),
});
const deleteSession = createRoute({
  method: 'delete',
  path: '/webchat/session',
  tags,
  summary: 'The visitor ends the chat',
  responses: accepted('Stored.'),
});

export interface WebchatSessionRouteDeps extends RouteDeps, Visitors {
  readonly ingress: Ingress;
  readonly typing: TypingBus;
}

/** Coming, being there and leaving (http-api.md section 7). A token is one visitor on one channel, whatever else is asked. */
export function webchatSessionRoutes(deps: WebchatSessionRouteDeps) {
  const { stores, auth, ingress, typing, now, webChannel, visitorOf } = deps;

  /** The visitor of an earlier token for this channel; null without one, or with one that is good for nothing any more. */
  async function returning(c: Context<AppEnv>, channelId: string): Promise<string | null> {
    const token = /^Bearer +(\S+)$/i.exec(c.req.header('authorization') ?? '')?.[1];
    if (!token) return null;
    const earlier = await auth.customers.verify(token).catch(() => null);
    return earlier?.channelId === channelId ? earlier.identifier : null;
  }

  return createRouter()
    .openapi(postSession, async (c) => {
      const { customer = {}, channelData } = c.req.valid('json');
      const { channel, connector } = await webChannel(c, c.req.valid('param').channelId);
      checkForm(channel, channelData?.['formData']);
      const verified = deps.identifierFits(
        connector.cfg,
        customer.identifier,
        customer.identifierHash,
      );
      const identifier = verified
        ? (customer.identifier as string) // it fits, so it is there
        : ((await returning(c, channel.id)) ?? `visitor_${randomBytes(16).toString('base64url')}`);
      const { customerId } = await ingress.sessionStarted(
        channel,
        { identifier, name: customer.name, verified },
        {
          key: c.req.header('idempotency-key'),
          channelData: channelData && withoutPrivileges(channelData),
        },
      );
      const signed = await auth.customers.sign(
        { subject: customerId, channelId: channel.id, identifier },
        TOKEN_TTL_SECONDS,
      );
      return c.json({ ...signed, customerId, channelSessionIdentifier: identifier }, 201);
    })
    .openapi(postTyping, async (c) => {
      const { visitor, name } = await visitorOf(c);
      typing.publish(visitor.customerId, {
        typing: c.req.valid('json').typing,
        actor: { type: 'CUSTOMER', id: visitor.customerId, name },
        channelSessionId: null,
        audience: 'staff',
      });
      return c.json({}, 202);
    })
    .openapi(postRead, async (c) => {
      const { seq, conversationId } = c.req.valid('json');
      const { customerId, channelId } = (await visitorOf(c)).visitor;
      const limit = conversationId === undefined ? 1 : 200;
      const { items } = await stores.conversations.list({ customerId, channelId }, { limit });
      const read =
        conversationId === undefined ? items[0] : items.find(({ id }) => id === conversationId);
      if (!read && conversationId !== undefined)
        throw new ProblemError('NOT_FOUND', 'There is no such conversation.');
      if (read)
        await stores.deliveries.reportStreamed({
          conversationId: read.id,
          upToSeq: Math.min(seq, Number.MAX_SAFE_INTEGER),
          state: 'READ',
          at: now().toISOString(),
        });
      return c.json({}, 202);
    })
    .openapi(deleteSession, async (c) => {
      const { channel, visitor } = await visitorOf(c);
      // Ending what has ended changes nothing and is no error.
      await ingress.sessionEnded(channel, visitor.identifier, { reason: 'CUSTOMER' });
      return c.json({}, 202);
    });
}
