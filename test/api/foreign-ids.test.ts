import { useLiveApi } from '../support/live-api';
import { aLiveConversation, type LiveConversation } from '../support/live-chat';
import { configureAll } from '../support/live-objects';
import { type ApiDocument, namedIds } from '../support/named-ids';

/**
 * The object matrix (reliability.md section 9), walked over our own document: whoever names what is not theirs gets the answer of an id
 * that never was, and nothing happens. A new route is walked as well: it needs a body here, or a reason why everybody may.
 */
const live = useLiveApi();
const ROLES = ['agent', 'bot', 'connector', 'customer'] as const;
type Caller = (typeof ROLES)[number];
const tokens: Partial<Record<Caller, string>> = {};
let theirs: LiveConversation;
let own: LiveConversation;
let foreign: Readonly<Record<string, string>>;

const PLAIN = { type: 'PLAIN', text: 'Hi' };
const TO = { to: { agentId: 'agt_ben' } };
/** What each route takes, complete: it must fail for the id alone. */
const BODIES: Readonly<Record<string, unknown>> = {
  'POST /v1/channels/{channelId}/messages': {
    providerMessageId: 'p-foreign',
    customer: { identifier: 'foreign' },
    body: PLAIN,
  },
  'POST /v1/channels/{channelId}/sessions': { customer: { identifier: 'foreign' } },
  'PATCH /v1/channels/{channelId}/sessions/{customerIdentifier}': { channelData: {} },
  'POST /v1/channels/{channelId}/receipts': { messageId: 'msg_1', status: 'READ' },
  'POST /v1/channels/{channelId}/typing': { customerIdentifier: 'foreign', typing: true },
  'POST /v1/conversations/{id}/messages': { body: PLAIN, controlEpoch: 1 },
  'PATCH /v1/conversations/{id}/messages/{messageId}': { body: PLAIN },
  'PUT /v1/conversations/{id}/messages/{messageId}/reaction': { emoji: '👍' },
  'POST /v1/conversations/{id}/typing': { typing: true },
  'POST /v1/conversations/{id}/read': { seq: 1 },
  'POST /v1/conversations/{id}/suggestions': { body: PLAIN },
  'POST /v1/conversations/{id}/suggestions/{suggestionId}': { action: 'USED' },
  'PATCH /v1/conversations/{id}/participants/{agentId}': { role: 'OBSERVER' },
  'POST /v1/conversations/{id}/agent-requests': { queueId: 'support' },
  'POST /v1/conversations/{id}/transfers': { ...TO, kind: 'COLD' },
  'POST /v1/conversations/{id}/consults': TO,
  'POST /v1/conversations/{id}/conferences': TO,
  'POST /v1/conversations/{id}/hold': { seconds: 60 },
  'POST /v1/conversations/{id}/notes': { text: 'x' },
  'POST /v1/conversations/{id}/whispers': { text: 'x' },
  'POST /v1/conversations/{id}/wrap-ups': { skip: true },
  'POST /v1/conversations/{id}/hand-raise': { raised: true },
  'POST /v1/conversations/{id}/agent-sla': { answer: 'STAY' },
  'PATCH /v1/conversations/{id}/data': { key: 'x' },
  'POST /v1/conversations/{id}/control': { action: 'RELEASE' },
  'PUT /v1/agents/{id}/state': { state: 'READY' },
  'PUT /v1/agents/{id}/mrds/{mrdId}/state': { state: 'READY' },
  'POST /deepchat/{channelId}/messages': { messages: [{ role: 'user', text: 'x' }] },
};
/** Where an id gives nothing away that the caller may not have, and why. */
const FREE: Readonly<Record<string, string>> = {
  'POST /v1/conversations/{id}/participants': 'joining needs only the id (http-api.md section 4)',
  'GET /v1/customers/{id}': 'needed to link and merge',
  'PATCH /v1/customers/{id}': 'needed to link and merge',
  'GET /v1/customers/{id}/conversations':
    'of the customer; its items are those that the caller may read',
  'POST /v1/customers/{id}/identities': 'linking, audited',
  'DELETE /v1/customers/{id}/identities': 'linking, audited',
  'POST /v1/customers/{id}/merge': 'merging, audited',
  'GET /v1/lists/{id}/requests': 'a list is for every agent',
  'POST /deepchat/{channelId}/files': 'a form, not JSON: test/api/deepchat.test.ts',
};
/** That there is such a one is no secret to an agent: all see the customers, and an offer that somebody else got is gone, not unknown. */
const KNOWN = ['/v1/customers/', '/v1/tasks/'];
const NOBODY = 'x_0000000000000000000000000';

