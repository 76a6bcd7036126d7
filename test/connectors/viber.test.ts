import { viberConnector } from '../../connectors/viber';
import { ViberConfig } from '../../connectors/viber/config';
import type { MessageBody } from '../../domain/message/schema';
import type { Behaviour } from '../support/fakes/behaviour';
import { type FakeViber, startFakeViber } from '../support/fakes/viber';
import { LINKS, providerStage } from '../support/provider-stage';

let viber: FakeViber;
beforeEach(async () => {
  viber = await startFakeViber({ authToken: 'token' });
});
afterEach(() => viber.close());

const { context, send, plan } = providerStage(
  viberConnector,
  () => ({ authToken: 'token,older', senderName: 'Support', baseUrl: viber.url }),
  { to: '01=', channelType: 'VIBER' },
);
const sent = () => viber.requests.at(-1);

describe('the published vector', () => {
  const secret = '44dafb7e0f40021e-61a47a1e6778d187-f2c5a676a07050b3';
  const body = '{"event":"webhook","timestamp":4977069964384421269,"message_token":1478683725125}';
  const signature = 'd21b343448c8aee33b8e93768ef6ceb64a6ba6163099973a2b8bd028fea510ef';
  const channel = { id: 'v', channelType: 'VIBER', serviceIdentifier: 'v' } as const;
  const verify = (headers: Record<string, string>, raw = body, url = 'https://p.test/webhooks/v') =>
    viberConnector.verify(
      { method: 'POST', url, headers: new Headers(headers), raw: Buffer.from(raw) },
      ViberConfig.parse({ authToken: secret, senderName: 'S' }),
      new Date(),
      channel,
    ).ok;
  it('fits', () => {
    expect(verify({ 'x-viber-content-signature': signature })).toBe(true);
  });
  it.each([
    ['upper case', { 'x-viber-content-signature': signature.toUpperCase() }, body],
    ['another header', { 'x-viber-signature': signature }, body],
    ['none', {}, body],
    [
      'a body that was read and written again',
      { 'x-viber-content-signature': signature },
      JSON.stringify(JSON.parse(body)),
    ],
    ['an empty body', { 'x-viber-content-signature': signature }, ''],
  ])('does not fit with %s', (_name, headers, raw) => {
    expect(verify(headers as Record<string, string>, raw)).toBe(false);
  });
  it('is not taken from the query', () => {
    expect(verify({}, body, `https://p.test/webhooks/v?sig=${signature}`)).toBe(false);
  });
});

describe('send', () => {
  it('keeps every digit of the token', async () => {
    expect(await send()).toEqual({ providerMessageIds: ['4900000000000000001'], state: 'sent' });
    expect(await send()).toEqual({ providerMessageIds: ['4900000000000000002'], state: 'sent' });
    expect(sent()).toEqual({
      receiver: '01=',
      min_api_version: 1,
      sender: { name: 'Support' },
      tracking_data: 'cnv_1',
      type: 'text',
      text: 'Hello',
    });
  });

  it.each([
    [
      { type: 'IMAGE', mediaId: 'm1', caption: 'c' },
      { type: 'picture', text: 'c', media: LINKS.m1 },
    ],
    [
      { type: 'IMAGE', mediaId: 'm1' },
      { type: 'picture', text: '', media: LINKS.m1 },
    ],
    [
      { type: 'VIDEO', mediaId: 'm1', size: 9 },
      { type: 'video', media: LINKS.m1, size: 9 },
    ],
    [
      { type: 'FILE', mediaId: 'm1', size: 9, fileName: 'a.pdf' },
      { type: 'file', media: LINKS.m1, size: 9, file_name: 'a.pdf' },
    ],
    [
      { type: 'LOCATION', latitude: 44.8, longitude: 20.46 },
      { type: 'location', location: { lat: '44.8', lon: '20.46' } },
    ],
  ] as [MessageBody, object][])('%j', async (body, expected) => {
    await send({ body });
    expect(sent()).toMatchObject(expected);
  });

  it('lays choices out as a keyboard, two in a row where they fit', async () => {
    const choices = [
      { id: 'yes', title: 'Yes' },
      { id: 'no', title: 'No & <never>' },
    ];
    await send(
      { body: { type: 'BUTTON', header: 'Well', text: 'Ok?', choices } },
      { senderAvatar: 'https://a.test/a.png' },
    );
    const button = { Columns: 3, Rows: 1, ActionType: 'reply' };
    expect(sent()).toMatchObject({
      sender: { name: 'Support', avatar: 'https://a.test/a.png' },
      text: 'Well\n\nOk?',
      keyboard: {
        Type: 'keyboard',
        DefaultHeight: false,
        Buttons: [
          { ...button, ActionBody: 'yes', Text: 'Yes' },
          { ...button, ActionBody: 'no', Text: 'No &amp; &lt;never&gt;' },
        ],
      },
    });
    await send({
      body: {
        type: 'BUTTON',
        text: 'Ok?',
        choices: [{ id: 'x', title: 'A title of some length' }],
      },
    });
    expect(sent()).toMatchObject({ keyboard: { Buttons: [{ Columns: 6 }] } });
  });

  it('refuses what it was never planned for', async () => {
    await expect(
      send({ body: { type: 'TEMPLATE', name: 't', language: 'en' } }),
    ).rejects.toMatchObject({ type: 'Rejected' });
    await expect(send({ body: { type: 'IMAGE', mediaId: 'gone' } })).rejects.toMatchObject({
      type: 'Rejected',
    });
  });

  const says = (status: number, http = 200): Behaviour => ({
    type: 'answer',
    status: http,
    body: { status, status_message: 'no' },
  });
  it.each([
    [says(1), 'Rejected', { code: '1' }],
    [says(2), 'ChannelStopped', { reason: 'auth' }],
    [says(3), 'Rejected', {}],
    [says(4), 'Rejected', {}],
    [says(5), 'Unreachable', {}],
    [says(6), 'OptedOut', {}],
    [says(7), 'ChannelStopped', {}],
    [says(8), 'ChannelStopped', {}],
    [says(9), 'ChannelStopped', {}],
    [says(10), 'ChannelStopped', { reason: 'config' }],
    [says(11), 'Unreachable', {}],
    [says(12), 'Throttled', { scope: 'channel', code: '12' }],
    [says(13), 'Rejected', {}],
    [says(14), 'Rejected', {}],
    [says(15), 'ChannelStopped', { reason: 'permission' }],
    ...[16, 17, 18, 19, 20].map((status) => [says(status), 'Rejected', {}] as const),
    [says(999), 'Unavailable', { code: '999' }],
    [says(999, 500), 'Unavailable', {}],
    [says(0, 500), 'Ambiguous', {}],
    [{ type: 'answer', status: 200, body: 'OK' }, 'Ambiguous', {}],
    [{ type: 'answer', status: 500, body: 'oops' }, 'Ambiguous', {}],
    [{ type: 'answer', status: 502 }, 'Ambiguous', {}],
    [{ type: 'answer', status: 503, body: '' }, 'Unavailable', {}],
    [{ type: 'answer', status: 404, body: '' }, 'Rejected', {}],
    [
      { type: 'answer', status: 429, headers: { 'retry-after': '3' } },
      'Throttled',
      { retryAfterMs: 3000 },
    ],
    [{ type: 'hang', taken: true }, 'Ambiguous', {}],
    [{ type: 'reset', taken: true }, 'Ambiguous', {}],
  ] as [Behaviour, string, object][])('%j -> %s', async (behaviour, type, facts) => {
    viber.script.next(behaviour);
    await expect(send()).rejects.toMatchObject({ name: 'ConnectorError', type, facts });
  });

  it('stops with a wrong token', async () => {
    await expect(send({}, { authToken: 'wrong' })).rejects.toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'auth' },
    });
  });
});

