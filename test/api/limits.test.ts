import { once } from 'node:events';
import type { Server } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { createAdaptorServer } from '@hono/node-server';
import { ADMIN_TOKEN, testApi } from '../support/api';

/** A real server: lengths, chunks and connections are its business. */
const api = testApi({ limits: { bodyBytes: 1024 } });
const server = createAdaptorServer({ fetch: api.app.fetch }) as Server;
let port = 0;
beforeAll(async () => {
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  port = (server.address() as AddressInfo).port;
});
afterAll(() => server.close());

const head = (...lines: string[]) =>
  [
    `POST /v1/teams HTTP/1.1`,
    'host: x',
    `authorization: Bearer ${ADMIN_TOKEN}`,
    'content-type: application/json',
    ...lines,
    '',
    '',
  ].join('\r\n');

/** Writes raw bytes and reads until the server closes or `enough`. */
async function raw(
  first: string,
  more?: (write: (chunk: string) => Promise<void>) => Promise<void>,
): Promise<{ readonly text: string; readonly sent: number }> {
  const socket = connect(port, '127.0.0.1');
  await once(socket, 'connect');
  let text = '';
  let sent = 0;
  socket.on('data', (data) => {
    text += data.toString('latin1');
  });
  socket.on('error', () => undefined); // the server may close while we write
  const closed = new Promise<void>((resolve) => socket.once('close', () => resolve()));
  const write = async (chunk: string) => {
    if (socket.destroyed || text !== '') return;
    sent += chunk.length;
    if (!socket.write(chunk))
      await Promise.race([
        new Promise<void>((resolve) => socket.once('drain', () => resolve())),
        closed,
      ]);
  };
  await write(first);
  await more?.(write);
  await Promise.race([closed, until(() => text.includes('\r\n\r\n'))]);
  socket.destroy();
  return { text, sent };
}
async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 5));
}
const body = (bytes: number) => JSON.stringify({ name: 'x', shortcut: 'y'.repeat(bytes) });

describe('M18: bodies over the limit', () => {
  it('are refused by their length, before they are sent', async () => {
    const { text } = await raw(head('content-length: 209715200'));
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(text.toLowerCase()).toContain('connection: close');
    expect(text).toContain('PAYLOAD_TOO_LARGE');
  });
  it('are refused by counting when they come in chunks, without waiting for the end', async () => {
    const chunk = 'x'.repeat(64 * 1024);
    const total = 200 * 1024 * 1024;
    const before = process.memoryUsage().rss;
    const { text, sent } = await raw(head('transfer-encoding: chunked'), async (write) => {
      for (let n = 0; n < total; n += chunk.length)
        await write(`${chunk.length.toString(16)}\r\n${chunk}\r\n`);
    });
    expect(text).toMatch(/^HTTP\/1\.1 413 /);
    expect(sent).toBeLessThan(total / 2);
    expect(process.memoryUsage().rss - before).toBeLessThan(100 * 1024 * 1024);
  });
  it('are refused when both headers are given', async () => {
    const { text } = await raw(
      `${head('content-length: 2', 'transfer-encoding: chunked')}${(2000).toString(16)}\r\n${'x'.repeat(2000)}\r\n0\r\n\r\n`,
    );
    expect(text).toMatch(/^HTTP\/1\.1 4(00|13) /);
  });
  it('are refused in an app without a server, whatever the header says', async () => {
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
    const lies: Record<string, string>[] = [
      {},
      { 'content-length': '2' },
      { 'content-length': '2', 'transfer-encoding': 'chunked' },
      { 'content-length': 'NaN' },
    ];
    for (const lie of lies) {
      const response = await api.app.request('/v1/teams', {
        method: 'POST',
        headers: { ...headers, ...lie },
        body: body(2000),
      });
      expect([lie, response.status]).toEqual([lie, 413]);
    }
  });
  it('leave the server in order', async () => {
    const url = `http://127.0.0.1:${port}/v1/teams`;
    const headers = { authorization: `Bearer ${ADMIN_TOKEN}`, 'content-type': 'application/json' };
    const post = async (bytes: number) =>
      (
        await fetch(url, {
          method: 'POST',
          headers,
          body: JSON.stringify({ name: 'y'.repeat(bytes) }),
        })
      ).status;
    expect([
      await post(100),
      await post(2000),
      await post(100),
      await post(1013),
      await post(1014),
    ]).toEqual([201, 413, 201, 400, 413]);
  });
});

describe('rates', () => {
  it('count a token wherever it calls from, and say when to come back', async () => {
    const limited = testApi({ limits: { requestsPerToken: 3, rateWindowSeconds: 60 } });
    const other = await limited.tokenFor('admin', 'other');
    const statuses = [];
    for (let n = 0; n < 4; n += 1) statuses.push((await limited.call('GET', '/v1/teams')).status);
    expect(statuses).toEqual([200, 200, 200, 429]);
    const refused = await limited.call('GET', '/v1/teams');
    expect(await refused.json()).toMatchObject({ code: 'RATE_LIMITED', status: 429 });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect((await limited.call('GET', '/v1/teams', { token: other })).status).toBe(200);
    expect((await limited.call('GET', '/healthz')).status).toBe(200);
  });
  it('count an address before anybody asks who it is', async () => {
    const limited = testApi({ limits: { requestsPerAddress: 2 } });
    const from = (remoteAddress: string) =>
      limited.app.request('/v1/teams', {}, { incoming: { socket: { remoteAddress } } });
    expect([
      (await from('::1')).status,
      (await from('::1')).status,
      (await from('::1')).status,
      (await from('::2')).status,
    ]).toEqual([401, 401, 429, 401]);
  });
});
