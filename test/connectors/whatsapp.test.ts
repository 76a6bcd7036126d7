import { createHash, createHmac } from 'node:crypto';
import type {
  HookChannel,
  OutboundPart,
  RawRequest,
  SendContext,
} from '../../connectors/connector';
import { dialogConnector, whatsappCloudConnector } from '../../connectors/whatsapp';
import { errorOf, reasonOf } from '../../connectors/whatsapp/codes';
import { CloudConfig, DialogConfig, type WhatsAppConfig } from '../../connectors/whatsapp/config';
import { planParts } from '../../domain/message/outbound';
import type { MessageBody } from '../../domain/message/schema';
import { createOutgoing } from '../../infra/outgoing';
import type { Behaviour } from '../support/fakes/behaviour';
import { type FakeGraph, signedByMeta, startFakeGraph } from '../support/fakes/graph';
import { anOutboundPart } from '../support/outbound-part';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const CHANNEL: HookChannel = {
  id: 'wa',
  channelType: 'WHATSAPP',
  serviceIdentifier: '+15550001111',
};
const cloud = (over: object = {}) =>
  CloudConfig.parse({
    phoneNumberId: '123456123',
    accessToken: 'token',
    appSecret: 'app-secret-for-tests',
    verifyToken: 'VT',
    ...over,
  });
const dialog = (over: object = {}) =>
  DialogConfig.parse({ apiKey: 'key', webhookSecret: 'user:secret', ...over });
const request = (
  raw: string | Uint8Array,
  headers: Record<string, string> = {},
  over: Partial<RawRequest> = {},
): RawRequest => ({
  method: 'POST',
  url: 'https://parley.test/webhooks/wa',
  headers: new Headers(headers),
  raw: Buffer.from(raw),
  ...over,
});
const REFUSED = { ok: false, status: 401 };

/** connectors.md 15, body M. */
const M =
  '{"object":"whatsapp_business_account","entry":[{"id":"0","changes":[{"field":"messages","value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":"16505551111","phone_number_id":"123456123"},"contacts":[{"profile":{"name":"test user name"},"wa_id":"16315551181"}],"messages":[{"from":"16315551181","id":"ABGGFlA5Fpa","timestamp":"1504902988","type":"text","text":{"body":"this is a text message"}}]}}]}]}';
const M_SIGNATURE = 'sha256=318a25b151dfc07b986c96803d22492383578e8f9d811b1bf67e5daef88fe693';

describe('the set-up call', () => {
  const ask = (query: string, cfg: WhatsAppConfig = cloud(), method = 'GET') =>
    whatsappCloudConnector.handshake?.(
      request('', {}, { method, url: `https://parley.test/webhooks/wa${query}` }),
      { cfg: cfg as CloudConfig, channel: CHANNEL, now: NOW },
    );
  const right = '?hub.mode=subscribe&hub.verify_token=VT&hub.challenge=1158201444';

  it('answers the bare challenge', () => {
    expect(ask(right)).toMatchObject({ status: 200, body: '1158201444' });
    expect(ask(right, cloud({ verifyToken: 'NEW, VT' }))).toMatchObject({ status: 200 });
  });

  it.each([
    '',
    '?hub.mode=subscribe&hub.verify_token=wrong&hub.challenge=1',
    '?hub.mode=subscribe&hub.verify_token=vt&hub.challenge=1',
    '?hub.mode=subscribe&hub.verify_token=&hub.challenge=1',
    '?hub.verify_token=VT&hub.challenge=1',
    '?hub.mode=unsubscribe&hub.verify_token=VT&hub.challenge=1',
    '?hub.mode=subscribe&hub.verify_token=VT',
  ])('403: %s', (query) => {
    expect(ask(query)).toMatchObject({ status: 403 });
  });

  it('is no business of a POST, nor of 360dialog', () => {
    expect(ask(right, cloud(), 'POST')).toBeNull();
    expect(ask(right, dialog())).toBeNull();
  });
});

