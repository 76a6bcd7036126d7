import { ConfigId } from '../../domain/channel/schema';
import { ENTRY_TYPES } from '../../domain/conversation/timeline-activity';
import { ProblemError } from '../../domain/errors';
import { principalOf, type RouteDeps } from '../context';
import { createAuditTrail } from '../conversations/audit-trail';
import { createRoute, createRouter, json, listQuery, pageOf, z } from '../openapi';

const path = '/v1/webhook-subscriptions/{id}/deliveries';
const tags = ['Webhook subscriptions'];
const State = z.enum(['PENDING', 'DELIVERED', 'DEAD']);
const Delivery = z
  .object({
    id: z.string().meta({ description: '`{conversationId}:{seq}`, the `webhook-id`.' }),
    subscriptionId: z.string(),
    conversationId: z.string(),
    seq: z.int(),
    type: z.enum(ENTRY_TYPES),
    state: State,
    attempts: z.int(),
    createdAt: z.iso.datetime(),
    nextAttemptAt: z.iso.datetime().nullable(),
    lastAttemptAt: z.iso.datetime().nullable(),
    lastError: z.string().nullable(),
  })
  .meta({ id: 'WebhookDelivery' });

const getDeliveries = createRoute({
  method: 'get',
  path,
  tags,
  summary: 'What was sent to a subscriber, waits, or was given up',
  description:
    'An entry is tried for 24 hours, then it is DEAD. Delivered ones are kept a week, dead ones 30 days.',
  request: {
    params: z.object({ id: ConfigId }),
    query: z.strictObject({ ...listQuery, state: State.optional() }),
  },
  responses: { 200: json(pageOf(Delivery), 'Newest first.') },
});
const postRetry = createRoute({
  method: 'post',
  path: `${path}/{deliveryId}/retry`,
  tags,
  summary: 'Send one again',
  description: 'A dead one has its 24 hours anew; one that waits is tried at once.',
  request: {
    params: z.object({ id: ConfigId, deliveryId: z.string().regex(/^[\w-]{1,64}:\d{1,10}$/) }),
  },
  responses: { 202: json(Delivery, 'It waits to be sent, under its own `webhook-id`.') },
});

/** Outgoing webhooks (connectors.md section 10, Subscriptions). */
export function webhookDeliveryRoutes({ stores, logger }: RouteDeps) {
  const audit = createAuditTrail(stores.audit, logger);

  async function known(id: string): Promise<void> {
    if (!(await stores.config.get('webhook-subscriptions', id)))
      throw new ProblemError('NOT_FOUND', `There is no ${id} in webhook-subscriptions.`);
  }

  return createRouter()
    .openapi(getDeliveries, async (c) => {
      const { id } = c.req.valid('param');
      const { state, ...page } = c.req.valid('query');
      await known(id);
      const { items, nextCursor } = await stores.webhooks.list(id, state, page);
      return c.json({ items: items.map((item) => ({ ...item })), nextCursor }, 200);
    })
    .openapi(postRetry, async (c) => {
      const { id, deliveryId } = c.req.valid('param');
      await known(id);
      const delivery = await stores.webhooks.retry(id, deliveryId);
      if (!delivery) throw new ProblemError('NOT_FOUND', 'There is no such delivery.');
      const target = `webhook-subscriptions/${id}`;
      const after = { deliveryId };
      await audit.record(
        principalOf(c),
        'webhookDelivery.retry',
        target,
        c.get('requestId'),
        after,
      );
      return c.json({ ...delivery }, 202);
    });
}
