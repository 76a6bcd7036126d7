import type {
  HookChannel,
  OutboundPart,
  RawRequest,
  SendContext,
} from '../../connectors/connector';
import { instagramConnector, messengerConnector } from '../../connectors/messenger';
import { MessengerConfig } from '../../connectors/messenger/config';
import { planParts } from '../../domain/message/outbound';
import type { MessageBody } from '../../domain/message/schema';
import { createOutgoing } from '../../infra/outgoing';
import type { Behaviour } from '../support/fakes/behaviour';
import { type FakeGraph, signedByMeta, startFakeGraph } from '../support/fakes/graph';
import { anOutboundPart } from '../support/outbound-part';

const NOW = new Date('2026-11-22T10:00:00.000Z');
const PAGE: HookChannel = { id: 'fb', channelType: 'MESSENGER', serviceIdentifier: 'PAGE1' };
const ACCOUNT: HookChannel = { id: 'ig', channelType: 'INSTAGRAM', serviceIdentifier: 'IG1' };
const config = (over: object = {}) =>
  MessengerConfig.parse({
    pageId: 'PAGE1',
    accessToken: 'token',
    appSecret: 's',
    verifyToken: 'VT',
    ...over,
  });
const request = (body: unknown): RawRequest => {
  const raw = JSON.stringify(body);
  return {
    method: 'POST',
    url: 'https://parley.test/webhooks/fb',
    headers: new Headers(signedByMeta(raw, 's')),
    raw: Buffer.from(raw),
  };
};
const body = (object: string, ...pages: string[]) => ({
  object,
  entry: pages.map((id) => ({ id, messaging: [] })),
});

describe('verify', () => {
  it.each([
    ['its own page', PAGE, body('page', 'PAGE1'), true],
    ['another page', PAGE, body('page', 'PAGE9'), false],
    ['another page beside its own', PAGE, body('page', 'PAGE9', 'PAGE1'), true],
    ['no page', PAGE, body('page'), true],
    ["the page's Instagram account", ACCOUNT, body('instagram', 'IG1'), true],
    ['Instagram on the hook of Messenger', PAGE, body('instagram', 'PAGE1'), false],
    ['Messenger on the hook of Instagram', ACCOUNT, body('page', 'PAGE1'), false],
    ['another account', ACCOUNT, body('instagram', 'IG9'), false],
  ] as const)('%s: %#', (_name, channel, given, ok) => {
    expect(messengerConnector.verify(request(given), config(), NOW, channel)).toMatchObject({ ok });
  });

  it('answers the set-up call with the bare challenge', () => {
    const url =
      'https://p.test/webhooks/fb?hub.mode=subscribe&hub.verify_token=VT&hub.challenge=42';
    const call = { method: 'GET', url, headers: new Headers(), raw: new Uint8Array() };
    const context = { cfg: config(), channel: ACCOUNT, now: NOW };
    expect(instagramConnector.handshake?.(call, context)).toMatchObject({
      status: 200,
      body: '42',
    });
    const wrong = { ...call, url: url.replace('VT', 'VX') };
    expect(instagramConnector.handshake?.(wrong, context)).toMatchObject({ status: 403 });
  });
});

it('a postback without an id is known by who tapped what when', () => {
  const tap = (sender: string, timestamp: number, payload: string) => {
    const postback = {
      sender: { id: sender },
      recipient: { id: 'PAGE1' },
      timestamp,
      postback: { payload },
    };
    const entry = [{ id: 'PAGE1', messaging: [postback] }];
    const context = { cfg: config(), channel: PAGE, now: NOW };
    return messengerConnector.parse(request({ object: 'page', entry }), context)[0]?.eventKey;
  };
  expect(tap('U1', 1772998024000, 'A')).toBe(tap('U1', 1772998024000, 'A'));
  const others = [
    tap('U2', 1772998024000, 'A'),
    tap('U1', 1772998024001, 'A'),
    tap('U1', 1772998024000, 'B'),
  ];
  expect(new Set([tap('U1', 1772998024000, 'A'), ...others]).size).toBe(4);
});