describe('verify', () => {
  const verify = (
    raw: string | Uint8Array,
    headers: Record<string, string>,
    cfg: WhatsAppConfig = cloud(),
  ) => whatsappCloudConnector.verify(request(raw, headers), cfg as CloudConfig, NOW, CHANNEL);
  const sha256 = (body: string | Uint8Array) => ({
    'x-hub-signature-256': `sha256=${createHmac('sha256', 'app-secret-for-tests').update(body).digest('hex')}`,
  });

  it('takes the published vector', () => {
    expect(verify(M, { 'x-hub-signature-256': M_SIGNATURE })).toEqual({ ok: true });
    expect(verify(`${M} `, { 'x-hub-signature-256': M_SIGNATURE })).toMatchObject(REFUSED);
  });

  it('takes a body as it was signed, and as a proxy re-encodes it', () => {
    const [escaped, plain] = ['{"a":"\\u017divi \\ud83d\\ude00\\u007f"}', '{"a":"Živi 😀\u007f"}'];
    const signature = sha256(escaped);
    expect(signedByMeta(plain, 'app-secret-for-tests')).toEqual(signature);
    expect(verify(escaped, signature)).toEqual({ ok: true });
    expect(verify(plain, signature)).toEqual({ ok: true });
    expect(verify(plain, sha256(plain))).toEqual({ ok: true });
    // Only in this direction, only this spelling, only these characters.
    expect(verify(escaped, sha256(plain))).toMatchObject(REFUSED);
    expect(verify(plain, sha256(escaped.replace('\\u017d', '\\u017D')))).toMatchObject(REFUSED);
    expect(verify('{"a":"~"}', sha256('{"a":"\\u007e"}'))).toMatchObject(REFUSED);
  });

  it('reads bytes, not text', () => {
    const broken = Buffer.concat([Buffer.from('{"a":"'), Buffer.from([0xff]), Buffer.from('"}')]);
    expect(verify(broken, sha256(broken))).toEqual({ ok: true });
    expect(verify(broken, sha256('{"a":"\\ufffd"}'))).toMatchObject(REFUSED);
  });

  it.each([
    [
      'SHA-1 alone',
      {
        'x-hub-signature': `sha1=${createHmac('sha1', 'app-secret-for-tests').update(M).digest('hex')}`,
      },
    ],
    ['no prefix', { 'x-hub-signature-256': M_SIGNATURE.slice(7) }],
    ['another prefix', { 'x-hub-signature-256': M_SIGNATURE.replace('sha256', 'sha512') }],
    ['upper case', { 'x-hub-signature-256': `sha256=${M_SIGNATURE.slice(7).toUpperCase()}` }],
    [
      'base64',
      {
        'x-hub-signature-256': `sha256=${createHmac('sha256', 'app-secret-for-tests').update(M).digest('base64')}`,
      },
    ],
    ['nothing', {}],
  ] as [string, Record<string, string>][])('refuses %s', (_name, headers) => {
    expect(verify(M, headers)).toMatchObject(REFUSED);
  });

  it('refuses what is about another number alone, and takes it beside its own', () => {
    const entry = (id: string) => ({
      changes: [{ field: 'messages', value: { metadata: { phone_number_id: id } } }],
    });
    const body = (...ids: string[]) => JSON.stringify({ entry: ids.map(entry) });
    for (const [ids, verdict] of [
      [['PN9'], REFUSED],
      [['PN9', '123456123'], { ok: true }],
      [[], { ok: true }],
    ] as const)
      expect(verify(body(...ids), sha256(body(...ids)))).toMatchObject(verdict);
  });

  it('360dialog shows a secret, in a header of any name or as HTTP Basic, for its own number', () => {
    const basic = dialog({ verification: 'basic' });
    const credentials = (pair: string) => ({
      authorization: `Basic ${Buffer.from(pair).toString('base64')}`,
    });
    const own = M.replace('16505551111', '15550001111');
    expect(verify(own, { 'x-secret': 'user:secret' }, dialog())).toEqual({ ok: true });
    expect(
      verify(own, { 'x-s': 'b' }, dialog({ headerName: 'X-S', webhookSecret: ['a', 'b'] })),
    ).toEqual({ ok: true });
    expect(verify(own, credentials('user:secret'), basic)).toEqual({ ok: true });
    expect(verify(M, { 'x-secret': 'user:secret' }, dialog())).toMatchObject(REFUSED);
    expect(verify(own, { 'x-secret': 'User:secret' }, dialog())).toMatchObject(REFUSED);
    expect(verify(own, { 'x-secret': 'user:secret' }, basic)).toMatchObject(REFUSED);
    expect(verify(own, credentials('user:other'), basic)).toMatchObject(REFUSED);
    expect(verify(own, { 'x-hub-signature-256': M_SIGNATURE }, dialog())).toMatchObject(REFUSED);
  });
});

