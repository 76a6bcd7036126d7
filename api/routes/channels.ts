import type { Context } from 'hono';
import { typedIdentifier } from '../../domain/customer/identity';
import { ProblemError } from '../../domain/errors';
import { JsonValue } from '../../domain/json/schema';
import { type AppEnv, principalOf, type RouteDeps } from '../context';
import type { MediaUse } from '../conversations/media-use';
import { invalid } from '../errors';
import { InboundMessageRequest } from '../ingress/inbound-schema';
import { type Ingress, openChannel } from '../ingress/ingress';
import type { TakeReceipt } from '../ingress/receipts';
import { showTyping } from '../ingress/webhook-events';
import { createRoute, createRouter, json, jsonBody, z } from '../openapi';
import { mayUseChannel } from '../principal';
import type { TypingBus } from '../streams/typing-bus';

const tags = ['Ingress'];
const params = z.object({ channelId: z.string().min(1).max(64) });
const sessionParams = params.extend({ customerIdentifier: z.string().min(1).max(256) });
const Identifier = z.string().min(1).max(256);
const ChannelData = z
  .record(z.string().min(1).max(128), JsonValue)
  .refine(
    (data) => Buffer.byteLength(JSON.stringify(data)) <= 16_384,
    'channel data have at most 16 KiB',
  );
const ChannelCustomer = InboundMessageRequest.shape.customer;

const Accepted = z.object({}).meta({ id: 'Accepted', description: 'It is stored.' });
const TakenCustomer = z.object({ customerId: z.string() }).meta({ id: 'TakenCustomer' });
const TakenMessage = z
  .object({ messageId: z.string(), customerId: z.string() })
  .meta({ id: 'TakenMessage' });
const SessionRequest = z
  .strictObject({
    customer: ChannelCustomer,
    channelData: ChannelData.optional(),
    intent: z
      .enum(['START_CHAT', 'START_CONVERSATION', 'FIND_AGENT'])
      .default('START_CHAT')
      .meta({ description: 'START_CONVERSATION: nobody greets before the customer writes.' }),
  })
  .meta({ id: 'SessionRequest' });
const SessionUpdate = z.strictObject({ channelData: ChannelData }).meta({ id: 'SessionUpdate' });
const Receipt = z
  .strictObject({
    messageId: Identifier.optional().meta({ description: 'Our id of the message or of its part.' }),
    providerMessageId: Identifier.optional(),
    status: z.enum(['SENT', 'DELIVERED', 'READ', 'FAILED']),
    reasonCode: z.string().max(128).optional(),
    at: z.iso.datetime().optional(),
  })
  .refine(
    ({ messageId, providerMessageId }) =>
      messageId !== undefined || providerMessageId !== undefined,
    { path: ['messageId'], message: 'messageId or providerMessageId is needed' },
  )
  .meta({ id: 'Receipt' });
const ChannelTyping = z
  .strictObject({ customerIdentifier: Identifier, typing: z.boolean() })
  .meta({ id: 'ChannelTyping' });

const stored = (schema: z.ZodType = Accepted) => ({ 202: json(schema, 'Stored.') });
const postMessage = createRoute({
  method: 'post',
  path: '/v1/channels/{channelId}/messages',
  tags,
  summary: "A customer's message, from a connector",
  request: { params, body: jsonBody(InboundMessageRequest) },
  responses: { 202: json(TakenMessage, 'Temporal has stored it; a repeat gets the same answer.') },
});
const postSession = createRoute({
  method: 'post',
  path: '/v1/channels/{channelId}/sessions',
  tags,
  summary: 'The customer is there, without a message yet',
  request: { params, body: jsonBody(SessionRequest) },
  responses: { 202: json(TakenCustomer, 'Stored.') },
});
const patchSession = createRoute({
  method: 'patch',
  path: '/v1/channels/{channelId}/sessions/{customerIdentifier}',
  tags,
  summary: 'New facts about a session',
  request: { params: sessionParams, body: jsonBody(SessionUpdate) },
  responses: stored(),
});
const deleteSession = createRoute({
  method: 'delete',
  path: '/v1/channels/{channelId}/sessions/{customerIdentifier}',
  tags,
  summary: 'The customer has gone',
  request: {
    params: sessionParams,
    query: z.object({ reason: z.enum(['CUSTOMER', 'NETWORK']).default('CUSTOMER') }),
  },
  responses: stored(),
});
const postReceipt = createRoute({
  method: 'post',
  path: '/v1/channels/{channelId}/receipts',
  tags,
  summary: 'News of a delivery',
  request: { params, body: jsonBody(Receipt) },
  responses: stored(),
});
const postTyping = createRoute({
  method: 'post',
  path: '/v1/channels/{channelId}/typing',
  tags,
  summary: 'The customer writes, or stopped',
  request: { params, body: jsonBody(ChannelTyping) },
  responses: stored(),
});

