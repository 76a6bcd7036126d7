import { randomUUID } from 'node:crypto';
import { type Activity, ConnectionStatus, DirectLine } from 'botframework-directlinejs';
import { type Listening, listen } from '../../api/listen';
import { ADMIN_TOKEN, SECRETS, type TestApi } from '../support/api';
import { useBrowserWindow } from '../support/browser-window';
import { eventually, useLiveApi } from '../support/live-api';
import { configureAll } from '../support/live-objects';

const SECRET = 'direct-line-secret-of-the-tests';
const ORIGIN = 'https://shop.example';
// The tests' own requests are Node's.
const [NodeForm, NodeBlob] = [FormData, Blob];
const live = useLiveApi({ limits: { heartbeatSeconds: 1 } });
useBrowserWindow(ORIGIN);

let agent: string;
let server: Listening;
let api: TestApi;
let base: string;
let stopping: AbortController;
const clients: DirectLine[] = [];

beforeAll(async () => {
  await configureAll(live());
  await live().configure('connectors', {
    id: 'direct',
    providerId: 'webchat',
    enabled: true,
    attributes: { directLineSecret: SECRET },
  });
  const {
    version: _,
    createdAt: _c,
    updatedAt: _u,
    ...web
  } = (await live().stores.config.get('channels', 'web')) as Record<string, unknown>;
  await live().configure('channels', {
    ...web,
    id: 'direct',
    serviceIdentifier: 'direct',
    connectorId: 'direct',
    botId: 'echo',
  });
  agent = await live().tokenFor('agent', 'agt_ana');
  await serve(0);
}, 60_000);
afterAll(async () => {
  for (const client of clients) client.end();
  await stop();
});

/** The api on a port: the client's WebSocket needs one. */
async function serve(port: number): Promise<void> {
  stopping = new AbortController();
  const later = { fetch: (request: Request, env: object) => api.app.fetch(request, env) };
  server = await listen(later, { host: '127.0.0.1', port });
  const publicUrl = `http://127.0.0.1:${server.port}`;
  const config = { publicUrl, adminToken: ADMIN_TOKEN, secrets: SECRETS, allowedPrivateHosts: [] };
  api = live().another({
    stopping: stopping.signal,
    config: { ...config, limits: { heartbeatSeconds: 1 } },
  });
  base = `${publicUrl}/directline/direct`;
}
async function stop(): Promise<void> {
  stopping.abort();
  await server.close(2000);
}

const ask = async (
  method: string,
  path: string,
  token: string | null,
  body?: unknown,
): Promise<{ status: number; body: Record<string, unknown> }> => {
  const answer = await api.call(method, `/directline/direct${path}`, { token, body });
  return { status: answer.status, body: (await answer.json()) as Record<string, unknown> };
};
async function aToken(user?: { id: string; name?: string }): Promise<string> {
  const { status, body } = await ask('POST', '/tokens/generate', SECRET, user ? { user } : {});
  expect(status).toBe(200);
  expect(body['expires_in']).toBe(1800);
  return String(body['token']);
}

/** The real client. What it got, and how it stands. */
async function aClient(token: string, webSocket: boolean) {
  const client = new DirectLine({
    domain: base,
    token,
    webSocket,
    pollingInterval: 200,
    timeout: 5000,
    random: () => 0, // it comes back after three seconds, not after up to fifteen
  } as ConstructorParameters<typeof DirectLine>[0]);
  clients.push(client);
  const got: Activity[] = [];
  const states: ConnectionStatus[] = [];
  client.connectionStatus$.subscribe((status) => states.push(status));
  // The client reports its own end as an error.
  client.activity$.subscribe(
    (activity) => got.push(activity),
    () => undefined,
  );
  await eventually(async () => states.includes(ConnectionStatus.Online));
  const session = () => {
    const { conversationId, token: current } = client as unknown as {
      conversationId: string;
      token: string;
    };
    return { conversationId, token: current };
  };
  return {
    got,
    session,
    texts: () =>
      got.flatMap((activity) => ('text' in activity && activity.text ? [activity.text] : [])),
    post: (activity: object) =>
      new Promise<string>((resolve, reject) =>
        client
          .postActivity({ type: 'message', from: { id: 'me' }, ...activity } as Activity)
          .subscribe(resolve, reject),
      ),
    end: () => client.end(),
  };
}
const conversationOf = async (identifier: string) => {
  const { items } = await live().stores.customers.search({ identifier }, { limit: 1 });
  return eventually(() => live().stores.conversations.openOf(items[0]?.id ?? ''));
};