describe('configuration', () => {
  it('has its own addresses as defaults', () => {
    expect(cloud()).toMatchObject({ baseUrl: 'https://graph.facebook.com', apiVersion: 'v25.0' });
    expect(dialog()).toMatchObject({ baseUrl: 'https://waba-v2.360dialog.io' });
  });

  it.each([
    { apiVersion: '25' },
    { phoneNumberId: '../me' },
    { appSecret: undefined },
    { apiKey: 'x' },
  ])('of Meta refuses %j', (over) => {
    expect(() => cloud(over)).toThrow();
  });

  it.each([
    { headerName: 'X Secret' },
    { verification: 'basic', headerName: 'X-Secret' },
    { webhookSecret: '' },
    { verification: 'none' },
  ])('of 360dialog refuses %j', (over) => {
    expect(() => dialog(over)).toThrow();
  });
});

describe('calls', () => {
  let graph: FakeGraph;
  let hub: FakeGraph;
  beforeAll(async () => {
    graph = await startFakeGraph({ accessToken: 'token', appSecret: 's' });
    hub = await startFakeGraph({ accessToken: '-', appSecret: 's', apiKey: 'key' });
  });
  afterAll(() => Promise.all([graph.close(), hub.close()]));

  const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
  function context<T extends WhatsAppConfig>(cfg: T): SendContext<T> {
    return {
      cfg,
      baseUrl: cfg.baseUrl,
      fetch: outgoing.fetch({ timeoutMs: 500 }),
      signal: AbortSignal.timeout(5000),
      now: () => NOW,
    };
  }
  const onCloud = (over: object = {}) => context(cloud({ baseUrl: graph.url, ...over }));
  const onHub = () => context(dialog({ baseUrl: hub.url }));
  const aPart = (over: Partial<OutboundPart> = {}) =>
    anOutboundPart({ channelType: 'WHATSAPP', ...over });
  const send = (part: Partial<OutboundPart> = {}, over: object = {}) =>
    whatsappCloudConnector.send(aPart(part), onCloud(over));
  const sent = () => graph.requests.at(-1)?.body;

  it('posts to the number, and takes the id', async () => {
    expect(await send({ replyTo: 'wamid.A1' })).toEqual({
      providerMessageIds: [graph.messages.at(-1)?.id],
      state: 'accepted',
    });
    expect(graph.requests.at(-1)).toEqual({
      path: '/v25.0/123456123/messages',
      body: {
        messaging_product: 'whatsapp',
        recipient_type: 'individual',
        to: '15550002222',
        type: 'text',
        text: { preview_url: false, body: 'Hello' },
        context: { message_id: 'wamid.A1' },
        biz_opaque_callback_data: 'msg_1-1',
      },
    });
    await dialogConnector.send(aPart(), onHub());
    expect(hub.requests.at(-1)).toMatchObject({ path: '/messages', body: { to: '15550002222' } });
  });

  it('addresses a user who hides the number by the business-scoped id', async () => {
    for (const id of ['US.13491208655302741918', 'GB.ENT.AbC123']) {
      await send({ to: id });
      expect(sent()).toMatchObject({ recipient: id });
      expect(sent()).not.toHaveProperty('to');
    }
  });

  it('keeps the number that Meta knows the user by, and no reference that means nothing to it', async () => {
    const answer = {
      contacts: [{ input: '5215550002222', wa_id: '525550002222' }],
      messages: [{ id: 'w' }],
    };
    graph.script.next({ type: 'answer', status: 200, body: answer });
    expect(await send({ to: '+5215550002222', replyTo: 'msg_unknown' })).toEqual({
      providerMessageIds: ['w'],
      state: 'accepted',
      aliases: ['525550002222'],
    });
    expect(sent()).not.toHaveProperty('context');
  });

  const media = { m1: 'https://parley.test/m/1' };
  const choices = [
    { id: 'y', title: 'Yes', description: 'd'.repeat(100) },
    { id: 'n', title: 'No' },
  ];
  const link = 'https://parley.test/m/1';
  it.each([
    [
      { type: 'IMAGE', mediaId: 'm1', caption: 'c', mimeType: 'image/png' },
      { type: 'image', image: { link, caption: 'c' } },
    ],
    [
      { type: 'IMAGE', mediaId: 'm1', mimeType: 'image/webp' },
      { type: 'document', document: { link } },
    ],
    [
      { type: 'VIDEO', mediaId: 'm1', mimeType: 'video/mp4' },
      { type: 'video', video: { link } },
    ],
    [
      { type: 'VIDEO', mediaId: 'm1', mimeType: 'video/webm', fileName: 'a.webm' },
      { type: 'document', document: { link, filename: 'a.webm' } },
    ],
    [
      { type: 'AUDIO', mediaId: 'm1', mimeType: 'audio/ogg; codecs=opus' },
      { type: 'audio', audio: { link } },
    ],
    [
      { type: 'FILE', mediaId: 'm1', fileName: 'a.pdf', caption: 'c' },
      { type: 'document', document: { link, caption: 'c', filename: 'a.pdf' } },
    ],
    [
      { type: 'LOCATION', latitude: 1, longitude: 2, name: 'Shop' },
      { type: 'location', location: { latitude: 1, longitude: 2, name: 'Shop' } },
    ],
    [
      { type: 'BUTTON', text: 'Ok?', header: 'H', footer: 'F', choices },
      {
        type: 'interactive',
        interactive: {
          type: 'button',
          header: { type: 'text', text: 'H' },
          body: { text: 'Ok?' },
          footer: { text: 'F' },
          action: {
            buttons: [
              { type: 'reply', reply: { id: 'y', title: 'Yes' } },
              { type: 'reply', reply: { id: 'n', title: 'No' } },
            ],
          },
        },
      },
    ],
    [
      { type: 'BUTTON', text: 'Pick', style: 'LIST', choices },
      {
        type: 'interactive',
        interactive: {
          type: 'list',
          body: { text: 'Pick' },
          action: {
            button: 'Open',
            sections: [
              {
                rows: [
                  { id: 'y', title: 'Yes', description: 'd'.repeat(72) },
                  { id: 'n', title: 'No' },
                ],
              },
            ],
          },
        },
      },
    ],
    [
      {
        type: 'TEMPLATE',
        name: 'hello',
        language: 'en_US',
        components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }],
      },
      {
        type: 'template',
        template: {
          name: 'hello',
          language: { code: 'en_US' },
          components: [{ type: 'body', parameters: [{ type: 'text', text: 'Ana' }] }],
        },
      },
    ],
  ] as [MessageBody, object][])('%j', async (body, expected) => {
    await send({ body, mediaUrls: media });
    expect(sent()).toMatchObject(expected);
    const [, content] = Object.entries(expected);
    if (content) expect(sent()[content[0]]).toEqual(content[1]);
  });

  describe('a medium whose link nobody outside can fetch', () => {
    const local = { m1: 'http://localhost:8080/media/m1' };
    const body = { type: 'IMAGE', mediaId: 'm1', caption: 'c', mimeType: 'image/png' } as const;
    const openMedia = async (id: string) =>
      id === 'm1'
        ? {
            mimeType: 'image/png',
            size: 5,
            fileName: 'a.png',
            open: () => new Blob(['bytes']).stream() as ReadableStream<Uint8Array>,
          }
        : null;
    const bring = (part: Partial<OutboundPart> = {}) =>
      whatsappCloudConnector.send(aPart({ body, mediaUrls: local, ...part }), {
        ...onCloud(),
        openMedia,
      });

    it('is uploaded first, and named by its id', async () => {
      await bring();
      const upload = graph.uploads.at(-1);
      expect(upload?.path).toBe('/v25.0/123456123/media');
      expect(upload?.form.get('messaging_product')).toBe('whatsapp');
      expect(upload?.form.get('type')).toBe('image/png');
      expect(await upload?.file.text()).toBe('bytes');
      expect(sent()).toMatchObject({ type: 'image', image: { id: upload?.id, caption: 'c' } });
      expect(sent().image).not.toHaveProperty('link');
      const before = graph.uploads.length;
      await bring({ mediaUrls: media });
      expect(sent().image).toMatchObject({ link: media.m1 });
      expect(graph.uploads).toHaveLength(before);
      await dialogConnector.send(aPart({ body, mediaUrls: local }), { ...onHub(), openMedia });
      expect(hub.uploads.at(-1)?.path).toBe('/media');
    });

    it.each([
      [{ type: 'hang', taken: true }, 'Unavailable'],
      [{ type: 'reset', taken: true }, 'Unavailable'],
      [{ type: 'answer', status: 502 }, 'Unavailable'],
      [{ type: 'answer', status: 200, body: {} }, 'Unavailable'],
      [{ type: 'answer', status: 400, body: { error: { code: 131053 } } }, 'Rejected'],
      [{ type: 'answer', status: 401, body: { error: { code: 190 } } }, 'ChannelStopped'],
    ] as [Behaviour, string][])('%j: %s, and no message goes out', async (behaviour, type) => {
      graph.uploadScript.next(behaviour);
      const before = graph.requests.length;
      await expect(bring()).rejects.toMatchObject({ type });
      expect(graph.requests).toHaveLength(before);
    });
  });

  it('sorts the rows of a list into titled sections', async () => {
    const rows = [
      { id: '1', title: 'A', section: 'X' },
      { id: '2', title: 'B' },
      { id: '3', title: 'C', section: 'X' },
    ];
    await send({ body: { type: 'BUTTON', text: 'Pick', style: 'LIST', choices: rows } });
    expect(sent().interactive.action.sections).toEqual([
      {
        title: 'X',
        rows: [
          { id: '1', title: 'A' },
          { id: '3', title: 'C' },
        ],
      },
      { title: '–', rows: [{ id: '2', title: 'B' }] },
    ]);
  });

  it('is planned to what WhatsApp can carry', () => {
    const able = whatsappCloudConnector.capabilities(cloud(), 'WHATSAPP');
    const plan = (body: MessageBody) =>
      planParts(body, able, { linkOf: (id) => `https://l/${id}` });
    const many = (count: number) =>
      Array.from({ length: count }, (_, n) => ({ id: String(n), title: `Choice ${n}` }));
    const buttons = (count: number): MessageBody => ({
      type: 'BUTTON',
      text: 'Pick',
      choices: many(count),
    });
    expect(plan(buttons(3))).toMatchObject({ parts: [{ type: 'BUTTON' }] });
    expect(plan(buttons(4))).toMatchObject({ parts: [{ type: 'BUTTON', style: 'LIST' }] });
    expect(plan(buttons(11))).toMatchObject({ parts: [{ type: 'PLAIN' }] });
    expect(plan({ type: 'AUDIO', mediaId: 'a', caption: 'c' })).toEqual({
      parts: [
        { type: 'AUDIO', mediaId: 'a' },
        { type: 'PLAIN', text: 'c' },
      ],
    });
    expect(plan({ type: 'IMAGE', mediaId: 'i', size: 6_000_000 })).toEqual({
      parts: [{ type: 'PLAIN', text: 'https://l/i' }],
    });
    expect(plan({ type: 'STICKER', mediaId: 's' })).toMatchObject({ parts: [{ type: 'PLAIN' }] });
    expect(plan({ type: 'PLAIN', text: 'x'.repeat(4097) })).toMatchObject({
      parts: [{ type: 'PLAIN' }, { type: 'PLAIN' }],
    });
  });

  it('refuses what no plan lets through', async () => {
    await expect(send({ body: { type: 'UNSUPPORTED', kind: 'x' } })).rejects.toMatchObject({
      type: 'Rejected',
    });
    await expect(send({ body: { type: 'IMAGE', mediaId: 'm9' } })).rejects.toMatchObject({
      type: 'Rejected',
      facts: { reason: 'media' },
    });
  });

  it('says typing and read by the message that they are about', async () => {
    const sign = { to: '+15550002222', from: '+15550001111', channelType: 'WHATSAPP' } as const;
    const read = { messaging_product: 'whatsapp', status: 'read', message_id: 'wamid.A1' };
    await whatsappCloudConnector.typing?.(
      { ...sign, typing: true, inboundMessageId: 'wamid.A1' },
      onCloud(),
    );
    expect(sent()).toEqual({ ...read, typing_indicator: { type: 'text' } });
    await whatsappCloudConnector.markRead?.({ ...sign, inboundMessageId: 'wamid.A1' }, onCloud());
    expect(sent()).toEqual(read);
    const before = graph.requests.length;
    await whatsappCloudConnector.typing?.(
      { ...sign, typing: false, inboundMessageId: 'wamid.A1' },
      onCloud(),
    );
    await whatsappCloudConnector.typing?.(
      { ...sign, typing: true, inboundMessageId: null },
      onCloud(),
    );
    expect(graph.requests).toHaveLength(before);
  });

  it('reacts, and takes it back', async () => {
    const sides = { to: '+15550002222', from: '+15550001111', channelType: 'WHATSAPP' } as const;
    for (const emoji of ['👍', '']) {
      await whatsappCloudConnector.react?.({ ...sides, target: 'wamid.A1:1', emoji }, onCloud());
      expect(sent()).toMatchObject({
        to: '15550002222',
        type: 'reaction',
        reaction: { message_id: 'wamid.A1', emoji },
      });
    }
  });

  it('asks for the address of a medium, and once more when it has expired', async () => {
    graph.media.set('MEDIA1', { bytes: 'hello', mimeType: 'image/png', gone: 1 });
    const answer = await whatsappCloudConnector.fetchMedia?.({ ref: 'MEDIA1' }, onCloud());
    expect(await answer?.text()).toBe('hello');
    graph.media.set('MEDIA1', { bytes: 'hello', mimeType: 'image/png', gone: 2 });
    expect((await whatsappCloudConnector.fetchMedia?.({ ref: 'MEDIA1' }, onCloud()))?.status).toBe(
      404,
    );
    expect((await whatsappCloudConnector.fetchMedia?.({ ref: 'NONE' }, onCloud()))?.status).toBe(
      400,
    );
    hub.media.set('MEDIA2', { bytes: 'there', mimeType: 'image/png' });
    const other = await dialogConnector.fetchMedia?.({ ref: 'MEDIA2' }, onHub());
    expect(await other?.text()).toBe('there');
  });

  const failed = (code: number, status = 400, extra: object = {}): Behaviour => ({
    type: 'answer',
    status,
    body: { error: { message: 'no', type: 'OAuthException', code, fbtrace_id: 'TRACE', ...extra } },
  });
  it.each([
    [failed(130429, 429), 'Throttled', { code: '130429', scope: 'channel', traceId: 'TRACE' }],
    [failed(131056), 'Throttled', { scope: 'recipient' }],
    [failed(80007, 400), 'Throttled', { scope: 'account' }],
    [{ ...failed(4), headers: { 'retry-after': '7' } }, 'Throttled', { retryAfterMs: 7000 }],
    [failed(2, 503), 'Unavailable', {}],
    [failed(131016, 500), 'Unavailable', {}],
    [failed(131000, 500), 'Unavailable', {}],
    [failed(190, 401), 'ChannelStopped', { reason: 'auth' }],
    [failed(0, 401), 'ChannelStopped', { reason: 'auth' }],
    [failed(200, 403), 'ChannelStopped', { reason: 'permission' }],
    [failed(299, 403), 'ChannelStopped', { reason: 'permission' }],
    [failed(368, 403), 'ChannelStopped', { reason: 'policy' }],
    [failed(131047), 'SessionWindowClosed', { outside: 'template' }],
    [failed(131026), 'Unreachable', {}],
    [failed(131049), 'Rejected', {}],
    [failed(100), 'Rejected', { code: '100' }],
    [failed(132015), 'Rejected', { reason: 'invalidTemplate' }],
    [failed(999999), 'Rejected', { code: '999999' }],
    [failed(999999, 500), 'Ambiguous', { code: '999999' }],
    [{ type: 'answer', status: 503 }, 'Unavailable', {}],
    [{ type: 'answer', status: 500, body: '<html>' }, 'Ambiguous', {}],
    [{ type: 'answer', status: 502 }, 'Ambiguous', {}],
    [{ type: 'hang', taken: true }, 'Ambiguous', {}],
    [{ type: 'reset', taken: true }, 'Ambiguous', {}],
  ] as [Behaviour, string, object][])('%j -> %s', async (behaviour, type, facts) => {
    graph.script.next(behaviour);
    await expect(send()).rejects.toMatchObject({ name: 'ConnectorError', type, facts });
  });

  it.each([
    [{ type: 'answer', status: 400, body: 'Rate limit hit' }, 'Throttled', {}],
    [
      { type: 'answer', status: 400, body: { meta: { developer_message: 'Payment required' } } },
      'ChannelStopped',
      { reason: 'payment' },
    ],
    [
      { type: 'answer', status: 400, body: { error: { code: 400, message: 'rate limit' } } },
      'Throttled',
      {},
    ],
    [
      { type: 'answer', status: 401, body: 'Invalid api_key' },
      'ChannelStopped',
      { reason: 'auth' },
    ],
    [{ type: 'answer', status: 502, body: 'not available' }, 'Unavailable', {}],
    [{ type: 'answer', status: 400, body: 'whatever' }, 'Rejected', {}],
    [failed(131056), 'Throttled', { scope: 'recipient' }],
    [failed(131047, 400, { message: 'payment' }), 'SessionWindowClosed', {}],
  ] as [Behaviour, string, object][])('360dialog: %j -> %s', async (behaviour, type, facts) => {
    hub.script.next(behaviour);
    await expect(dialogConnector.send(aPart(), onHub())).rejects.toMatchObject({ type, facts });
  });

  it('a wrong key stops the channel', async () => {
    await expect(send({}, { accessToken: 'old' })).rejects.toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'auth', code: '190' },
    });
    await expect(
      dialogConnector.send(aPart(), context(dialog({ baseUrl: hub.url, apiKey: 'old' }))),
    ).rejects.toMatchObject({ type: 'ChannelStopped', facts: { reason: 'auth' } });
  });

  it('keeps no number or token of what the provider says', async () => {
    graph.script.next(
      failed(100, 400, { message: 'to +15550002222 with EAAGm0PX4ZCpsBAJcYXZCZBrx is wrong' }),
    );
    const failure = await send().catch((thrown) => thrown);
    expect(JSON.stringify([failure.message, failure.facts])).not.toMatch(/5550002222|EAAG/);
  });
});

