import { type Caller, FREE_TO_NAME, NAMED, ROLES, STRANGE } from '../support/foreign-ids/in-bodies';
import { BODIES, FREE, KNOWN, PLAIN } from '../support/foreign-ids/in-paths';
import { type ApiDocument, namedIds } from '../support/foreign-ids/named-ids';
import { useLiveApi } from '../support/live-api';
import { aLiveConversation, type LiveConversation } from '../support/live-chat';
import { configureAll } from '../support/live-objects';

/**
 * The object matrix (reliability.md section 9), walked over our own document: whoever names what is not theirs gets the answer of an id
 * that never was, and nothing happens. A new route is walked as well: it needs a body here, or a reason why everybody may.
 */
const live = useLiveApi();
const tokens: Partial<Record<Caller, string>> = {};
let theirs: LiveConversation;
let own: LiveConversation;
let foreign: Readonly<Record<string, string>>;

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
        body ? path(own.path) : `${path(own.path)}?${name}=${encodeURIComponent(named)}`,
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
      const made = /"messageId":"msg_\w+"|"seq":\d+/g;
      return { status: answer.status, said: text.replaceAll(made, '') };
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