describe.each([
  ['WebSocket', true],
  ['polling', false],
] as const)('the botframework-directlinejs client over %s', (_name, webSocket) => {
  it('talks to the bot; its own activities come back with their ids', async () => {
    const client = await aClient(await aToken(), webSocket);
    const clientActivityID = randomUUID();
    const id = await client.post({ text: 'hello', channelData: { clientActivityID } });
    await eventually(async () => client.texts().includes('You said: hello'));
    const [own, answer] = client.got.filter(({ type }) => type === 'message');
    expect(own).toMatchObject({
      id,
      text: 'hello',
      channelData: { clientActivityID },
      from: { role: 'user' },
    });
    expect(answer).toMatchObject({ text: 'You said: hello', from: { id: 'echo', role: 'bot' } });
    // The same activity once more is the same message.
    expect(await client.post({ text: 'hello', channelData: { clientActivityID } })).toBe(id);
    await client.post({ text: 'more' });
    await eventually(async () => client.texts().includes('You said: more'));
    expect(client.texts()).toEqual(['hello', 'You said: hello', 'more', 'You said: more']);
    client.end();
  });
});

it('a cut connection loses nothing and repeats nothing', async () => {
  const user = { id: `ana-${randomUUID()}@example.com`, name: 'Ana' };
  const client = await aClient(await aToken(user), true);
  await client.post({ text: 'one' });
  await eventually(async () => client.texts().includes('You said: one'));
  const { port } = server;
  await stop();
  const { id } = await conversationOf(user.id);
  // Said while the client is away, by a human through another process.
  const joined = await live().call('POST', `/v1/conversations/${id}/participants`, {
    token: agent,
    body: { agentId: 'agt_ana', role: 'PRIMARY' },
  });
  expect(joined.status).toBeLessThan(300);
  await eventually(async () => {
    const answer = await live().call('POST', `/v1/conversations/${id}/messages`, {
      token: agent,
      body: {
        body: { type: 'BUTTON', text: 'Which?', choices: [{ id: 'a', title: 'A' }] },
      },
      headers: { 'idempotency-key': `while-away-${id}` },
    });
    return answer.status === 202;
  });
  await serve(port);
  await eventually(async () => client.texts().includes('Which?'));
  expect(client.texts()).toEqual(['one', 'You said: one', 'Which?']);
  expect(client.got.find((activity) => 'suggestedActions' in activity)).toMatchObject({
    from: { id: 'agt_ana' },
    suggestedActions: { actions: [{ type: 'imBack', title: 'A', value: 'A' }] },
  });
  expect(await live().stores.customers.search({ identifier: user.id }, { limit: 1 })).toMatchObject(
    { items: [{ name: 'Ana', anonymous: false }] },
  );
  client.end();
});

