import type { HttpBindings } from '@hono/node-server';
import type { Context } from 'hono';
import { Counter, type Registry } from 'prom-client';
import type { HookOutcome, HookReply, InboundEvent, RawRequest } from '../../connectors/connector';
import { ProblemError } from '../../domain/errors';
import type { AppEnv, RouteDeps } from '../context';
import type { ProviderSigns } from '../conversations/provider-signs';
import { type Recipient, recipientsOf } from '../ingress/hook-recipients';
import { openChannel } from '../ingress/ingress';
import { readEvents } from '../ingress/read-events';
import { type Evidence, takeEvents, type WebhookEventDeps } from '../ingress/webhook-events';
import { content, createRoute, createRouter, z } from '../openapi';

const request = { params: z.object({ channelId: z.string().min(1).max(64) }) };
const answers = { 200: content('*/*', 'What the provider wants to read.') };
const getWebhook = createRoute({
  method: 'get',
  path: '/webhooks/{channelId}',
  tags: ['Ingress'],
  summary: "A provider's set-up call",
  request,
  responses: answers,
});
const postWebhook = createRoute({
  method: 'post',
  path: '/webhooks/{channelId}',
  tags: ['Ingress'],
  summary: "A provider's events, signed as its connector demands",
  request,
  responses: answers,
});

type WebhookDeps = RouteDeps & WebhookEventDeps & { readonly signs: ProviderSigns };

/** Providers call here (connectors.md 1.2): verify the raw bytes, parse, take, and answer only when all of it is durable. */
export function webhookRoutes(deps: WebhookDeps) {
  const { stores, connectors, config, limits, now, logger } = deps;
  const unparsed = counter(
    deps.metrics,
    'parley_webhook_events_unparsed_total',
    'Events of signed webhooks that could not be read.',
  );
  const unrouted = counter(
    deps.metrics,
    'parley_webhook_accounts_unknown_total',
    'Accounts in signed webhooks that belong to no channel.',
  );
  const refused = new Counter({
    name: 'parley_webhooks_refused_total',
    help: 'Webhooks whose signature did not fit.',
    labelNames: ['channel'],
    registers: [deps.metrics],
  });
  const alerts = counter(
    deps.metrics,
    'parley_webhook_account_alerts_total',
    'Failures of whole accounts that providers reported.',
  );

  async function takeRequest(c: Context<AppEnv>, channelId: string): Promise<Response> {
    const { channel, connector: configured } = await openChannel(stores, channelId);
    const connector = connectors.get(configured.providerId);
    if (!connector) throw new ProblemError('NOT_FOUND', 'There is no such channel.');
    const raw = await rawRequest(c, config.publicUrl);
    if (raw.raw.length > (connector.maxRequestBytes ?? limits.webhookBytes))
      throw new ProblemError('PAYLOAD_TOO_LARGE', 'The body is too large for this channel.');
    const addressed = { channel, connector, cfg: configured.cfg };
    const context = { cfg: configured.cfg, channel, now: now() };

    const handshake = connector.handshake?.(raw, context);
    if (handshake) return answer(handshake);
    const found = await recipientsOf(raw, addressed, {
      ...deps,
      config: stores.config,
      now: context.now,
    });
    if ('ok' in found) {
      refused.inc({ channel: channelId });
      logger.warn({ channelId, reason: found.reason }, 'a webhook was refused');
      throw new ProblemError(
        found.status === 403 ? 'FORBIDDEN' : 'UNAUTHENTICATED',
        'The signature does not fit.',
      );
    }
    const evidence = { raw: raw.raw, contentType: raw.headers.get('content-type') };
    const outcome = { accepted: 0, duplicates: 0 };
    const events: InboundEvent[] = [];
    for (const recipient of found.channels) {
      const taken = await takeFor(recipient, raw, context.now, evidence);
      events.push(...taken.events);
      outcome.accepted += taken.outcome.accepted;
      outcome.duplicates += taken.outcome.duplicates;
    }
    if (found.strangers.length > 0) await keepUnrouted(addressed, found.strangers.length, evidence);
    return answer(connector.reply(raw, events, context, outcome));
  }

  /** The events of a request that are one channel's, all of them durable. */
  async function takeFor(
    { channel, connector, cfg }: Recipient,
    raw: RawRequest,
    at: Date,
    evidence: Evidence,
  ): Promise<{ readonly events: readonly InboundEvent[]; readonly outcome: HookOutcome }> {
    const events = await readEvents(connector, raw, { cfg, channel, now: at });
    const unread = events.filter(({ kind }) => kind === 'unparsed').length;
    if (unread > 0) unparsed.inc({ provider: connector.id }, unread);
    for (const event of events)
      if (event.kind === 'accountAlert') {
        alerts.inc({ provider: connector.id });
        logger.warn(
          { channelId: channel.id, reason: event.code },
          'the provider reports trouble with the account',
        );
      }
    const outcome = await takeEvents(deps, channel, events, evidence);
    if (connector.acknowledge && outcome.duplicates === 0)
      deps.signs.acknowledge(channel.id, events);
    return { events, outcome };
  }

  /** What is about accounts that no channel of ours has: a repeat would not mend it, so it is acknowledged and kept. */
  async function keepUnrouted(
    { channel, connector }: Recipient,
    count: number,
    evidence: Evidence,
  ): Promise<void> {
    unrouted.inc({ provider: connector.id }, count);
    const reason = 'about an account that no channel has under this secret';
    logger.warn({ channelId: channel.id, reason, count }, 'a webhook had parts for nobody');
    await stores.unparsed.keep({ channelId: channel.id, reason, ...evidence });
  }

  return createRouter()
    .openapi(getWebhook, (c) => takeRequest(c, c.req.valid('param').channelId))
    .openapi(postWebhook, (c) => takeRequest(c, c.req.valid('param').channelId));
}

/** The request as the provider sent it: the outside URL is ours to know, forwarded host headers change nothing. */
async function rawRequest(c: Context<AppEnv>, publicUrl: string): Promise<RawRequest> {
  const { url, method } = c.req;
  const from = url.indexOf('/', url.indexOf('://') + 3);
  // What came over the wire, where there is one: `url` is normalised, and a provider signs the query as it wrote it.
  const { incoming } = (c.env ?? {}) as Partial<HttpBindings>;
  const target = incoming?.url ?? (from < 0 ? '/' : url.slice(from));
  return {
    method,
    url: publicUrl + target,
    headers: c.req.raw.headers,
    raw: method === 'GET' ? new Uint8Array() : new Uint8Array(await c.req.arrayBuffer()),
  };
}

function answer({ status, headers, body }: HookReply): Response {
  return new Response(body ?? null, { status, ...(headers ? { headers: { ...headers } } : {}) });
}

function counter(registry: Registry, name: string, help: string): Counter<'provider'> {
  return new Counter({ name, help, labelNames: ['provider'], registers: [registry] });
}
