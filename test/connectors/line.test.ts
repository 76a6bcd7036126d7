import { lineConnector } from '../../connectors/line';
import { contentAddress, LineConfig } from '../../connectors/line/config';
import { retryKey } from '../../connectors/line/send';
import type { MessageBody } from '../../domain/message/schema';
import type { Behaviour } from '../support/fakes/behaviour';
import { type FakeLine, startFakeLine } from '../support/fakes/line';
import { LINKS, providerStage } from '../support/provider-stage';

let line: FakeLine;
beforeEach(async () => {
  line = await startFakeLine({ channelSecret: 'secret', channelAccessToken: 'token' });
});
afterEach(() => line.close());

const { context, send, plan } = providerStage(
  lineConnector,
  () => ({ channelSecret: 'secret', channelAccessToken: 'token', baseUrl: line.url }),
  { to: 'U1', channelType: 'LINE' },
);
const sent = () => line.requests.at(-1);

describe('the published vector', () => {
  const body = '{"hello":"world"}';
  const signature = 't7Hn4ZDHqs6e+wdvI5TyQIvzie0DmMUmuXEBqyyE/tM=';
  const channel = { id: 'l', channelType: 'LINE', serviceIdentifier: '@l' } as const;
  const verify = (given: string | null, raw = body) =>
    lineConnector.verify(
      {
        method: 'POST',
        url: 'https://p.test/',
        headers: new Headers(given === null ? {} : { 'x-line-signature': given }),
        raw: Buffer.from(raw),
      },
      LineConfig.parse({ channelSecret: 'test_secret', channelAccessToken: 't' }),
      new Date(),
      channel,
    ).ok;
  it('fits', () => {
    expect(verify(signature)).toBe(true);
  });
  it.each([
    ['lower case', signature.toLowerCase(), body],
    ['hex', Buffer.from(signature, 'base64').toString('hex'), body],
    ['the other alphabet', signature.replaceAll('+', '-').replaceAll('/', '_'), body],
    ['no padding', signature.replace('=', ''), body],
    ['nothing', null, body],
    ['another body', signature, '{"hello": "world"}'],
  ])('does not fit with %s', (_name, given, raw) => {
    expect(verify(given, raw)).toBe(false);
  });
});

describe('send', () => {
  it('pushes with the key of the part', async () => {
    expect(await send()).toEqual({ providerMessageIds: ['461230966842060000'], state: 'sent' });
    expect(sent()).toEqual({
      key: retryKey('msg_1-1'),
      body: { to: 'U1', messages: [{ type: 'text', text: 'Hello' }] },
    });
  });

  it('a key is a UUID, the same for a part and another for any other', () => {
    expect(retryKey('msg_1-1')).toMatch(
      /^[0-9a-f]{8}-[0-9a-f]{4}-5[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/,
    );
    expect(retryKey('msg_1-1')).toBe(retryKey('msg_1-1'));
    expect(new Set(['msg_1-1', 'msg_1-2', 'msg_2-1'].map(retryKey)).size).toBe(3);
  });

  it('a repeat of what was taken is success, and delivers nothing more', async () => {
    line.script.next({ type: 'reset', taken: true });
    await expect(send()).rejects.toMatchObject({ type: 'Ambiguous' });
    expect(await send()).toEqual({ providerMessageIds: ['461230966842060000'], state: 'sent' });
    expect(line.messages).toHaveLength(1);
  });

  it.each([
    [
      { type: 'IMAGE', mediaId: 'm1' },
      { type: 'image', originalContentUrl: LINKS.m1, previewImageUrl: LINKS.m1 },
    ],
    [
      { type: 'LOCATION', latitude: 1, longitude: 2, name: 'x'.repeat(200) },
      { type: 'location', title: 'x'.repeat(100), address: 'x'.repeat(100), latitude: 1 },
    ],
    [
      { type: 'LOCATION', latitude: 1, longitude: 2 },
      { type: 'location', title: '1, 2', address: '1, 2' },
    ],
  ] as [MessageBody, object][])('%j', async (body, expected) => {
    await send({ body });
    expect(sent()).toMatchObject({ body: { messages: [expected] } });
  });

  const says = (status: number, message = 'no'): Behaviour => ({
    type: 'answer',
    status,
    body: { message },
  });
  it.each([
    [says(400), 'Rejected', { code: '400' }],
    [says(401), 'ChannelStopped', { reason: 'auth' }],
    [says(403), 'ChannelStopped', { reason: 'permission' }],
    [says(429), 'Throttled', { scope: 'channel' }],
    [says(500), 'Ambiguous', {}],
    [says(503), 'Unavailable', {}],
    [{ type: 'answer', status: 502, body: 'Bad Gateway' }, 'Ambiguous', {}],
    [{ type: 'hang', taken: true }, 'Ambiguous', {}],
    [{ type: 'reset', taken: false }, 'Ambiguous', {}],
  ] as [Behaviour, string, object][])('%j -> %s', async (behaviour, type, facts) => {
    line.script.next(behaviour);
    await expect(send()).rejects.toMatchObject({ name: 'ConnectorError', type, facts });
  });

  it('stops with a wrong token', async () => {
    await expect(send({}, { channelAccessToken: 'wrong' })).rejects.toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'auth' },
    });
  });
});

it.each([
  ['choices', { type: 'BUTTON', text: 'Ok?', choices: [{ id: 'y', title: 'Yes' }] }, ['PLAIN']],
  ['a text over its limit', { type: 'PLAIN', text: 'a '.repeat(3000) }, ['PLAIN', 'PLAIN']],
  [
    'a caption',
    { type: 'IMAGE', mediaId: 'm', mimeType: 'image/png', caption: 'c' },
    ['IMAGE', 'PLAIN'],
  ],
  ['sound', { type: 'AUDIO', mediaId: 'm' }, ['PLAIN']],
] as [string, MessageBody, string[]][])('%s become(s) %j', (_name, body, types) => {
  const planned = plan(body);
  expect('parts' in planned && planned.parts.map(({ type }) => type)).toEqual(types);
});

it('fetches what customers sent where LINE keeps it, or where it is told to', () => {
  const own = { channelSecret: 's', channelAccessToken: 't' };
  const of = (over: object) => contentAddress(LineConfig.parse({ ...own, ...over }));
  expect(of({})).toBe('https://api-data.line.me');
  expect(of({ baseUrl: 'http://localhost:1' })).toBe('http://localhost:1');
  expect(of({ contentBaseUrl: 'http://localhost:2' })).toBe('http://localhost:2');
});

describe('media', () => {
  const fetched = (ref: string) =>
    lineConnector.fetchMedia?.({ ref }, context()).then((answer) => answer.text());
  it('come with the token from where LINE keeps them', async () => {
    expect(await fetched('444573844083572737')).toBe('bytes of 444573844083572737');
  });
  it('are waited for while LINE prepares them', async () => {
    line.contents.push(202);
    await expect(fetched('1')).rejects.toMatchObject({ type: 'Unavailable' });
    expect(await fetched('1')).toBe('bytes of 1');
  });
  it('may lie elsewhere, where the token does not go', async () => {
    const answer = await lineConnector.fetchMedia?.(
      { ref: `${line.url}/v2/bot/message/1/content` },
      context(),
    );
    expect(answer?.status).toBe(401);
  });
});
