import type { OpenAPIHono } from '@hono/zod-openapi';
import { ProblemError } from '../domain/errors';
import { type Authenticator, createAuthenticator } from './authenticator';
import type { AppDeps, AppEnv, RouteDeps } from './context';
import { mountConversationApi } from './conversation-api';
import { createTeamDirectory } from './conversations/team-directory';
import { createCustomerTokens } from './customer-token';
import { problemAnswer } from './errors';
import { auth } from './middleware/auth';
import { bodyLimit } from './middleware/body-limit';
import { budgets } from './middleware/budgets';
import { contentType } from './middleware/content-type';
import { forBodies } from './middleware/for-bodies';
import { idempotency } from './middleware/idempotency';
import { jsonGuard } from './middleware/json-guard';
import { requestMetrics } from './middleware/metrics';
import { presence } from './middleware/presence';
import { publicText } from './middleware/public-text';
import { queryGuard } from './middleware/query-guard';
import { byAddress, byCaller, rateLimit } from './middleware/rate-limit';
import { requestId } from './middleware/request-id';
import { securityHeaders } from './middleware/security-headers';
import { traced } from './middleware/trace';
import { createIssuerVerifier } from './oidc';
import { createIssuerDiscovery, type DiscoverIssuer } from './oidc-discovery';
import { createRouter } from './openapi';
import { catalogueRoutes } from './routes/catalogue';
import { configurationRoutes } from './routes/configuration';
import { hookRegistrationRoutes } from './routes/hook-registrations';
import { operationRoutes } from './routes/operations';
import { pageRoutes } from './routes/pages';
import { signInRoutes } from './routes/sign-in';
import { staffPageRoutes } from './routes/staff-pages';
import { tokenRoutes } from './routes/tokens';
import { webhookDeliveryRoutes } from './routes/webhook-deliveries';
import { workspaceRoutes } from './routes/workspace';
import { createAgentAccess } from './routing/agent-access';
import { createRoutingDesk } from './routing/desk';
import { createPresence, type Presence } from './routing/presence';
import { DEFAULT_LIMITS } from './settings';
import { webchatCors } from './webchat/cors';

/** What is the same text for everyone: sent compressed. */
const PUBLIC_TEXTS = [
  ...['/', '/desk', '/board', '/assets/*', '/docs', '/docs/assets/*', '/openapi.json'],
  ...['/widget.js', '/webchat/:channelId/demo'],
];

/** The HTTP API, listening on nothing: `app.fetch` is served by api/server.ts, `app.request` is what tests call. */
export function createApp(deps: AppDeps): OpenAPIHono<AppEnv> {
  const { stores, config, logger, now } = deps;
  const limits = { ...DEFAULT_LIMITS, ...config.limits };
  const discover = issuerOf(deps);
  const authenticator = authenticatorOf(deps, discover);
  const app = createRouter();

  app.onError((error, c) => problemAnswer(error, c, logger));
  app.notFound((c) => {
    const allowed = methodsOf(app, c.req.path);
    const extra: Record<string, string> = allowed.length > 0 ? { allow: allowed.join(', ') } : {};
    return problemAnswer(noRoute(c.req.method, allowed), c, logger, extra);
  });

  // In this order: who is asking is known before their body is read, and the body is sound before it is looked up by key.
  const { rateWindowSeconds: windowSeconds } = limits;
  app.use(requestId(deps.withLogFields));
  if (deps.tracing) app.use(traced(deps.tracing));
  app.use(requestMetrics(deps.metrics));
  app.use(securityHeaders(config));
  // Before anything that may refuse: the widget must be able to read a refusal.
  const cors = webchatCors(stores.config);
  for (const base of ['/webchat/*', '/directline/*', '/deepchat/*']) app.use(base, cors);
  app.use(rateLimit({ limit: limits.requestsPerAddress, windowSeconds, key: byAddress }));
  app.use(auth({ authenticator }));
  const lease = createPresence(stores.presence, logger, now);
  app.use(presence(lease));
  app.use(rateLimit({ limit: limits.requestsPerToken, windowSeconds, key: byCaller }));
  app.use(queryGuard());
  const onceOnly = idempotency({ store: stores.idempotency, secrets: config.secrets });
  app.use(forBodies(bodyLimit(limits), contentType(), jsonGuard(), onceOnly));
  app.use(budgets(limits));
  const short = publicText();
  for (const path of PUBLIC_TEXTS) app.use(path, short);

  mountRoutes(app, { ...deps, auth: authenticator, limits, presence: lease }, discover);
  return app;
}

/** Who is asking: tokens of ours, of webchat's visitors, and of the issuer where there is one. */
export function authenticatorOf(
  deps: Pick<AppDeps, 'stores' | 'config' | 'outgoing' | 'now'>,
  discover = issuerOf(deps),
): Authenticator {
  const { stores, config, outgoing, now } = deps;
  return createAuthenticator({
    stores,
    config,
    customers: createCustomerTokens(config.secrets, now),
    issuer:
      config.oidc && discover
        ? createIssuerVerifier(config.oidc, outgoing.fetch(), now, discover)
        : null,
    now,
  });
}

/** What the issuer tells of itself; null where none is configured. */
function issuerOf({ config, outgoing }: Pick<AppDeps, 'config' | 'outgoing'>) {
  return config.oidc ? createIssuerDiscovery(config.oidc.issuer, outgoing.fetch()) : null;
}

/** Every route module, in the order of the document. */
function mountRoutes(
  app: OpenAPIHono<AppEnv>,
  routeDeps: RouteDeps & { readonly presence: Presence },
  discover: DiscoverIssuer | null,
): void {
  const { stores, temporal } = routeDeps;
  const teams = createTeamDirectory(stores.config);
  const deps = {
    ...routeDeps,
    teams,
    agents: createAgentAccess(stores.config, teams),
    desk: createRoutingDesk(temporal),
  };
  app.route('/', pageRoutes(app, deps));
  app.route('/', staffPageRoutes({ config: deps.config, discover }));
  app.route('/', signInRoutes({ config: deps.config, discover }));
  app.route('/', operationRoutes(deps));
  app.route('/', tokenRoutes(deps));
  app.route('/', workspaceRoutes(deps));
  app.route('/', catalogueRoutes(deps));
  app.route('/', configurationRoutes(deps));
  app.route('/', webhookDeliveryRoutes(deps));
  app.route('/', hookRegistrationRoutes(deps));
  mountConversationApi(app, deps);
}

/** The methods that some route takes on a path. */
function methodsOf(app: OpenAPIHono<AppEnv>, path: string): readonly string[] {
  const takes = (method: string) =>
    app.router.match(method, path)[0].some(([[, route]]) => route.method !== 'ALL');
  return ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'].filter(takes);
}

/** 405 where another method is known on the path, else 404. */
function noRoute(method: string, allowed: readonly string[]): ProblemError {
  if (allowed.length === 0) return new ProblemError('NOT_FOUND', 'There is no such route.');
  return new ProblemError('METHOD_NOT_ALLOWED', `${method} is not possible here.`);
}
