import { ConfigId } from '../../domain/channel/schema';
import { ProblemError } from '../../domain/errors';
import { principalOf, type RouteDeps } from '../context';
import { createAuditTrail } from '../conversations/audit-trail';
import { createRoute, createRouter, json, z } from '../openapi';

const tags = ['Configuration'];
const params = z.object({ id: ConfigId });
const Registration = z
  .object({
    channelId: z.string(),
    url: z.string().meta({ description: 'Where the provider is to call.' }),
    state: z.enum(['PENDING', 'REGISTERED', 'FAILED', 'SKIPPED', 'MANUAL']).meta({
      description:
        'MANUAL: the provider has no call for it, its console has a field. SKIPPED: no provider could reach the address.',
    }),
    reason: z.string().nullable(),
    attempts: z.int().meta({ description: 'In a row that failed.' }),
    lastAttemptAt: z.iso.datetime().nullable(),
    nextAttemptAt: z.iso.datetime().nullable(),
  })
  .meta({ id: 'HookRegistration' });

const getRegistration = createRoute({
  method: 'get',
  path: '/v1/channels/{id}/webhook',
  tags,
  summary: 'Whether the provider of a channel knows where to call',
  request: { params },
  responses: { 200: json(Registration, 'As it stands.') },
});
const postRegister = createRoute({
  method: 'post',
  path: '/v1/channels/{id}/webhook/register',
  tags,
  summary: 'Tell the provider again where to call',
  request: { params },
  responses: { 202: json(Registration, 'A worker does it in a moment.') },
});

/** What has become of telling providers where to call; a worker does it (workers/hook-registrar.ts). */
export function hookRegistrationRoutes({ stores, connectors, config, logger }: RouteDeps) {
  const audit = createAuditTrail(stores.audit, logger);

  async function registrationOf(id: string): Promise<z.infer<typeof Registration>> {
    const found = await stores.config.channel(id);
    if (!found) throw new ProblemError('NOT_FOUND', `There is no ${id} in channels.`);
    const none = { reason: null, attempts: 0, lastAttemptAt: null, nextAttemptAt: null };
    const told = { channelId: id, url: `${config.publicUrl}/webhooks/${id}`, ...none };
    if (!connectors.get(found.connector.providerId)?.registerWebhook)
      return { ...told, state: 'MANUAL' };
    const known = await stores.hookRegistrations.get(id);
    if (!known) return { ...told, state: 'PENDING' };
    const { fingerprint: _, ...shown } = known;
    return shown;
  }

  return createRouter()
    .openapi(getRegistration, async (c) =>
      c.json(await registrationOf(c.req.valid('param').id), 200),
    )
    .openapi(postRegister, async (c) => {
      const { id } = c.req.valid('param');
      const before = await registrationOf(id);
      if (before.state === 'MANUAL')
        throw new ProblemError('ILLEGAL_STATE', 'The provider is told by hand, in its console.');
      await stores.hookRegistrations.forget(id);
      await audit.record(
        principalOf(c),
        'channel.registerWebhook',
        `channels/${id}`,
        c.get('requestId'),
        {},
      );
      return c.json(await registrationOf(id), 202);
    });
}
