import { ConfigId } from '../../domain/channel/schema';
import { identityOf } from '../../domain/customer/identity';
import { ProblemError } from '../../domain/errors';
import type { Customer } from '../../infra/stores';
import type { RouteDeps } from '../context';
import type { ConversationAccess } from '../conversations/access';
import type { AuditTrail } from '../conversations/audit-trail';
import type { MergeCustomers } from '../conversations/merge';
import {
  AnId,
  ConversationSummaryView,
  ConversationView,
  CustomerView,
} from '../conversations/schemas';
import { staffOf } from '../conversations/staff';
import { conversationView, customerView, summaryView } from '../conversations/views';
import { invalid } from '../errors';
import { openChannel } from '../ingress/ingress';
import { createRoute, createRouter, json, jsonBody, listQuery, pageOf, z } from '../openapi';
import { identifierOn } from './channels';
import { listFilters } from './conversations';

const tags = ['Customers'];
const params = z.object({ id: AnId });
const Name = z.string().min(1).max(256);
const AttributeKey = z.string().min(1).max(64);
const Labels = z.array(ConfigId).max(50);
const NewCustomer = z
  .strictObject({
    name: Name.optional(),
    attributes: z.record(AttributeKey, z.string().max(2000)).optional(),
    labels: Labels.optional(),
  })
  .meta({ id: 'NewCustomer' });
const CustomerPatch = z
  .strictObject({
    name: Name.nullable().optional(),
    attributes: z.record(AttributeKey, z.string().max(2000).nullable()).optional(),
    labels: Labels.optional(),
  })
  .meta({
    id: 'CustomerPatch',
    description: '`null` deletes an attribute; `labels` replaces all.',
  });
const IdentityLink = z
  .strictObject({ channelId: ConfigId, identifier: z.string().min(1).max(256) })
  .meta({ id: 'IdentityLink' });
const Merge = z.strictObject({ intoCustomerId: AnId }).meta({ id: 'Merge' });
const customer = { 200: json(CustomerView, 'The customer.') };

const search = createRoute({
  method: 'get',
  path: '/v1/customers',
  tags,
  summary: 'Find customers',
  request: {
    query: z.strictObject({
      ...listQuery,
      q: z.string().min(1).max(200).optional(),
      channelId: ConfigId.optional(),
      identifier: z.string().min(1).max(256).optional(),
      label: ConfigId.optional(),
    }),
  },
  responses: { 200: json(pageOf(CustomerView), 'One page.') },
});
const create = createRoute({
  method: 'post',
  path: '/v1/customers',
  tags,
  summary: 'Make a customer',
  request: { body: jsonBody(NewCustomer) },
  responses: { 201: json(CustomerView, 'The customer.') },
});
const get = createRoute({
  method: 'get',
  path: '/v1/customers/{id}',
  tags,
  summary: 'One customer',
  request: { params },
  responses: customer,
});
const patch = createRoute({
  method: 'patch',
  path: '/v1/customers/{id}',
  tags,
  summary: 'Change a customer',
  request: { params, body: jsonBody(CustomerPatch) },
  responses: customer,
});
const getOpen = createRoute({
  method: 'get',
  path: '/v1/customers/{id}/conversation',
  tags,
  summary: 'The open conversation, 404 if there is none',
  request: { params },
  responses: { 200: json(ConversationView, 'The conversation.') },
});
const getAll = createRoute({
  method: 'get',
  path: '/v1/customers/{id}/conversations',
  tags,
  summary: 'All conversations of the customer that the caller may read',
  request: { params, query: z.strictObject({ ...listQuery, state: listFilters.state }) },
  responses: { 200: json(pageOf(ConversationSummaryView), 'One page.') },
});
const link = createRoute({
  method: 'post',
  path: '/v1/customers/{id}/identities',
  tags,
  summary: 'Link an identity',
  description:
    'The only identity of an anonymous customer brings that customer along: they are merged.',
  request: { params, body: jsonBody(IdentityLink) },
  responses: customer,
});
const unlink = createRoute({
  method: 'delete',
  path: '/v1/customers/{id}/identities',
  tags,
  summary: 'Unlink an identity',
  request: {
    params,
    query: z.strictObject({ channelId: ConfigId, identifier: z.string().min(1).max(256) }),
  },
  responses: customer,
});
const merge = createRoute({
  method: 'post',
  path: '/v1/customers/{id}/merge',
  tags,
  summary: 'Merge this customer into another',
  request: { params, body: jsonBody(Merge) },
  responses: { 200: json(CustomerView, 'The survivor.') },
});

