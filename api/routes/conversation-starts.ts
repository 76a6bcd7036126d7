import { ConfigId } from '../../domain/channel/schema';
import { conversationWorkflowId } from '../../domain/ids';
import type { IdentifiedCustomer } from '../../infra/stores';
import { endConversationSignal, getConversationQuery } from '../../workflows/conversation/messages';
import type { RouteDeps } from '../context';
import type { ConversationAccess } from '../conversations/access';
import { messageIdFor } from '../conversations/acting';
import type { AuditTrail } from '../conversations/audit-trail';
import type { ForceClose } from '../conversations/force-close';
import type { MediaUse } from '../conversations/media-use';
import { OutboundBody } from '../conversations/outbound-body';
import type { People } from '../conversations/people';
import { staffOf } from '../conversations/staff';
import { InboundMessageRequest } from '../ingress/inbound-schema';
import { type Ingress, openChannel } from '../ingress/ingress';
import { isUnavailable } from '../ingress/outage-budget';
import { createRoute, createRouter, json, jsonBody, z } from '../openapi';
import type { Places } from '../routing/places';
import { identifierOn } from './channels';
import { conversationParams } from './conversations';

const tags = ['Conversations'];
const Start = z
  .strictObject({
    channelId: ConfigId,
    customer: InboundMessageRequest.shape.customer,
    body: OutboundBody,
  })
  .meta({ id: 'OutboundStart' });
const Started = z
  .object({
    conversationId: z.string().optional().meta({ description: 'Where it is known already.' }),
    customerId: z.string(),
    messageId: z.string(),
  })
  .meta({ id: 'OutboundStarted' });

const postConversation = createRoute({
  method: 'post',
  path: '/v1/conversations',
  tags,
  summary: 'Write to a customer first',
  request: { body: jsonBody(Start) },
  responses: {
    201: json(Started, 'It is stored; with an open conversation the message goes into it.'),
  },
});
const deleteConversation = createRoute({
  method: 'delete',
  path: '/v1/conversations/{id}',
  tags,
  summary: 'End it, whatever its state',
  description:
    'Never refused. A run that has not heard the first call for 30 seconds is terminated by the next one and finished beside.',
  request: {
    params: conversationParams,
    body: {
      ...jsonBody(
        z.strictObject({ reason: z.string().max(256).optional() }).meta({ id: 'Ending' }),
      ),
      required: false as const,
    },
  },
  responses: { 202: json(z.object({}), 'Ordered.') },
});

export interface StartRouteDeps extends RouteDeps {
  readonly access: ConversationAccess;
  readonly audit: AuditTrail;
  readonly people: People;
  readonly ingress: Ingress;
  readonly mediaUse: MediaUse;
  readonly forceClose: ForceClose;
  readonly places: Places;
}

/** How conversations begin and end by order. */
export function conversationStartRoutes(deps: StartRouteDeps) {
  const { stores, temporal, access, audit, people, ingress, mediaUse, forceClose, places } = deps;

  /** The conversation that an event has just opened; undefined when its workflow is not that far within moments. */
  async function openedIn(customerId: string): Promise<string | undefined> {
    try {
      const handle = temporal.workflow.getHandle(conversationWorkflowId(customerId));
      const conversation = await temporal.withDeadline(Date.now() + OPENING_PATIENCE_MS, () =>
        handle.query(getConversationQuery),
      );
      if (conversation) access.remember(conversation);
      return conversation?.id;
    } catch {
      return undefined;
    }
  }

  /** An agent's start takes a place of theirs, unless they serve the customer already. */
  async function withPlace(
    channelType: string,
    agentId: string | undefined,
    { signalTo }: IdentifiedCustomer,
    send: (taskId?: string) => Promise<void>,
  ): Promise<void> {
    if (agentId === undefined || (await isServing(agentId, signalTo))) return send();
    const mrdId = await stores.config.channelTypeMrd(channelType);
    const workflowId = conversationWorkflowId(signalTo);
    const wanted = { agentId, conversationId: null, workflowId, mrdId, counts: true, letIn: true };
    return places.taking(wanted, send);
  }
  async function isServing(agentId: string, customerId: string): Promise<boolean> {
    const open = await stores.conversations.openOf(customerId).catch((error: unknown) => {
      if (isUnavailable(error)) return null;
      throw error;
    });
    return (open?.participants ?? []).some(
      ({ type, id, role, leftAt }) =>
        type === 'AGENT' && id === agentId && role === 'PRIMARY' && leftAt === null,
    );
  }

  return createRouter()
    .openapi(postConversation, async (c) => {
      const { channelId, customer, body } = c.req.valid('json');
      const principal = staffOf(c);
      const { channel } = await openChannel(stores, channelId);
      const identifier = identifierOn(channel, customer.identifier, 'customer.identifier');
      const actor = await people.actor(principal);
      const agent =
        principal.role === 'bot'
          ? null
          : await people.agent(principal.subject, principal.role === 'supervisor');
      const messageId = messageIdFor(principal, c.req.header('idempotency-key'));
      const checked = await mediaUse.checked(principal, body);
      const { customerId, signalTo } = await ingress.startOutbound(
        channel,
        { ...customer, identifier },
        { actor, agent, messageId, body: checked },
        (to, send) => withPlace(channel.channelType, agent?.agentId, to, send),
      );
      await audit.record(
        principal,
        'conversation.startOutbound',
        `customers/${customerId}`,
        c.get('requestId'),
        {
          channelId,
          messageId,
        },
      );
      const conversationId = await openedIn(signalTo);
      return c.json({ ...(conversationId ? { conversationId } : {}), customerId, messageId }, 201);
    })
    .openapi(deleteConversation, async (c) => {
      const principal = staffOf(c);
      const { id } = c.req.valid('param');
      const { reason = null } = c.req.valid('json') ?? {};
      const facts = await access.act(principal, id);
      const actor = await people.actor(principal);
      const order = { conversationId: id, actor, force: true, reason };
      await forceClose(facts, order);
      await audit.record(
        principal,
        `conversation.${endConversationSignal.name}`,
        `conversations/${id}`,
        c.get('requestId'),
        {
          reason,
        },
      );
      return c.json({}, 202);
    });
}

/** Milliseconds: enough for a worker that has nothing else to do, and the caller has the message's id in any case. */
const OPENING_PATIENCE_MS = 3000;