describe('codes', () => {
  it('decides by the code, never by status or words', () => {
    const json = { error: { code: 131026, message: 'payment of the rate limit' } };
    const answer = { status: 500, headers: new Headers(), text: JSON.stringify(json), json };
    expect(errorOf(answer, false).type).toBe('Unreachable');
  });

  it.each([
    [[], 'Rejected'],
    [[{ code: 131047 }], 'SESSION_WINDOW_CLOSED'],
    [[{ code: 131026 }], 'Unreachable'],
    [[{ code: 131049 }], 'Rejected'],
    [[{ code: 7 }], 'Rejected'],
  ] as const)('a status failed with %j: %s', (errors, reason) => {
    expect(reasonOf(errors)).toBe(reason);
  });
});

it('media of a webhook carry the digest that the bytes must have', () => {
  const sha256 = createHash('sha256').update('hello').digest();
  const message = {
    from: '15550002222',
    id: 'w',
    timestamp: '1',
    type: 'image',
    image: { id: 'MEDIA1', mime_type: 'image/png', sha256: sha256.toString('base64') },
  };
  const value = { metadata: { phone_number_id: '123456123' }, messages: [message] };
  const body = JSON.stringify({ entry: [{ changes: [{ field: 'messages', value }] }] });
  const [event] = whatsappCloudConnector.parse(request(body), {
    cfg: cloud(),
    channel: CHANNEL,
    now: NOW,
  });
  expect(event).toMatchObject({ media: [{ ref: 'MEDIA1', sha256: sha256.toString('hex') }] });
});