export interface ChannelRouteDeps extends RouteDeps {
  readonly ingress: Ingress;
  readonly takeReceipt: TakeReceipt;
  readonly typing: TypingBus;
  readonly mediaUse: MediaUse;
}

/** What connectors tell about their channels (http-api.md section 3). Another connector's channel is as unknown as none at all. */
export function channelRoutes(deps: ChannelRouteDeps) {
  const { stores, ingress, takeReceipt, mediaUse, now } = deps;

  async function ownChannel(c: Context<AppEnv>, channelId: string) {
    const { channel } = await openChannel(stores, channelId);
    if (!mayUseChannel(principalOf(c), channel))
      throw new ProblemError('NOT_FOUND', 'There is no such channel.');
    return channel;
  }

  return createRouter()
    .openapi(postMessage, async (c) => {
      const { customer, body, ...news } = c.req.valid('json');
      const channel = await ownChannel(c, c.req.valid('param').channelId);
      const identifier = identifierOn(channel, customer.identifier, 'customer.identifier');
      const { messageId, customerId } = await ingress.message(
        channel,
        { ...customer, identifier },
        { ...news, body: await mediaUse.checked(principalOf(c), body) },
      );
      return c.json({ messageId, customerId }, 202);
    })
    .openapi(postSession, async (c) => {
      const { customer, channelData, intent } = c.req.valid('json');
      const channel = await ownChannel(c, c.req.valid('param').channelId);
      const identifier = identifierOn(channel, customer.identifier, 'customer.identifier');
      const { customerId } = await ingress.sessionStarted(
        channel,
        { ...customer, identifier },
        { key: c.req.header('idempotency-key'), intent, channelData },
      );
      return c.json({ customerId }, 202);
    })
    .openapi(patchSession, async (c) => {
      const { channelId, customerIdentifier } = c.req.valid('param');
      const channel = await ownChannel(c, channelId);
      const { channelData } = c.req.valid('json');
      const identifier = identifierOn(channel, customerIdentifier, 'customerIdentifier');
      if (!(await ingress.channelDataUpdated(channel, identifier, { channelData })))
        throw noSession();
      return c.json({}, 202);
    })
    .openapi(deleteSession, async (c) => {
      const { channelId, customerIdentifier } = c.req.valid('param');
      const channel = await ownChannel(c, channelId);
      const { reason } = c.req.valid('query');
      const identifier = identifierOn(channel, customerIdentifier, 'customerIdentifier');
      if (!(await ingress.sessionEnded(channel, identifier, { reason }))) throw noSession();
      return c.json({}, 202);
    })
    .openapi(postReceipt, async (c) => {
      const { messageId, providerMessageId, status, reasonCode, at } = c.req.valid('json');
      const channel = await ownChannel(c, c.req.valid('param').channelId);
      await takeReceipt({
        channelId: channel.id,
        partId: messageId ?? null,
        providerMessageId: providerMessageId ?? null,
        state: status,
        reasonCode: reasonCode ?? null,
        at: at ?? now().toISOString(),
      });
      return c.json({}, 202);
    })
    .openapi(postTyping, async (c) => {
      const { customerIdentifier, typing } = c.req.valid('json');
      const channel = await ownChannel(c, c.req.valid('param').channelId);
      await showTyping(deps, channel, customerIdentifier, typing);
      return c.json({}, 202);
    });
}

/** An identifier sent to our API, normalised; a number needs its international form (connectors.md 13.5). */
export function identifierOn(
  channel: Parameters<typeof typedIdentifier>[0],
  identifier: string,
  path: string,
): string {
  const normalised = typedIdentifier(channel, identifier);
  if (normalised === null)
    throw invalid([
      { path, message: 'a number in international form is needed, like +15550002222' },
    ]);
  return normalised;
}

function noSession(): ProblemError {
  return new ProblemError('NOT_FOUND', 'There is no such session.');
}
