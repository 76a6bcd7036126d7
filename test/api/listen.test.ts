import { once } from 'node:events';
import { Agent, get } from 'node:http';
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { listen } from '../../api/listen';

const agent = new Agent({ keepAlive: true });
afterAll(() => agent.destroy());

function ask(port: number): Promise<string | string[] | undefined> {
  return new Promise((resolve, reject) => {
    get({ host: '127.0.0.1', port, agent }, (answer) => {
      answer.resume().on('end', () => resolve(answer.headers['keep-alive']));
    }).on('error', reject);
  });
}

it('keeps idle connections longer than proxies do, and none of them when it closes', async () => {
  let arrived = () => {};
  let release = () => {};
  const asked = new Promise<void>((resolve) => {
    arrived = resolve;
  });
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  let requests = 0;
  const server = await listen(
    {
      async fetch() {
        requests += 1;
        if (requests === 2) {
          arrived();
          await held;
        }
        return new Response('here');
      },
    },
    { host: '127.0.0.1' },
  );
  expect(await ask(server.port)).toBe('timeout=65');
  const inFlight = ask(server.port);
  await asked;
  const closed = server.close(60_000);
  release();
  await inFlight; // what was taken is answered
  await closed; // and its connection does not stay for a minute
});

it('does not wait for connections that were opened ahead of need', async () => {
  const server = await listen({ fetch: () => new Response('here') }, { host: '127.0.0.1' });
  const ahead = connect(server.port, '127.0.0.1');
  await once(ahead, 'connect');
  const ended = once(ahead, 'close');
  await server.close(600_000); // longer than this test may take
  await ended;
});

it('reads what was said on one of them before it looks who is silent, however long it was held up', async () => {
  const server = await listen({ fetch: () => new Response('here') }, { host: '127.0.0.1' });
  const ahead = connect(server.port, '127.0.0.1');
  await once(ahead, 'connect');
  await ask(server.port); // by now the server has both
  const closed = server.close(600_000);
  const answered = text(ahead);
  ahead.write('GET / HTTP/1.1\r\nHost: here\r\nConnection: close\r\n\r\n');
  for (const from = Date.now(); Date.now() - from < 1_000; );
  expect(await answered).toContain('HTTP/1.1 200');
  await closed;
});