describe('calls', () => {
  let graph: FakeGraph;
  beforeAll(async () => {
    graph = await startFakeGraph({ accessToken: 'token', appSecret: 's' });
  });
  afterAll(() => graph.close());

  const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
  function context(over: object = {}): SendContext<MessengerConfig> {
    const cfg = config({ baseUrl: `${graph.url}/`, ...over });
    return {
      cfg,
      baseUrl: cfg.baseUrl,
      fetch: outgoing.fetch({ timeoutMs: 500 }),
      signal: AbortSignal.timeout(5000),
      now: () => NOW,
    };
  }
  const send = (part: Partial<OutboundPart> = {}, over: object = {}) =>
    messengerConnector.send(
      anOutboundPart({ channelType: 'MESSENGER', to: 'U1', ...part }),
      context(over),
    );
  const sent = () => graph.requests.at(-1)?.body;

  it('posts to the page, and takes the id', async () => {
    expect(await send({ replyTo: 'm_1' })).toEqual({
      providerMessageIds: [graph.messages.at(-1)?.id],
      state: 'sent',
    });
    expect(graph.requests.at(-1)).toEqual({
      path: '/v25.0/PAGE1/messages',
      body: {
        recipient: { id: 'U1' },
        messaging_type: 'RESPONSE',
        message: { text: 'Hello', metadata: 'msg_1-1' },
        reply_to: { mid: 'm_1' },
      },
    });
  });

  it('writes under the tag of a human agent where it has to', async () => {
    await send({ tag: 'HUMAN_AGENT' });
    expect(sent()).toMatchObject({ messaging_type: 'MESSAGE_TAG', tag: 'HUMAN_AGENT' });
  });

  const url = 'https://parley.test/m/1';
  const choices = [
    { id: 'YES', title: 'Yes' },
    { id: 'NO', title: 'No' },
  ];
  const quick = [
    { content_type: 'text', title: 'Yes', payload: 'YES' },
    { content_type: 'text', title: 'No', payload: 'NO' },
  ];
  it.each([
    [{ type: 'IMAGE', mediaId: 'm1' }, { attachment: { type: 'image', payload: { url } } }],
    [{ type: 'VIDEO', mediaId: 'm1' }, { attachment: { type: 'video', payload: { url } } }],
    [{ type: 'AUDIO', mediaId: 'm1' }, { attachment: { type: 'audio', payload: { url } } }],
    [{ type: 'FILE', mediaId: 'm1' }, { attachment: { type: 'file', payload: { url } } }],
    [
      { type: 'BUTTON', text: 'Ok?', choices },
      { text: 'Ok?', quick_replies: quick },
    ],
    [
      { type: 'BUTTON', text: 'Ok?', header: 'H', footer: 'F', style: 'QUICK_REPLY', choices },
      { text: 'H\n\nOk?\n\nF', quick_replies: quick },
    ],
    [
      { type: 'BUTTON', text: 'Ok?', style: 'BUTTON', choices },
      {
        attachment: {
          type: 'template',
          payload: {
            template_type: 'button',
            text: 'Ok?',
            buttons: [
              { type: 'postback', title: 'Yes', payload: 'YES' },
              { type: 'postback', title: 'No', payload: 'NO' },
            ],
          },
        },
      },
    ],
    [
      { type: 'BUTTON', text: 'x'.repeat(641), style: 'BUTTON', choices },
      { text: 'x'.repeat(641), quick_replies: quick },
    ],
  ] as [MessageBody, object][])('%j', async (given, expected) => {
    await send({ body: given, mediaUrls: { m1: url } });
    expect(sent().message).toEqual({ ...expected, metadata: 'msg_1-1' });
  });

  it('is planned to what Messenger can carry', () => {
    const able = messengerConnector.capabilities(config(), 'MESSENGER');
    const plan = (given: MessageBody) =>
      planParts(given, able, { linkOf: (id) => `https://l/${id}` });
    const many = (count: number): MessageBody => ({
      type: 'BUTTON',
      text: 'Pick',
      choices: Array.from({ length: count }, (_, n) => ({ id: String(n), title: `Choice ${n}` })),
    });
    expect(plan(many(13))).toMatchObject({ parts: [{ type: 'BUTTON' }] });
    expect(plan(many(14))).toMatchObject({ parts: [{ type: 'PLAIN' }] });
    expect(plan({ type: 'IMAGE', mediaId: 'i', caption: 'c' })).toEqual({
      parts: [
        { type: 'IMAGE', mediaId: 'i' },
        { type: 'PLAIN', text: 'c' },
      ],
    });
    expect(plan({ type: 'LOCATION', latitude: 1, longitude: 2 })).toMatchObject({
      parts: [{ type: 'PLAIN' }],
    });
    expect(plan({ type: 'TEMPLATE', name: 't', language: 'en' })).toEqual({ rejected: 'template' });
    expect(plan({ type: 'PLAIN', text: 'x'.repeat(2001) })).toMatchObject({
      parts: [{ type: 'PLAIN' }, { type: 'PLAIN' }],
    });
  });

  it('says typing and read as actions', async () => {
    const sign = { to: 'U1', from: 'PAGE1', channelType: 'MESSENGER' } as const;
    const action = (sender_action: string) => ({ recipient: { id: 'U1' }, sender_action });
    await messengerConnector.typing?.({ ...sign, typing: true }, context());
    expect(sent()).toEqual(action('typing_on'));
    await messengerConnector.typing?.({ ...sign, typing: false }, context());
    expect(sent()).toEqual(action('typing_off'));
    await messengerConnector.markRead?.({ ...sign, inboundMessageId: 'm_1' }, context());
    expect(sent()).toEqual(action('mark_seen'));
  });

  const failed = (code: number, subcode?: number, status = 400): Behaviour => ({
    type: 'answer',
    status,
    body: { error: { message: 'no', code, ...(subcode && { error_subcode: subcode }) } },
  });
  it.each([
    [failed(4), 'Throttled', { code: '4' }],
    [failed(613), 'Throttled', {}],
    [failed(2, undefined, 500), 'Unavailable', {}],
    [failed(190, 463, 401), 'ChannelStopped', { reason: 'auth' }],
    [failed(200), 'ChannelStopped', { reason: 'permission' }],
    [failed(368), 'ChannelStopped', { reason: 'policy' }],
    [failed(2022), 'ChannelStopped', {}],
    [failed(10, 2018278), 'SessionWindowClosed', { outside: 'tag', code: '10/2018278' }],
    [failed(10), 'Rejected', { code: '10' }],
    [failed(551), 'Unreachable', {}],
    [failed(100, 2018001), 'Unreachable', {}],
    [failed(100, 33), 'Rejected', { code: '100' }],
    [failed(10900), 'Rejected', {}],
    [failed(10903), 'Rejected', {}],
    [failed(1, 1357046, 500), 'Ambiguous', {}],
    [failed(1, undefined, 500), 'Ambiguous', {}],
    [failed(12345), 'Rejected', { code: '12345' }],
    [{ type: 'answer', status: 502 }, 'Ambiguous', {}],
    [{ type: 'hang', taken: true }, 'Ambiguous', {}],
    [{ type: 'reset', taken: true }, 'Ambiguous', {}],
  ] as [Behaviour, string, object][])('%j -> %s', async (behaviour, type, facts) => {
    graph.script.next(behaviour);
    await expect(send()).rejects.toMatchObject({ name: 'ConnectorError', type, facts });
  });

  it('a wrong token stops the channel', async () => {
    await expect(send({}, { accessToken: 'old' })).rejects.toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'auth' },
    });
  });
});
