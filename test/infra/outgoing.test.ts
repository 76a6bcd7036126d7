import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { OutgoingError } from '../../domain/outgoing-error';
import { createOutgoing, type OutgoingLimits } from '../../infra/outgoing';
import { REFUSED_URLS, resolveName } from '../support/refused-urls';

const outgoing = (...allowedPrivateHosts: string[]) =>
  createOutgoing({ allowedPrivateHosts, resolve: resolveName });

async function failureOf(work: Promise<unknown>): Promise<string | null> {
  return work.then(
    () => null,
    (error: OutgoingError) => error.failure ?? error.message,
  );
}

describe('addresses', () => {
  it.each([
    'https://public.test/',
    'https://public.test:8443/a?b=c#d',
    'https://both.test/',
    'https://93.184.216.34/',
    'https://[2606:2800:220:1::1]/',
    'https://1.1.1.1/',
    'https://172.15.255.255/',
    'https://172.32.0.1/',
    'https://100.63.255.255/',
    'https://100.128.0.1/',
    'https://198.20.0.1/',
    'https://223.255.255.255/',
    'https://unknown.test/',
  ])('lets %s pass', async (url) => {
    expect(await failureOf(outgoing().check(url))).toBeNull();
  });

  it.each(REFUSED_URLS)('M16: refuses %s, when saved and when used', async (url) => {
    expect(await failureOf(outgoing().check(url))).toBe('refused');
    const used = await failureOf(outgoing().fetch({ timeoutMs: 500 })(url));
    expect(url.includes('unknown') ? 'refused' : used).toBe('refused');
  });

  it.each([
    ['localhost', 'http://localhost:9/'],
    ['127.0.0.1', 'http://127.0.0.1:9/'],
    ['127.0.0.0/8', 'http://loop.test/'],
    ['10.0.0.0/8', 'https://half.test/'],
    ['10.0.0.0/8', 'http://partner.internal/'],
    ['partner.internal', 'http://PARTNER.internal/'],
    ['::1', 'http://[::1]:9/'],
    ['fd00::/8', 'https://six.test/'],
    ['unknown.test', 'http://unknown.test/'],
    ['127.0.0.1:9', 'http://127.0.0.1:9/'],
    ['partner.internal:443', 'https://partner.internal/'],
  ])('an explicit %s opens %s', async (entry, url) => {
    expect(await failureOf(outgoing('elsewhere', entry).check(url))).toBeNull();
  });

  it.each([
    ['127.0.0.1', 'http://127.0.0.2/'],
    ['127.0.0.1', 'http://2130706433/'],
    ['127.0.0.0/8', 'http://localhost/'],
    ['10.0.0.0/8', 'http://half.test/'],
    ['localhost', 'http://loop.test/'],
    ['partner.internal', 'http://user:pass@partner.internal/'],
    ['partner.internal', 'ftp://partner.internal/'],
    ['127.0.0.1:9', 'http://127.0.0.1:10/'],
    ['127.0.0.1:9', 'http://127.0.0.1/'],
    ['127.0.0.1:9', 'http://localhost:9/'],
    ['127.0.0.1:9', 'http://loop.test:9/'],
  ])('an explicit %s does not open %s', async (entry, url) => {
    expect(await failureOf(outgoing(entry).check(url))).toBe('refused');
  });
});

