import type { Role } from './principal';

/** Who may call one route, and how its request is read. */
export interface RoutePolicy {
  /** Roles; `anyone` needs no credential (the route checks a signature or a token of its own where it says so). */
  readonly who: readonly Role[] | 'anyone';
  /** The route itself checks a credential of another protocol, and refuses as that one does: 401 or 403. */
  readonly ownDoor?: boolean;
  /** A browser's stream may bring a one-use ticket in the URL. */
  readonly ticket?: boolean;
  /**
   * `json` (default): at most the body limit, parsed and guarded. `webhook`: raw bytes, any type, at most the webhook limit.
   * `stream`: left to the route, at most the media limit by its length header.
   */
  readonly body?: 'json' | 'webhook' | 'stream';
  /**
   * Repeats are absorbed by the route's own key, so it goes on when the store of idempotency keys is down, or when the process that took
   * the key seems to be gone.
   */
  readonly selfDeduping?: boolean;
  /** Signed by the caller: goes on when the rate limiter fails. */
  readonly signed?: boolean;
}

const ADMIN: readonly Role[] = ['admin'];
/** A supervisor can do all that an agent can (domain.md section 13). */
const AGENTS: readonly Role[] = ['agent', 'supervisor'];
const AGENTS_AND_ADMIN: readonly Role[] = ['agent', 'supervisor', 'admin'];
const SUPERVISION: readonly Role[] = ['supervisor', 'admin'];
const CONNECTOR: readonly Role[] = ['connector'];
const CUSTOMER: readonly Role[] = ['customer'];
const READERS: readonly Role[] = ['admin', 'operator', 'supervisor', 'agent', 'bot'];
const PEOPLE: readonly Role[] = ['admin', 'operator', 'supervisor', 'agent'];
const STAFF: readonly Role[] = ['admin', 'operator', 'supervisor', 'agent', 'connector', 'bot'];
const PUBLIC: RoutePolicy = { who: 'anyone' };
const OWN_DOOR: RoutePolicy = { who: 'anyone', ownDoor: true };

const only = (...roles: readonly (readonly Role[])[]): RoutePolicy => ({
  who: [...new Set(roles.flat())],
});

const CONVERSATION = '/v1/conversations/{id}';

/**
 * The role table: every route of the API. One middleware enforces it; a route without a row is refused and fails a test, as does a
 * row without a route. Which objects a caller sees is the routes' business: what may not be seen answers as if it were not there.
 */