it('takes files by upload and shows them by a link', async () => {
  const client = await aClient(await aToken(), true);
  const form = new NodeForm();
  form.append(
    'activity',
    new NodeBlob(
      [JSON.stringify({ type: 'message', text: 'look', channelData: { clientActivityID: 'f1' } })],
      {
        type: 'application/vnd.microsoft.activity',
      },
    ),
  );
  const png = Buffer.from(
    'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==',
    'base64',
  );
  form.append('file', new NodeBlob([png], { type: 'image/png' }), 'dot.png');
  const { token, conversationId } = client.session();
  const answer = await fetch(`${base}/conversations/${conversationId}/upload?userId=me`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}` },
    body: form,
  });
  expect(answer.status).toBe(200);
  const shown = await eventually(async () =>
    client.got.find((activity) => 'attachments' in activity),
  );
  expect(shown).toMatchObject({
    text: 'look',
    channelData: { clientActivityID: 'f1' },
    attachments: [
      { contentType: 'image/png', name: 'dot.png', contentUrl: expect.stringContaining('/media/') },
    ],
  });
  client.end();
});

describe('the facade', () => {
  it('is shut to whoever has no secret, and on channels without one', async () => {
    for (const [channel, token] of [
      ['direct', null],
      ['direct', 'wrong'],
      ['direct', `${SECRET}x`],
      ['web', SECRET],
    ] as const) {
      const answer = await api.call('POST', `/directline/${channel}/tokens/generate`, { token });
      expect(answer.status).toBe(403);
    }
    const unknown = await api.call('POST', '/directline/none/tokens/generate', { token: SECRET });
    expect(unknown.status).toBe(404);
  });

  it('opens one chat with one token', async () => {
    const [mine, theirs] = [await aToken(), await aToken()];
    const own = await ask('POST', '/conversations', mine, { locale: 'ar', user: { id: 'x' } });
    expect(own.status).toBe(201);
    const path = `/conversations/${own.body['conversationId']}`;
    expect((await ask('GET', `${path}/activities?watermark=`, theirs)).status).toBe(404);
    expect(
      (await ask('POST', `${path}/activities`, theirs, { type: 'message', text: 'x' })).status,
    ).toBe(404);
    expect((await ask('GET', path, 'garbage')).status).toBe(403);
    expect((await ask('GET', path, null)).status).toBe(403);
    expect((await ask('POST', '/tokens/refresh', mine)).status).toBe(200);
    expect((await ask('POST', '/conversations', ADMIN_TOKEN)).status).toBe(403);
    const back = await ask('GET', `${path}?watermark=0`, mine);
    expect(back).toMatchObject({ status: 200, body: { streamUrl: expect.stringMatching(/^ws:/) } });
    expect(await ask('GET', `${path}?watermark=%24gt`, mine)).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    // The stream's address is good for one use, and for a WebSocket.
    const { pathname, search } = new URL(String(back.body['streamUrl']));
    expect((await api.call('GET', `${pathname}${search}`, { token: null })).status).toBe(400);
  });

  it('takes what else clients send, and says what it cannot take', async () => {
    const token = await aToken();
    const { body } = await ask('POST', '/conversations', token);
    const post = (activity: unknown) =>
      ask('POST', `/conversations/${body['conversationId']}/activities`, token, activity);
    expect(await post({ type: 'event', name: 'webchat/join', value: {} })).toMatchObject({
      status: 200,
    });
    expect(await post({ type: 'typing', from: { id: 'x' } })).toMatchObject({ status: 200 });
    expect(await post({ type: 'message' })).toMatchObject({
      status: 400,
      body: { code: 'VALIDATION_FAILED' },
    });
    expect(await post({ text: 'x' })).toMatchObject({ status: 400 });
    expect(await post({ type: 'message', text: 'x'.repeat(300_000) })).toMatchObject({
      status: 413,
    });
    const postBack = await post({ type: 'message', value: 'A' });
    const shown = await eventually(async () => {
      const page = await ask(
        'GET',
        `/conversations/${body['conversationId']}/activities?watermark=`,
        token,
      );
      const activities = page.body['activities'] as { id: string; text?: string }[];
      return activities.find(({ text }) => text === 'You said: A') && activities;
    });
    expect(shown.find(({ id }) => id === postBack.body['id'])).toMatchObject({ text: 'A' });
    expect(await post({ type: 'endOfConversation' })).toMatchObject({ status: 200 });
  });
});