export interface CustomerRouteDeps extends RouteDeps {
  readonly access: ConversationAccess;
  readonly audit: AuditTrail;
  readonly mergeCustomers: MergeCustomers;
}

/** Customers and who they are (domain.md section 10). */
export function customerRoutes({ stores, access, audit, mergeCustomers }: CustomerRouteDeps) {
  async function known(id: string): Promise<Customer> {
    const found = await stores.customers.get(id);
    if (!found) throw new ProblemError('NOT_FOUND', 'There is no such customer.');
    return found;
  }
  async function knownLabels(labels: readonly string[] | undefined): Promise<void> {
    const missing = await Promise.all(
      (labels ?? []).map(async (id, index) =>
        (await stores.config.get('customer-labels', id))
          ? []
          : [{ path: `labels[${index}]`, message: 'no such label' }],
      ),
    );
    if (missing.flat().length > 0) throw invalid(missing.flat());
  }
  async function identity(channelId: string, identifier: string) {
    const { channel } = await openChannel(stores, channelId);
    const { namespace, externalId } = identityOf(
      channel,
      identifierOn(channel, identifier, 'identifier'),
    );
    return { namespace, externalId, channelId };
  }

  return createRouter()
    .openapi(search, async (c) => {
      const { limit, cursor, ...filter } = c.req.valid('query');
      const page = await stores.customers.search(filter, { limit, cursor });
      return c.json({ items: page.items.map(customerView), nextCursor: page.nextCursor }, 200);
    })
    .openapi(create, async (c) => {
      const given = c.req.valid('json');
      await knownLabels(given.labels);
      const made = await stores.customers.create(given);
      await audit.record(
        staffOf(c),
        'customer.created',
        `customers/${made.id}`,
        c.get('requestId'),
      );
      return c.json(customerView(made), 201);
    })
    .openapi(get, async (c) => c.json(customerView(await known(c.req.valid('param').id)), 200))
    .openapi(patch, async (c) => {
      const given = c.req.valid('json');
      const { id } = await known(c.req.valid('param').id);
      await knownLabels(given.labels);
      const changed = await stores.customers.update(id, given);
      await audit.record(staffOf(c), 'customer.changed', `customers/${id}`, c.get('requestId'), {
        fields: Object.keys(given),
      });
      return c.json(customerView(changed), 200);
    })
    .openapi(getOpen, async (c) => {
      const { id } = await known(c.req.valid('param').id);
      const open = await stores.conversations.openOf(id);
      const visible = open && (await access.mayRead(staffOf(c), open));
      if (!open || !visible) throw new ProblemError('NOT_FOUND', 'There is no open conversation.');
      return c.json(conversationView(open), 200);
    })
    .openapi(getAll, async (c) => {
      const { id } = await known(c.req.valid('param').id);
      const { limit, cursor, state } = c.req.valid('query');
      const restriction = await access.restriction(staffOf(c));
      const filter = { customerId: id, ...(state ? { state } : {}), ...restriction };
      const page = await stores.conversations.list(filter, { limit, cursor });
      return c.json({ items: page.items.map(summaryView), nextCursor: page.nextCursor }, 200);
    })
    .openapi(link, async (c) => {
      const { channelId, identifier } = c.req.valid('json');
      const { id } = await known(c.req.valid('param').id);
      const principal = staffOf(c);
      const linked = await stores.customers.link(
        id,
        await identity(channelId, identifier),
        principal.subject,
      );
      if (!linked.merge) return c.json(customerView(linked.customer), 200);
      await mergeCustomers({
        mergedId: linked.merge,
        survivorId: linked.customer.id,
        actorId: principal.subject,
      });
      return c.json(customerView(await known(linked.customer.id)), 200);
    })
    .openapi(unlink, async (c) => {
      const { channelId, identifier } = c.req.valid('query');
      const { id } = await known(c.req.valid('param').id);
      const changed = await stores.customers.unlink(
        id,
        await identity(channelId, identifier),
        staffOf(c).subject,
      );
      return c.json(customerView(changed), 200);
    })
    .openapi(merge, async (c) => {
      const { id } = await known(c.req.valid('param').id);
      const { intoCustomerId } = c.req.valid('json');
      if (!(await stores.customers.get(intoCustomerId)))
        throw new ProblemError('NOT_FOUND', 'There is no such customer.');
      await mergeCustomers({
        mergedId: id,
        survivorId: intoCustomerId,
        actorId: staffOf(c).subject,
      });
      return c.json(customerView(await known(intoCustomerId)), 200);
    });
}