const TABLE: Readonly<Record<string, RoutePolicy>> = {
  // Operations and pages
  'GET /': PUBLIC,
  'GET /healthz': PUBLIC,
  'GET /readyz': PUBLIC,
  'GET /openapi.json': PUBLIC,
  'GET /docs': PUBLIC,
  'GET /docs/assets/{file}': PUBLIC,
  'GET /desk': PUBLIC,
  'GET /board': PUBLIC,
  'GET /assets/{file}': PUBLIC,
  'GET /v1/sign-in': PUBLIC,
  'GET /v1/me': only(STAFF),
  'GET /v1/workspace': only(AGENTS_AND_ADMIN),
  'GET /v1/audit': only(ADMIN),

  // Credentials
  'POST /v1/tokens': only(ADMIN),
  'DELETE /v1/tokens/{id}': only(ADMIN),
  'POST /v1/stream-tickets': only(STAFF, CUSTOMER),

  // Ingress
  'GET /webhooks/{channelId}': { who: 'anyone', body: 'webhook', signed: true },
  'POST /webhooks/{channelId}': { who: 'anyone', body: 'webhook', signed: true },
  'POST /v1/channels/{channelId}/messages': { who: CONNECTOR, selfDeduping: true },
  'POST /v1/channels/{channelId}/sessions': { who: CONNECTOR, selfDeduping: true },
  'PATCH /v1/channels/{channelId}/sessions/{customerIdentifier}': only(CONNECTOR),
  'DELETE /v1/channels/{channelId}/sessions/{customerIdentifier}': only(CONNECTOR),
  'POST /v1/channels/{channelId}/receipts': { who: CONNECTOR, selfDeduping: true },
  'POST /v1/channels/{channelId}/typing': { who: CONNECTOR, selfDeduping: true },

  // Media
  'POST /v1/media': { who: ['agent', 'supervisor', 'bot', 'connector', 'admin'], body: 'stream' },
  'GET /v1/media/{mediaId}': only(READERS),
  // Signed by us, for providers that fetch.
  'GET /media/{mediaId}': PUBLIC,

  // Conversations: reading
  'GET /v1/conversations': only(READERS),
  [`GET ${CONVERSATION}`]: only(READERS),
  [`GET ${CONVERSATION}/timeline`]: only(READERS),
  [`GET ${CONVERSATION}/events`]: { who: READERS, ticket: true },
  [`GET ${CONVERSATION}/transcript`]: only(READERS),
  [`GET ${CONVERSATION}/explain`]: only(READERS),
  'GET /v1/customers': only(PEOPLE),
  'POST /v1/customers': only(AGENTS_AND_ADMIN),
  'GET /v1/customers/{id}': only(PEOPLE),
  'PATCH /v1/customers/{id}': only(AGENTS_AND_ADMIN),
  'GET /v1/customers/{id}/conversation': only(PEOPLE),
  'GET /v1/customers/{id}/conversations': only(PEOPLE),

  // Conversations: acting. An admin writes no messages and takes no work, but ends what has to end.
  'POST /v1/conversations': only(AGENTS, ['bot']),
  [`POST ${CONVERSATION}/messages`]: { ...only(AGENTS, ['bot']), selfDeduping: true },
  [`PATCH ${CONVERSATION}/messages/{messageId}`]: only(AGENTS),
  [`DELETE ${CONVERSATION}/messages/{messageId}`]: only(AGENTS),
  [`PUT ${CONVERSATION}/messages/{messageId}/reaction`]: only(AGENTS),
  [`POST ${CONVERSATION}/typing`]: only(AGENTS),
  [`POST ${CONVERSATION}/read`]: only(AGENTS),
  [`POST ${CONVERSATION}/participants`]: only(AGENTS),
  [`PATCH ${CONVERSATION}/participants/{agentId}`]: only(AGENTS),
  [`DELETE ${CONVERSATION}/participants/{agentId}`]: only(AGENTS_AND_ADMIN),
  [`POST ${CONVERSATION}/agent-requests`]: only(AGENTS_AND_ADMIN, ['bot']),
  [`DELETE ${CONVERSATION}/agent-requests`]: only(AGENTS_AND_ADMIN, ['bot']),
  [`POST ${CONVERSATION}/transfers`]: only(AGENTS),
  [`DELETE ${CONVERSATION}/transfers/{taskId}`]: only(AGENTS),
  [`POST ${CONVERSATION}/consults`]: only(AGENTS),
  [`POST ${CONVERSATION}/conferences`]: only(AGENTS),
  [`POST ${CONVERSATION}/hold`]: only(AGENTS),
  [`DELETE ${CONVERSATION}/hold`]: only(AGENTS),
  [`POST ${CONVERSATION}/notes`]: only(AGENTS),
  [`POST ${CONVERSATION}/whispers`]: only(AGENTS),
  [`POST ${CONVERSATION}/wrap-ups`]: only(AGENTS),
  [`POST ${CONVERSATION}/hand-raise`]: only(AGENTS),
  [`POST ${CONVERSATION}/agent-sla`]: only(AGENTS),
  [`POST ${CONVERSATION}/suggestions`]: only(['bot']),
  [`POST ${CONVERSATION}/suggestions/{suggestionId}`]: only(AGENTS),
  [`PATCH ${CONVERSATION}/data`]: only(AGENTS, ['bot']),
  [`POST ${CONVERSATION}/control`]: only(AGENTS, ['bot']),
  [`DELETE ${CONVERSATION}/sessions/{sessionId}`]: only(AGENTS_AND_ADMIN),
  [`DELETE ${CONVERSATION}`]: only(SUPERVISION, ['operator']),
  'POST /v1/customers/{id}/identities': only(AGENTS_AND_ADMIN),
  'DELETE /v1/customers/{id}/identities': only(AGENTS_AND_ADMIN),
  'POST /v1/customers/{id}/merge': only(AGENTS_AND_ADMIN),
  'POST /v1/customers/{id}/export': only(ADMIN),
  'POST /v1/customers/{id}/erase': only(ADMIN),
  'GET /v1/jobs/{id}': only(ADMIN),

  // Agents and their work. An admin reads, and takes no work.
  'PUT /v1/agents/{id}/state': only(AGENTS),
  'PUT /v1/agents/{id}/mrds/{mrdId}/state': only(AGENTS),
  'GET /v1/agents/{id}/tasks': only(PEOPLE),
  'GET /v1/agents/{id}/events': { who: AGENTS_AND_ADMIN, ticket: true },
  'POST /v1/tasks/{id}/accept': only(AGENTS),
  'POST /v1/tasks/{id}/decline': only(AGENTS),
  'GET /v1/tasks': only(PEOPLE),
  'GET /v1/lists/{id}/requests': only(PEOPLE),
  'POST /v1/lists/{id}/requests/{conversationId}/join': only(AGENTS),
  'POST /v1/lists/{id}/requests/{conversationId}/close': only(SUPERVISION),

  // What external bots answer later: the address holds a credential of its own
  'POST /botframework/{credential}/v3/conversations/{conversationId}/activities': PUBLIC,
  'POST /botframework/{credential}/v3/conversations/{conversationId}/activities/{activityId}':
    PUBLIC,

  // Supervision
  'GET /v1/reports/{entity}': only(SUPERVISION),
  'GET /v1/queues/{id}/stats': only(SUPERVISION, ['operator']),
  'GET /v1/stats': only(SUPERVISION, ['operator']),
  'GET /v1/stats/events': { who: [...SUPERVISION, 'operator'], ticket: true },
  'POST /v1/queues/{id}/flush': only(SUPERVISION, ['operator']),

  // Webchat
  'GET /webchat/{channelId}/settings': PUBLIC,
  'POST /webchat/{channelId}/sessions': PUBLIC,
  'POST /webchat/messages': { who: CUSTOMER, selfDeduping: true },
  'GET /webchat/messages': only(CUSTOMER),
  'GET /webchat/events': { who: CUSTOMER, ticket: true },
  'POST /webchat/media': { who: CUSTOMER, body: 'stream' },
  'GET /webchat/media/{mediaId}': only(CUSTOMER),
  'POST /webchat/typing': only(CUSTOMER),
  'POST /webchat/read': only(CUSTOMER),
  'DELETE /webchat/session': only(CUSTOMER),
  'GET /widget.js': PUBLIC,
  'GET /webchat/{channelId}/demo': PUBLIC,

  // Direct Line: the routes check secret, token and ticket by the protocol's own rules.
  'POST /directline/{channelId}/tokens/generate': OWN_DOOR,
  'POST /directline/{channelId}/tokens/refresh': OWN_DOOR,
  'POST /directline/{channelId}/conversations': OWN_DOOR,
  'GET /directline/{channelId}/conversations/{conversationId}': OWN_DOOR,
  'POST /directline/{channelId}/conversations/{conversationId}/activities': {
    ...OWN_DOOR,
    selfDeduping: true,
  },
  'GET /directline/{channelId}/conversations/{conversationId}/activities': OWN_DOOR,
  'POST /directline/{channelId}/conversations/{conversationId}/upload': {
    ...OWN_DOOR,
    body: 'stream',
  },
  'GET /directline/{channelId}/conversations/{conversationId}/stream': OWN_DOOR,
  'POST /deepchat/{channelId}/messages': only(CUSTOMER),
  'POST /deepchat/{channelId}/files': { who: CUSTOMER, body: 'stream' },
  'GET /deepchat/{channelId}/socket': OWN_DOOR,

  // Configuration
  'GET /v1/providers': only(ADMIN),
  'GET /v1/providers/{id}': only(ADMIN),
  'GET /v1/channel-types': only(ADMIN),
  'GET /v1/channel-types/{id}': only(ADMIN),
  'PUT /v1/channel-types/{id}': only(ADMIN),
  ...configuration('connectors'),
  ...configuration('channels'),
  ...configuration('mrds'),
  ...configuration('queues'),
  ...configuration('lists'),
  ...configuration('routing-attributes'),
  ...configuration('agents'),
  'GET /v1/agents/{id}': only(AGENTS_AND_ADMIN),
  ...configuration('teams'),
  ...configuration('bots'),
  ...configuration('calendars'),
  ...configuration('wrap-up-forms'),
  ...configuration('canned-replies'),
  ...configuration('customer-labels'),
  'GET /v1/channels/{id}/webhook': only(ADMIN),
  'POST /v1/channels/{id}/webhook/register': only(ADMIN),
  ...configuration('webhook-subscriptions'),
  'GET /v1/webhook-subscriptions/{id}/deliveries': only(ADMIN),
  'POST /v1/webhook-subscriptions/{id}/deliveries/{deliveryId}/retry': only(ADMIN),
};