beforeAll(async () => {
  await configureAll(live());
  await live().configure('bots', { id: 'other', kind: 'HOOK' });
  await live().configure('connectors', {
    id: 'stranger',
    providerId: 'http',
    attributes: {
      sendUrl: 'https://stranger.example/m',
      inboundSecret: `whsec_${'A'.repeat(32)}`,
      outboundSecret: `whsec_${'A'.repeat(32)}`,
    },
  });
  tokens.agent = await live().tokenFor('agent', 'agt_ben');
  tokens.bot = await live().tokenFor('bot', 'other');
  tokens.connector = await live().tokenFor('connector', 'stranger');
  const session = await live().call('POST', '/webchat/web/sessions', {
    token: null,
    body: { channelData: { formData: { topic: 'x' } } },
  });
  tokens.customer = ((await session.json()) as { token: string }).token;

  [theirs, own] = [await aLiveConversation(live()), await aLiveConversation(live())];
  await join(theirs, 'agt_ana');
  await join(own, 'agt_ben');
  const answer = await live().call('GET', `${theirs.path}?consistent=true`);
  const { channelSessions, tasks } = (await answer.json()) as {
    channelSessions: { id: string }[];
    tasks: { id: string }[];
  };
  const [first] = (await live().stores.timeline.read(theirs.id, 0, 50)).filter(
    ({ type }) => type === 'CUSTOMER_MESSAGE',
  );
  const { mediaId } = await live().stores.media.put({
    stream: new Blob(['text']).stream() as never,
    declaredType: 'text/plain',
    fileName: null,
    maxBytes: 100,
    owner: { role: 'agent', subject: 'agt_ana' },
  });
  foreign = {
    '/v1/conversations/{id}': theirs.id,
    '/v1/customers/{id}': theirs.customerId,
    '/v1/agents/{id}': 'agt_ana',
    '/v1/tasks/{id}': tasks[0]?.id ?? '',
    '/v1/lists/{id}': 'none',
    channelId: 'generic',
    conversationId: theirs.id,
    customerIdentifier: theirs.identifier,
    messageId: first?.id ?? '',
    suggestionId: 'sug_1',
    agentId: 'agt_ana',
    taskId: tasks[0]?.id ?? '',
    sessionId: channelSessions[0]?.id ?? '',
    mrdId: 'chat',
    mediaId,
  };
});

async function join({ path }: LiveConversation, agentId: string) {
  const token = await live().tokenFor('agent', agentId);
  const body = { agentId, role: 'PRIMARY' };
  expect((await live().call('POST', `${path}/participants`, { token, body })).status).toBeLessThan(
    300,
  );
}
/** Every operation with an id in its path, for each of these callers that it is for. */
async function operations() {
  const { paths } = (await (await live().call('GET', '/openapi.json')).json()) as {
    paths: Record<string, Record<string, { readonly 'x-roles': readonly string[] }>>;
  };
  return Object.entries(paths).flatMap(([route, item]) =>
    Object.entries(item).flatMap(([method, { 'x-roles': who }]) =>
      ROLES.filter((role) => route.includes('{') && who.includes(role)).map((role) => ({
        name: `${method.toUpperCase()} ${route}`,
        method: method.toUpperCase(),
        route,
        role,
      })),
    ),
  );
}
type Operation = Awaited<ReturnType<typeof operations>>[number];

