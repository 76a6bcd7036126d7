import { randomBytes } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import type { RawRequest } from '../../connectors/connector';
import { httpConnector } from '../../connectors/http';
import { HttpConfig } from '../../connectors/http/config';

const NOW = new Date('2026-11-22T10:00:00.500Z');
const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const [ONE, TWO, OUT] = [secret(), secret(), secret()];
const CHANNEL = { id: 'shop', channelType: 'GENERIC', serviceIdentifier: 'shop' } as const;
const config = (over: object = {}) =>
  HttpConfig.parse({
    sendUrl: 'https://p.test/in',
    inboundSecret: ONE,
    outboundSecret: OUT,
    ...over,
  });
const BODY = '{"type":"typing.started","data":{"user":{"id":"u1"}}}';

function request(
  over: Record<string, string | null> = {},
  { key = ONE, at = NOW, raw = BODY } = {},
): RawRequest {
  const id = over['webhook-id'] ?? 'evt_1';
  const headers = new Headers({
    'webhook-id': id,
    'webhook-timestamp': String(Math.floor(at.getTime() / 1000)),
    'webhook-signature': new Webhook(key).sign(id, at, raw),
  });
  for (const [name, value] of Object.entries(over)) {
    if (value === null) headers.delete(name);
    else headers.set(name, value);
  }
  return {
    method: 'POST',
    url: 'https://parley.test/webhooks/shop',
    headers,
    raw: Buffer.from(raw),
  };
}
const verify = (given: RawRequest, cfg = config()) =>
  httpConnector.verify(given, cfg, NOW, CHANNEL);
const REFUSED = { ok: false, status: 401 };
const seconds = (offset: number) => new Date(NOW.getTime() + offset * 1000);

describe('verify', () => {
  it('agrees with the library', () => {
    expect(verify(request())).toEqual({ ok: true });
    expect(verify(request({}, { raw: '' }))).toEqual({ ok: true });
  });

  it.each([
    [-300, true],
    [300, true],
    [-301, false],
    [301, false],
  ])('a timestamp %s seconds off: %s', (offset, ok) => {
    expect(verify(request({}, { at: seconds(offset) }))).toMatchObject({ ok });
  });

  it.each([
    ['webhook-id', null],
    ['webhook-id', ''],
    ['webhook-id', 'evt.1'],
    ['webhook-id', 'evt_1, evt_1'],
    ['webhook-timestamp', null],
    ['webhook-timestamp', ''],
    ['webhook-timestamp', 'now'],
    ['webhook-timestamp', '1e9'],
    ['webhook-timestamp', '-1'],
    ['webhook-signature', null],
    ['webhook-signature', 'v1'],
    ['webhook-signature', 'v1,'],
    ['webhook-signature', 'v1a,AAAA'],
  ])('%s %j is refused', (name, value) => {
    expect(verify(request({ [name]: value }))).toMatchObject(REFUSED);
  });

  it('takes any listed signature and skips other versions, but no header given twice', () => {
    const good = request().headers.get('webhook-signature') ?? '';
    const foreign = `v1,${randomBytes(32).toString('base64')}`;
    for (const list of [`${foreign} ${good}`, `v1a,AAAA ${good}`, `${good} v2,BBBB`])
      expect(verify(request({ 'webhook-signature': list }))).toEqual({ ok: true });
    for (const list of [`${foreign}, ${good}`, `${good}, ${good}`, `${good},${good}`])
      expect(verify(request({ 'webhook-signature': list }))).toMatchObject(REFUSED);
  });

  it('works on the raw bytes', () => {
    const raw = Buffer.concat([
      Buffer.from('{"a":"'),
      Buffer.from([0xff, 0xfe]),
      Buffer.from('"}'),
    ]);
    const replaced = { ...request({}, { raw: raw.toString() }), raw };
    expect(verify(replaced)).toMatchObject(REFUSED);
  });
});

describe('configuration', () => {
  it.each([
    { sendUrl: 'ftp://p.test/' },
    { sendUrl: '/path' },
    { sendUrl: '' },
    { inboundSecret: 'secret' },
    { inboundSecret: 'whsec_short' },
    { outboundSecret: `whsec_${randomBytes(65).toString('base64')}` },
    { baseUrl: 'file:///x' },
    { capabilities: { teleport: true } },
    { unknown: 1 },
  ])('refuses %j', (over) => {
    expect(() => config(over)).toThrow();
  });

  it('takes a path below baseUrl, lists of secrets and declared abilities', () => {
    expect(config({ sendUrl: '/in', baseUrl: 'https://p.test' }).sendUrl).toBe('/in');
    expect(
      config({ inboundSecret: `${ONE}, ${TWO}`, outboundSecret: [OUT, ONE] }).inboundSecret,
    ).toContain(TWO);
    const declared = config({
      capabilities: { text: { max: 160 }, buttons: null, window: { hours: 24, outside: 'none' } },
    });
    expect(httpConnector.capabilities(declared, 'GENERIC')).toMatchObject({
      text: { max: 160 },
      buttons: null,
      window: { hours: 24 },
      idempotentSend: true,
      ambiguousSend: 'exactly-once-with-key',
      replies: true,
    });
  });
});

describe('parse', () => {
  const context = { cfg: config(), channel: CHANNEL, now: NOW };
  const created = (content: unknown, extra = {}) =>
    request(
      {},
      {
        raw: JSON.stringify({
          type: 'message.created',
          data: { id: 'e1', user: { id: 'u1' }, content, ...extra },
        }),
      },
    );

  it('keeps a text that is longer than ours may be whole, for the ingress to cut', () => {
    const text = 'x'.repeat(40_000);
    expect(httpConnector.parse(created({ type: 'text', text }), context)).toMatchObject([
      { kind: 'message', body: { text } },
    ]);
  });

  it.each([
    'not json',
    '[]',
    'null',
    '{}',
    '{"type":"message.created"}',
    '{"type":"__proto__","data":{}}',
    '{"type":"constructor","data":{}}',
    '{"type":"typing.started","timestamp":"yesterday","data":{"user":{"id":"u1"}}}',
  ])('answers 400 with the faults of %s', (raw) => {
    const given = request({}, { raw });
    const events = httpConnector.parse(given, context);
    expect(events).toMatchObject([{ kind: 'unparsed' }]);
    const { status, headers, body } = httpConnector.reply(given, events, context);
    expect(status).toBe(400);
    expect(headers).toEqual({ 'content-type': 'application/problem+json' });
    expect(JSON.parse(body ?? '')).toMatchObject({
      status: 400,
      code: 'VALIDATION_FAILED',
      detail: expect.any(String),
    });
    expect(JSON.parse(body ?? '').errors.length).toBeGreaterThan(0);
  });

  it.each([
    [{ type: 'text', text: '' }],
    [{ type: 'text' }],
    [{ type: 'PLAIN', text: 'x', more: 1 }],
    [{ type: 'hologram' }],
    [{ type: 'image', url: 'no address' }],
    [null],
    ['text'],
    [undefined],
  ])('content %j is a fault', (content) => {
    expect(httpConnector.parse(created(content), context)).toMatchObject([{ kind: 'unparsed' }]);
  });

  it('tells the partner what was new', () => {
    const given = created({ type: 'text', text: 'x' });
    const events = httpConnector.parse(given, context);
    expect(httpConnector.reply(given, events, context, { accepted: 0, duplicates: 1 }).body).toBe(
      '{"accepted":0,"duplicates":1}',
    );
  });
});