function configuration(name: string): Record<string, RoutePolicy> {
  const routes = [
    `GET /v1/${name}`,
    `POST /v1/${name}`,
    `GET /v1/${name}/{id}`,
    `PUT /v1/${name}/{id}`,
    `DELETE /v1/${name}/{id}`,
  ];
  return Object.fromEntries(routes.map((route) => [route, only(ADMIN)]));
}

/** Every request asks for its route's name several times, and there are as many as there are routes. */
const KEYS = new Map<string, string>();

/** A route's name in the table, with parameters nameless: `GET /v1/queues/{}`. Takes `{id}` and `:id` alike. */
export function routeKey(method: string, path: string): string {
  const name = `${method} ${path}`;
  const known = KEYS.get(name);
  if (known !== undefined) return known;
  const key = `${method.toUpperCase()} ${path.replaceAll(/\{[^}]*\}|:[^/]+/g, '{}')}`;
  KEYS.set(name, key);
  return key;
}

const BY_KEY: ReadonlyMap<string, RoutePolicy> = new Map(
  Object.entries(TABLE).map(([route, policy]) => {
    const [method = '', path = ''] = route.split(' ');
    return [routeKey(method, path), policy];
  }),
);

/** The row of a route; undefined when it has none. */
export function policyOf(method: string, path: string): RoutePolicy | undefined {
  return BY_KEY.get(routeKey(method, path));
}

/** All rows by {@link routeKey}, for the tests that compare them with the app's routes. */
export const ROUTE_POLICIES = BY_KEY;