/** The foreign id behind a route's `{id}`. */
function idOf(route: string): string {
  return foreign[route.slice(0, route.indexOf('}') + 1)] ?? '';
}
/** The path with ids of somebody else; `given` in place of some. */
function pathOf(route: string, given: Readonly<Record<string, string>> = {}): string {
  return route.replaceAll(/\{(\w+)\}/g, (_match, name: string) => {
    const id = given[name] ?? (name === 'id' ? idOf(route) : foreign[name]);
    if (!id) throw new Error(`${route}: no foreign id for ${name}`);
    return encodeURIComponent(id);
  });
}
async function answerOf({ method, name, role }: Operation, path: string) {
  const needs = method === 'GET' || method === 'DELETE' ? undefined : (BODIES[name] ?? {});
  const answer = await live().call(method, path, { token: tokens[role] ?? '', body: needs });
  const type = answer.headers.get('content-type') ?? '';
  if (type.startsWith('text/event-stream')) {
    await answer.body?.cancel();
    return { status: answer.status, body: 'a stream' };
  }
  const { requestId: _id, ...body } = JSON.parse((await answer.text()) || '{}') as Record<
    string,
    unknown
  >;
  return { status: answer.status, body };
}

it('M3, M4, M9, M11: answers every foreign id as one that never was, on every route, and nothing happens', async () => {
  const before = await live().stores.timeline.read(theirs.id, 0, 200);
  const complaints: string[] = [];
  let walked = 0;
  for (const operation of await operations()) {
    const { name, route, role } = operation;
    if (FREE[name] !== undefined) continue;
    walked += 1;
    const first = /\{(\w+)\}/.exec(route)?.[1] ?? '';
    const named = route.startsWith('/v1/lists/') ? 'conversationId' : first;
    const here = await answerOf(operation, pathOf(route));
    const nowhere = await answerOf(operation, pathOf(route, { [named]: NOBODY }));
    const id = decodeURIComponent(pathOf(`{${named}}`, { id: idOf(route) }));
    const same = JSON.stringify(here).replaceAll(id, NOBODY) === JSON.stringify(nowhere);
    const refused = [403, 404, 409].includes(here.status);
    if (!refused || (!same && !KNOWN.some((start) => route.startsWith(start))))
      complaints.push(`${name} as ${role}: ${JSON.stringify(here)}, ${JSON.stringify(nowhere)}`);
  }
  expect(complaints).toEqual([]);
  expect(walked).toBeGreaterThan(50);
  expect(await live().stores.timeline.read(theirs.id, 0, 200)).toEqual(before);
});

it('M9: takes no part of another conversation for one of its own', async () => {
  const complaints: string[] = [];
  for (const operation of await operations()) {
    const { name, route, role } = operation;
    const second = /^\/v1\/conversations\/\{id\}\/\w+\/\{(\w+)\}/.exec(route)?.[1];
    if (role !== 'agent' || !second) continue;
    const { status } = await answerOf(operation, pathOf(route, { id: own.id }));
    if (![403, 404, 409].includes(status)) complaints.push(`${name}: ${status}`);
  }
  expect(complaints).toEqual([]);
});

it('lists of a customer only what the caller may read', async () => {
  const answer = await live().call('GET', `/v1/customers/${theirs.customerId}/conversations`, {
    token: tokens.agent ?? '',
  });
  expect(await answer.json()).toEqual({ items: [], nextCursor: null });
});

it('has a reason or a body for no route that has gone', async () => {
  const names = new Set((await operations()).map(({ name }) => name));
  expect([...Object.keys(BODIES), ...Object.keys(FREE)].filter((name) => !names.has(name))).toEqual(
    [],
  );
});

