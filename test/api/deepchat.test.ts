import { WebSocket } from 'ws';
import { type Listening, listen } from '../../api/listen';
import { eventually, useLiveApi } from '../support/live-api';
import { EventReader } from '../support/live-chat';
import { configureAll } from '../support/live-objects';

const live = useLiveApi({ limits: { heartbeatSeconds: 1 } });
let server: Listening;
beforeAll(async () => {
  await configureAll(live());
  const {
    version: _,
    createdAt: _c,
    updatedAt: _u,
    ...web
  } = (await live().stores.config.get('channels', 'web')) as Record<string, unknown>;
  const own = { id: 'deep', serviceIdentifier: 'deep', botId: 'echo', webchat: {} };
  await live().configure('channels', { ...web, ...own });
  const app = { fetch: (request: Request, env: object) => live().app.fetch(request, env) };
  server = await listen(app, { host: '127.0.0.1' });
});
afterAll(() => server.close(1000));

async function aVisitor(): Promise<{ token: string; customerId: string }> {
  const answer = await live().call('POST', '/webchat/deep/sessions', { token: null, body: {} });
  return (await answer.json()) as { token: string; customerId: string };
}
const post = (token: string | null, body: unknown, channel = 'deep') =>
  live().call('POST', `/deepchat/${channel}/messages`, { token, body });
const user = (text: string) => ({ messages: [{ role: 'user', text }] });

it('answers a message with what the bot says', async () => {
  const { token } = await aVisitor();
  const answer = await post(token, {
    messages: [{ role: 'user', text: 'old' }, { role: 'ai', text: 'x' }, { text: 'hello' }],
  });
  expect(answer.status).toBe(200);
  expect(await answer.json()).toEqual([{ role: 'ai', text: 'You said: hello' }]);
  const streamed = await post(token, { ...user('again'), stream: true });
  const reader = new EventReader(streamed);
  expect(await eventually(async () => reader.events[0])).toMatchObject({
    data: { role: 'ai', text: 'You said: again' },
  });
});

it('refuses what it cannot take', async () => {
  const { token } = await aVisitor();
  expect((await post(null, user('x'))).status).toBe(401);
  expect((await post(token, user('x'), 'web')).status).toBe(404);
  for (const body of [{}, { messages: [] }, { messages: [{ role: 'ai', text: 'x' }] }, user(' ')])
    expect((await post(token, body)).status).toBe(400);
  expect((await live().call('GET', '/deepchat/deep/socket', { token: null })).status).toBe(400);
});

it('pushes over the socket what was not shown yet, and takes frames', async () => {
  const { token, customerId } = await aVisitor();
  const frames: unknown[] = [];
  const open = (value: string) => {
    const socket = new WebSocket(
      `ws://127.0.0.1:${server.port}/deepchat/deep/socket?token=${value}`,
    );
    socket.on('message', (data) => String(data) && frames.push(JSON.parse(String(data))));
    return socket;
  };
  const refused = open('garbage');
  await expect(new Promise((_, reject) => refused.on('error', reject))).rejects.toThrow('403');

  const socket = open(token);
  await new Promise((resolve) => socket.on('open', resolve));
  socket.send(JSON.stringify(user('one')));
  await eventually(async () => frames.length === 1);
  socket.send('{');
  await eventually(async () => frames.length === 2);
  expect(frames).toEqual([{ role: 'ai', text: 'You said: one' }, { error: expect.any(String) }]);
  // The mark comes after the frame: until then the same frame would be pushed again.
  const delivered = await eventually(async () => {
    const { id } = (await live().stores.conversations.openOf(customerId)) ?? { id: '' };
    const entries = await live().stores.timeline.read(id, 0, 50);
    return entries.find((entry) => entry.delivery?.state === 'DELIVERED');
  });
  expect(delivered.type).toBe('BOT_MESSAGE');
  socket.close();

  await post(token, user('two'));
  const again = open(token);
  await eventually(async () => frames.length === 3);
  expect(frames[2]).toEqual({ role: 'ai', text: 'You said: two' });
  again.close();
});