it.each([
  ['a text over its limit', { type: 'PLAIN', text: 'a '.repeat(3600) }, ['PLAIN', 'PLAIN']],
  [
    'a caption over its limit',
    { type: 'IMAGE', mediaId: 'm', mimeType: 'image/png', caption: 'a '.repeat(300) },
    ['IMAGE', 'PLAIN'],
  ],
  [
    'a caption that has no place',
    { type: 'FILE', mediaId: 'm', size: 1, caption: 'c' },
    ['FILE', 'PLAIN'],
  ],
  ['a file of unknown size', { type: 'FILE', mediaId: 'm' }, ['PLAIN']],
  ['a picture of another type', { type: 'IMAGE', mediaId: 'm', mimeType: 'image/webp' }, ['PLAIN']],
  ['sound', { type: 'AUDIO', mediaId: 'm', size: 1 }, ['PLAIN']],
  ['a contact', { type: 'CONTACT', contacts: [{ name: 'Bo', phones: [], emails: [] }] }, ['PLAIN']],
] as [string, MessageBody, string[]][])('%s becomes %j', (_name, body, types) => {
  const planned = plan(body);
  expect('parts' in planned && planned.parts.map(({ type }) => type)).toEqual(types);
});

describe('whoever opens the chat', () => {
  const welcomed = (over: object, cfg: object = { welcomeMessage: 'Hello & welcome' }) => {
    const raw = Buffer.from(
      JSON.stringify({ event: 'conversation_started', user: { id: '01=' }, ...over }),
    );
    const request = { method: 'POST', url: 'https://p.test/', headers: new Headers(), raw };
    const channel = { id: 'v', channelType: 'VIBER', serviceIdentifier: 'v' } as const;
    const about = { ...context(cfg), channel, now: new Date() };
    const events = viberConnector.parse(request, about);
    const { body, ...rest } = viberConnector.reply(request, events, about);
    return { event: events[0], rest, said: body === undefined ? null : JSON.parse(body) };
  };
  it('is greeted in the answer, which the session tells of', () => {
    const { event, rest, said } = welcomed({ context: 'ad-1', subscribed: false });
    expect(said).toEqual({ sender: { name: 'Support' }, type: 'text', text: 'Hello & welcome' });
    expect(rest).toEqual({ status: 200, headers: { 'content-type': 'application/json' } });
    expect(event).toMatchObject({ kind: 'started', payload: 'ad-1', welcome: 'Hello & welcome' });
  });
  it.each([
    ['has subscribed already', { subscribed: true }, undefined],
    ['no greeting is configured', {}, {}],
    [
      'writes',
      {
        event: 'message',
        message_token: 1,
        sender: { id: '01=' },
        message: { type: 'text', text: 'x' },
      },
      undefined,
    ],
    ['subscribes', { event: 'subscribed' }, undefined],
  ])('is not when: %s', (_name, over, cfg) => {
    expect(welcomed(over, cfg)).toMatchObject({ said: null, rest: { status: 200 } });
  });
});