describe('requests', () => {
  const servers: { close(): unknown }[] = [];
  afterEach(() => {
    for (const server of servers.splice(0)) server.close();
  });
  async function serve(
    listener: (...args: Parameters<RequestListener>) => unknown,
  ): Promise<string> {
    return listen(createServer((request, response) => void listener(request, response)));
  }
  async function serveRaw(listener: (socket: Socket) => void): Promise<string> {
    return listen(createTcpServer((socket) => listener(socket.on('error', () => undefined))));
  }
  async function listen(server: Server | ReturnType<typeof createTcpServer>): Promise<string> {
    servers.push(server);
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    return `http://loop.test:${(server.address() as AddressInfo).port}`;
  }
  const get = (limits?: OutgoingLimits, ...allowed: string[]) =>
    outgoing('loop.test', ...allowed).fetch(limits);

  it('sends method, headers and body, and reads the answer', async () => {
    const url = await serve(async (request, response) => {
      const chunks: Buffer[] = [];
      for await (const chunk of request) chunks.push(chunk as Buffer);
      response.setHeader('x-seen', `${request.method} ${request.url} ${request.headers['x-a']}`);
      response.writeHead(201).end(Buffer.concat(chunks));
    });
    const answer = await get()(`${url}/p?q=1`, {
      method: 'POST',
      headers: { 'x-a': 'b' },
      body: 'žluť',
    });
    expect(answer.status).toBe(201);
    expect(answer.headers.get('x-seen')).toBe('POST /p?q=1 b');
    expect(await answer.text()).toBe('žluť');
  });

  it('M16: connects to the address that it checked, though the name has moved', async () => {
    const url = await serve((_request, response) => response.end('here'));
    let asked = 0;
    const moving = createOutgoing({
      allowedPrivateHosts: ['127.0.0.1/32'],
      resolve: async () => [{ address: asked++ === 0 ? '127.0.0.1' : '10.0.0.1', family: 4 }],
    });
    expect(await (await moving.fetch()(url)).text()).toBe('here');
    expect(asked).toBe(1);
    expect(await failureOf(moving.fetch()(url))).toBe('refused');
  });

  it.each([
    ['a refused connection', 'http://loop.test:1/'],
    ['TLS to a plain server', 'https'],
    ['an unknown name', 'https://unknown.test/'],
  ])('calls %s unreached', async (_name, url) => {
    const plain = await serve((_request, response) => response.end());
    expect(await failureOf(get()(url === 'https' ? plain.replace('http:', 'https:') : url))).toBe(
      'unreached',
    );
  });

  it.each([
    ['reset after the request', (socket: Socket) => socket.once('data', () => socket.destroy())],
    ['silence', () => undefined],
    ['half a head', (socket: Socket) => socket.write('HTTP/1.1 200 O')],
    ['no HTTP', (socket: Socket) => socket.write('hello\n\n')],
  ] as const)('calls %s interrupted', async (_name, listener) => {
    const url = await serveRaw(listener);
    expect(await failureOf(get({ timeoutMs: 300 })(url, { method: 'POST', body: 'x' }))).toBe(
      'interrupted',
    );
  });

  it.each([
    ['cut', (socket: Socket) => socket.end('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc')],
    [
      'stalled',
      (socket: Socket) => socket.write('HTTP/1.1 200 OK\r\ncontent-length: 10\r\n\r\nabc'),
    ],
  ] as const)('calls a body that is %s interrupted', async (_name, answerWith) => {
    const url = await serveRaw((socket) => socket.once('data', () => void answerWith(socket)));
    const answer = await get({ timeoutMs: 5000, idleTimeoutMs: 200 })(url);
    expect(answer.status).toBe(200);
    expect(await failureOf(answer.text())).toBe('interrupted');
  });

  it('stops at the caller’s signal', async () => {
    const url = await serve(() => undefined);
    const signal = AbortSignal.timeout(100);
    expect(await failureOf(get()(url, { signal }))).toBe('interrupted');
    expect(await failureOf(get()(url, { signal }))).toBe('unreached');
  });

  it('writes nothing when the last check says no', async () => {
    let seen = 0;
    const url = await serve((_request, response) => {
      seen += 1;
      response.end();
    });
    const beforeFirstByte = async () => {
      throw new Error('too late');
    };
    expect(await failureOf(get({ beforeFirstByte })(url, { method: 'POST', body: 'x' }))).toBe(
      'too late',
    );
    await (await get({ beforeFirstByte: () => undefined })(url)).text();
    expect(seen).toBe(1);
  });

  it.each([
    ['by its header', (bytes: Buffer) => ({ headers: { 'content-length': bytes.length }, bytes })],
    ['by counting', (bytes: Buffer) => ({ headers: {}, bytes })],
    [
      'after gzip',
      (bytes: Buffer) => ({ headers: { 'content-encoding': 'gzip' }, bytes: gzipSync(bytes) }),
    ],
    [
      'after brotli',
      (bytes: Buffer) => ({
        headers: { 'content-encoding': 'br' },
        bytes: brotliCompressSync(bytes),
      }),
    ],
  ])('caps the answer %s', async (_name, make) => {
    const { headers, bytes } = make(Buffer.alloc(5000, 'a'));
    const url = await serve((_request, response) => {
      response.writeHead(200, headers);
      response.write(bytes.subarray(0, 10));
      response.end(bytes.subarray(10));
    });
    const read = async (maxBytes: number) => (await get({ maxBytes })(url)).text();
    expect(await failureOf(read(4999))).toBe('tooLarge');
    expect(await read(5000)).toHaveLength(5000);
  });

  it('checks every redirect and follows three', async () => {
    const url = await serve((request, response) => {
      const left = Number(request.url?.slice(1));
      if (left === 0) response.end('there');
      else response.writeHead(302, { location: `/${left - 1}` }).end();
    });
    expect(await (await get()(`${url}/3`)).text()).toBe('there');
    expect(await failureOf(get()(`${url}/4`))).toBe('interrupted');
    const manual = await get()(`${url}/1`, { redirect: 'manual' });
    expect([manual.status, await manual.text()]).toEqual([302, '']);
    expect(await failureOf(get()(`${url}/1`, { redirect: 'error' }))).toBe('interrupted');
  });

  it.each([
    'http://127.0.0.1:1/',
    'https://10.0.0.1/',
    'file:///etc/passwd',
    'https://0x7f.1/',
    'https://u:p@public.test/',
  ])('does not follow to %s', async (location) => {
    const url = await serve((_request, response) => response.writeHead(307, { location }).end());
    expect(await failureOf(get()(url))).toBe('refused');
  });

  it('carries no credential to another host, and makes a GET of a POST', async () => {
    const seen: [string | undefined, Record<string, unknown>][] = [];
    const second = await serve((request, response) => {
      seen.push([request.method, request.headers]);
      response.end();
    });
    const first = await serve((request, response) =>
      request.url === '/same'
        ? response.writeHead(307, { location: '/' }).end()
        : response.writeHead(302, { location: second }).end(),
    );
    const headers = { authorization: 'Basic x', cookie: 'a=b', 'x-api-key': 'k', accept: 'a/b' };
    await (await get()(`${first}/same`, { method: 'POST', headers, body: 'secret' })).text();
    expect(seen).toHaveLength(1);
    expect(seen[0]?.[0]).toBe('GET');
    expect(seen[0]?.[1]).toMatchObject({ accept: 'a/b' });
    for (const name of ['authorization', 'cookie', 'x-api-key', 'content-length', 'content-type'])
      expect(seen[0]?.[1]).not.toHaveProperty(name);
  });
});
