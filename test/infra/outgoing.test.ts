import { createServer, type RequestListener, type Server } from 'node:http';
import { type AddressInfo, createServer as createTcpServer, type Socket } from 'node:net';
import { brotliCompressSync, gzipSync } from 'node:zlib';
import type { OutgoingError } from '../../domain/outgoing-error';
import { type Address, createOutgoing, type OutgoingLimits } from '../../infra/outgoing';

/** Names of this test's own internet. */
const NAMES: Record<string, readonly string[]> = {
  'public.test': ['93.184.216.34'],
  'both.test': ['93.184.216.34', '2606:2800:220:1::1'],
  'loop.test': ['127.0.0.1'],
  'half.test': ['93.184.216.34', '10.0.0.1'],
  'six.test': ['fd00::1'],
  'mapped.test': ['::ffff:10.0.0.1'],
  'metadata.google.internal': ['169.254.169.254'],
  localhost: ['127.0.0.1', '::1'],
  'localhost.': ['127.0.0.1'],
  'partner.internal': ['10.1.2.3'],
};
async function resolve(host: string): Promise<readonly Address[]> {
  const found = NAMES[host];
  if (!found) throw Object.assign(new Error('no such name'), { code: 'ENOTFOUND' });
  return found.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }));
}
const outgoing = (...allowedPrivateHosts: string[]) =>
  createOutgoing({ allowedPrivateHosts, resolve });

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

  it.each([
    'http://public.test/',
    'http://unknown.test/',
    'ftp://public.test/',
    'file:///etc/passwd',
    'gopher://public.test/',
    'data:text/plain,x',
    'javascript:alert(1)',
    'public.test',
    '//public.test/',
    '',
    'https://',
    'https://user@public.test/',
    'https://user:pass@public.test/',
    'https://:pass@public.test/',
    'https://localhost/',
    'https://LOCALHOST/',
    'https://localhost./',
    'https://loop.test/',
    'https://half.test/',
    'https://six.test/',
    'https://mapped.test/',
    'https://metadata.google.internal/',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://127.255.255.254/',
    'https://2130706433/',
    'https://0x7f000001/',
    'https://0x7f.1/',
    'https://017700000001/',
    'https://0177.0.0.1/',
    'https://１２７.0.0.1/',
    'https://%31%32%37.0.0.1/',
    'https://134744072/',
    'https://0x08080808/',
    'https://8.8.2056/',
    'https://0.0.0.0/',
    'https://0/',
    'https://10.0.0.1/',
    'https://100.64.0.1/',
    'https://100.127.255.255/',
    'https://169.254.169.254/latest/meta-data/',
    'https://172.16.0.1/',
    'https://172.31.255.255/',
    'https://192.0.0.1/',
    'https://192.0.2.1/',
    'https://192.88.99.1/',
    'https://192.168.1.1/',
    'https://198.18.0.1/',
    'https://198.19.255.255/',
    'https://198.51.100.1/',
    'https://203.0.113.1/',
    'https://224.0.0.1/',
    'https://240.0.0.1/',
    'https://255.255.255.255/',
    'https://[::]/',
    'https://[::1]/',
    'https://[0:0:0:0:0:0:0:1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[::ffff:8.8.8.8]/',
    'https://[::ffff:7f00:1]/',
    'https://[::8.8.8.8]/',
    'https://[64:ff9b::8.8.8.8]/',
    'https://[64:ff9b:1::1]/',
    'https://[2002:0808:0808::1]/',
    'https://[2001:0:1::1]/',
    'https://[2001:db8::1]/',
    'https://[3fff::1]/',
    'https://[fc00::1]/',
    'https://[fd12:3456::1]/',
    'https://[fe80::1]/',
    'https://[fec0::1]/',
    'https://[ff02::1]/',
    'https://[100::1]/',
  ])('refuses %s, when saved and when used', async (url) => {
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

  it('connects to the address that it checked, though the name has moved', async () => {
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
