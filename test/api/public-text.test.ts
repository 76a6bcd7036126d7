import { brotliDecompressSync, gunzipSync } from 'node:zlib';
import { testApi } from '../support/api';
import { catalogue } from '../support/catalogue';

const { call, stores } = testApi(catalogue());
const get = (path: string, headers: Record<string, string> = {}) =>
  call('GET', path, { token: null, headers });
/** What a browser says. */
const BROWSER = { 'accept-encoding': 'gzip, deflate, br, zstd' };
/** Bytes: a guest on other people's pages stays small, now on the wire. */
const WIDGET_MAX = 25_000;
/** Bytes of everything that the first sight of the desk takes. */
const DESK_MAX = 200_000;

beforeAll(async () => {
  await stores.config.create('connectors', { id: 'webchat', providerId: 'webchat', enabled: true });
  await stores.config.create('channels', {
    ...{ id: 'web', channelType: 'WEB', serviceIdentifier: 'web', connectorId: 'webchat' },
    ...{ enabled: true, origins: [], language: 'en', webchat: { preChatFields: [] } },
  });
});

describe('texts that are the same for everyone', () => {
  it.each([
    ['gzip, deflate, br, zstd', 'br'],
    ['gzip', 'gzip'],
    ['GZIP', 'gzip'],
    ['br;q=0.1, gzip;q=0.9', 'gzip'],
    ['br;q=0, *', 'gzip'],
    ['*', 'br'],
    ['gzip;q=0.5, identity', null],
    ['gzip;q=0, br;q=0', null],
    ['deflate, zstd', null],
    ['', null],
  ])('come as asked: %j is answered in %s', async (asked, coding) => {
    const answer = await get('/openapi.json', { 'accept-encoding': asked });
    expect(answer.headers.get('content-encoding')).toBe(coding);
    expect(answer.headers.get('vary')).toContain('Accept-Encoding');
    const bytes = Buffer.from(await answer.arrayBuffer());
    const open = coding === 'br' ? brotliDecompressSync : coding ? gunzipSync : (it: Buffer) => it;
    expect(JSON.parse(open(bytes).toString())).toMatchObject({ openapi: '3.1.0' });
  });

  it('come once: whoever has them is told so, in the coding that they have', async () => {
    for (const path of ['/desk', '/widget.js?channelId=web', '/openapi.json']) {
      const first = await get(path, BROWSER);
      const tag = first.headers.get('etag') ?? '';
      expect(tag).toMatch(/^"[\w-]+-(br|identity)"$/);
      for (const asked of [tag, `W/${tag}`, `"other", ${tag}`, '*']) {
        const again = await get(path, { ...BROWSER, 'if-none-match': asked });
        expect([again.status, await again.text()]).toEqual([304, '']);
        for (const name of ['etag', 'vary', 'cache-control', 'content-security-policy'])
          expect(again.headers.get(name)).toBe(first.headers.get(name));
      }
      const other = await get(path, { 'if-none-match': '"other-br"' });
      expect(other.status).toBe(200);
      if (tag.endsWith('-br"'))
        expect((await get(path, { 'if-none-match': tag })).headers.get('etag')).not.toBe(tag);
    }
  });

  it('are small on the wire', async () => {
    const size = async (path: string) => {
      const answer = await get(path, BROWSER);
      expect(answer.status).toBe(200);
      return (await answer.arrayBuffer()).byteLength;
    };
    expect(await size('/widget.js?channelId=web')).toBeLessThanOrEqual(WIDGET_MAX);
    const page = await (await get('/desk')).text();
    const files = [...page.matchAll(/(?:src|href)="(\/assets\/[^"]+)"/g)].map(([, file]) => file);
    const sizes = await Promise.all(files.map((file) => size(file ?? '')));
    expect(sizes.length).toBeGreaterThan(1);
    expect(sizes.reduce((sum, one) => sum + one, 0)).toBeLessThanOrEqual(DESK_MAX);
    for (const file of files)
      expect((await get(file ?? '')).headers.get('cache-control')).toContain('immutable');
  });

  it('keep apart by origin what differs by it', async () => {
    const { headers } = await get('/webchat/web/demo', BROWSER);
    expect(headers.get('vary')).toBe('Origin, Accept-Encoding');
  });
});

describe('answers of the API', () => {
  it.each([
    '/v1/me',
    '/v1/workspace',
    '/v1/channels',
    '/webchat/web/settings',
    '/assets/none.js',
    '/desk/none',
  ])('come as they are: %s', async (path) => {
    const answer = await call('GET', path, { headers: BROWSER });
    expect(answer.headers.get('content-encoding')).toBeNull();
    expect(answer.headers.get('etag') ?? '').not.toMatch(/-(br|gzip|identity)"$/);
  });
});