/** What a query or body that names somebody else's is answered: by place, who asks, and how the id is given. */
type Naming = readonly [caller: Caller, path: () => string, body?: (id: string) => unknown];
const ownPath = (path: string) => () => `${own.path}${path}`;
const listOf = (path: string) => () => path;
const STRANGE = '/v1/channels/strange';
const message = (more: object) => ({
  providerMessageId: `p-${Math.random()}`,
  customer: { identifier: 'stranger' },
  body: PLAIN,
  ...more,
});
const file = (mediaId: string) => ({ body: { type: 'FILE', mediaId } });
const NAMED: Readonly<Record<string, Naming>> = {
  'GET /v1/conversations customerId': ['agent', listOf('/v1/conversations')],
  'GET /v1/conversations agentId': ['agent', listOf('/v1/conversations')],
  'GET /v1/tasks agentId': ['agent', listOf('/v1/tasks')],
  'GET /v1/tasks conversationId': ['agent', listOf('/v1/tasks')],
  'POST /v1/conversations/{id}/messages channelSessionId': [
    'agent',
    ownPath('/messages'),
    (channelSessionId) => ({ body: PLAIN, channelSessionId }),
  ],
  'POST /v1/conversations/{id}/messages body.mediaId': ['agent', ownPath('/messages'), file],
  'POST /v1/conversations/{id}/messages replyTo': [
    'agent',
    ownPath('/messages'),
    (replyTo) => ({ body: PLAIN, replyTo }),
  ],
  'POST /v1/conversations/{id}/typing channelSessionId': [
    'agent',
    ownPath('/typing'),
    (channelSessionId) => ({ typing: true, channelSessionId }),
  ],
  'POST /v1/conversations/{id}/participants agentId': [
    'agent',
    ownPath('/participants'),
    (agentId) => ({ agentId, role: 'ASSISTANT' }),
  ],
  'POST /v1/conversations/{id}/control to': [
    'agent',
    ownPath('/control'),
    (to) => ({ action: 'PASS', to }),
  ],
  'POST /v1/conversations body.mediaId': [
    'agent',
    listOf('/v1/conversations'),
    (mediaId) => ({
      channelId: 'generic',
      customer: { identifier: 'somebody' },
      ...file(mediaId),
    }),
  ],
  'POST /v1/channels/{channelId}/messages body.mediaId': [
    'connector',
    listOf(`${STRANGE}/messages`),
    (mediaId) => message(file(mediaId)),
  ],
  'POST /v1/channels/{channelId}/receipts messageId': [
    'connector',
    listOf(`${STRANGE}/receipts`),
    (messageId) => ({ messageId, status: 'FAILED' }),
  ],
  'POST /v1/channels/{channelId}/typing customerIdentifier': [
    'connector',
    listOf(`${STRANGE}/typing`),
    (customerIdentifier) => ({ customerIdentifier, typing: true }),
  ],
  'POST /webchat/read conversationId': [
    'customer',
    listOf('/webchat/read'),
    (conversationId) => ({ seq: 1, conversationId }),
  ],
  'POST /webchat/messages body.mediaId': [
    'customer',
    listOf('/webchat/messages'),
    (mediaId) => ({ clientMessageId: `c-${Math.random()}`, ...file(mediaId) }),
  ],
};
/** Places where every id is the caller's to name, and why. */
const colleagues = 'every agent may ask every colleague and queue';
const configured = 'a configured object, not somebody’s';
const provider = 'a name of the provider’s own, read within the channel alone: the last test below';
const linking = 'linking and merging are for agents, who see all customers; audited';
const FREE_TO_NAME: Readonly<Record<string, string>> = {
  'POST /v1/channels/{channelId}/messages providerMessageId': provider,
  'POST /v1/channels/{channelId}/messages customer.identifier': provider,
  'POST /v1/channels/{channelId}/messages replyTo': provider,
  'POST /v1/channels/{channelId}/sessions customer.identifier': provider,
  'POST /v1/channels/{channelId}/receipts providerMessageId': provider,
  'GET /v1/conversations channelId': configured,
  'GET /v1/conversations queueId': configured,
  'GET /v1/tasks queueId': configured,
  'GET /v1/customers channelId': configured,
  'GET /v1/customers identifier': linking,
  'POST /v1/conversations channelId': configured,
  'POST /v1/conversations customer.identifier': linking,
  'POST /v1/customers/{id}/identities channelId': linking,
  'POST /v1/customers/{id}/identities identifier': linking,
  'DELETE /v1/customers/{id}/identities channelId': linking,
  'DELETE /v1/customers/{id}/identities identifier': linking,
  'POST /v1/customers/{id}/merge intoCustomerId': linking,
  'POST /v1/conversations/{id}/agent-requests queueId': colleagues,
  'POST /v1/conversations/{id}/agent-requests agentId': colleagues,
  ...Object.fromEntries(
    ['transfers', 'consults', 'conferences'].flatMap((kind) =>
      ['to', 'to.queueId', 'to.agentId'].map((place) => [
        `POST /v1/conversations/{id}/${kind} ${place}`,
        colleagues,
      ]),
    ),
  ),
  'PATCH /v1/conversations/{id}/messages/{messageId} body.mediaId': 'as of a message that is sent',
  'POST /v1/conversations/{id}/suggestions body.mediaId': 'as of a message that is sent',
  'POST /v1/conversations/{id}/suggestions replyTo': 'as of a message that is sent',
  'GET /v1/conversations/{id}/events ticket': 'bound to caller and stream: test/api/streams',
  'GET /v1/agents/{id}/events ticket': 'bound to caller and stream: test/api/streams',
  'GET /webchat/events ticket': 'bound to caller and stream: test/api/streams',
  'POST /webchat/messages clientMessageId': 'the visitor’s own name for it',
};

it('has a row for every id that a query or body may name', async () => {
  const document = (await (await live().call('GET', '/openapi.json')).json()) as ApiDocument;
  const known = [...Object.keys(NAMED), ...Object.keys(FREE_TO_NAME)];
  expect([...namedIds(document, ROLES)].sort()).toEqual(known.sort());
});

describe('M3, M4, M9: ids in queries and bodies', () => {
  beforeAll(() =>
    live().configure('channels', {
      id: 'strange',
      channelType: 'GENERIC',
      serviceIdentifier: 'strange',
      connectorId: 'stranger',
      queueId: 'support',
    }),
  );

  it.each(Object.entries(NAMED))('%s', async (place, [caller, path, body]) => {
    const name = place.slice(place.lastIndexOf(' ') + 1);
    const ids: Readonly<Record<string, string>> = {
      ...foreign,
      customerId: theirs.customerId,
      channelSessionId: foreign['sessionId'] ?? '',
      'body.mediaId': foreign['mediaId'] ?? '',
      replyTo: foreign['messageId'] ?? '',
      to: 'agt_ana',
    };
    const id = ids[name] ?? '';
    expect(id).not.toBe('');
    const before = await live().stores.timeline.read(theirs.id, 0, 200);
    const ask = async (named: string) => {
      const answer = await live().call(
        body ? 'POST' : 'GET',
        body ? path() : `${path()}?${name}=${encodeURIComponent(named)}`,
        {
          token: tokens[caller] ?? '',
          ...(body ? { body: body(named) } : {}),
        },
      );
      const { requestId: _id, ...said } = JSON.parse((await answer.text()) || '{}') as Record<
        string,
        unknown
      >;
      const text = JSON.stringify(said).replaceAll(named, NOBODY);
      // What was made of the caller's own has an id and a number of its own.
      const own = /"messageId":"msg_\w+"|"seq":\d+/g;
      return { status: answer.status, said: text.replaceAll(own, '') };
    };
    expect(await ask(id)).toEqual(await ask(NOBODY));
    expect(await live().stores.timeline.read(theirs.id, 0, 200)).toEqual(before);
  });

  it('a provider’s names mean nothing on the channel of another', async () => {
    const ours = (await live().stores.timeline.read(theirs.id, 0, 50)).find(
      ({ type }) => type === 'CUSTOMER_MESSAGE',
    );
    const body = {
      providerMessageId: ours?.providerMessageId,
      customer: { identifier: theirs.identifier },
      body: PLAIN,
      replyTo: ours?.providerMessageId,
    };
    const token = tokens.connector ?? '';
    const answer = await live().call('POST', `${STRANGE}/messages`, { token, body });
    expect(answer.status).toBe(202);
    const { customerId } = (await answer.json()) as { customerId: string };
    expect(customerId).not.toBe(theirs.customerId);
  });
});
