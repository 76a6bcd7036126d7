import { randomBytes } from 'node:crypto';
import type { OutboundPart, SendContext } from '../../connectors/connector';
import { httpConnector } from '../../connectors/http';
import { HttpConfig } from '../../connectors/http/config';
import { createOutgoing } from '../../infra/outgoing';
import type { Behaviour } from '../support/fakes/behaviour';
import { type FakePartner, startFakePartner } from '../support/fakes/partner';
import { anOutboundPart } from '../support/outbound-part';

const secret = () => `whsec_${randomBytes(32).toString('base64')}`;
const [IN, OUT, NEW] = [secret(), secret(), secret()];
let partner: FakePartner;
beforeEach(async () => {
  partner = await startFakePartner({ inboundSecret: IN, outboundSecret: OUT });
});
afterEach(() => partner.close());

const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
function context(over: object = {}): SendContext<HttpConfig> {
  const cfg = HttpConfig.parse({
    sendUrl: partner.sendUrl,
    inboundSecret: IN,
    outboundSecret: OUT,
    ...over,
  });
  return {
    cfg,
    baseUrl: '',
    fetch: outgoing.fetch({ timeoutMs: 500 }),
    signal: AbortSignal.timeout(5000),
    now: () => new Date(),
  };
}
const send = (part: Partial<OutboundPart> = {}, over: object = {}) =>
  httpConnector.send(anOutboundPart({ channelType: 'GENERIC', to: 'u1', ...part }), context(over));

it('posts a signed message.send under the part id', async () => {
  expect(await send({ replyTo: 'ext-0' })).toEqual({
    providerMessageIds: ['ext-msg_1-1'],
    state: 'accepted',
  });
  expect(partner.requests[0]).toMatchObject({
    id: 'msg_1-1',
    body: {
      type: 'message.send',
      data: {
        messageId: 'msg_1-1',
        user: { id: 'u1' },
        content: { type: 'PLAIN', text: 'Hello' },
        replyTo: 'ext-0',
      },
    },
  });
});

it('shows choices beside the content and a link to each medium', async () => {
  const choices = [{ id: 'y', title: 'Yes' }];
  await send({ body: { type: 'BUTTON', text: 'Ok?', choices } });
  expect(partner.requests[0]?.body.data).toMatchObject({
    choices,
    content: { type: 'BUTTON', choices },
  });
  await send({
    body: { type: 'IMAGE', mediaId: 'm1' },
    mediaUrls: { m1: 'https://parley.test/m/1' },
  });
  expect(partner.requests[1]?.body.data).toMatchObject({
    content: { mediaId: 'm1', url: 'https://parley.test/m/1' },
  });
});

it('signs with every key of a list, and may post below baseUrl', async () => {
  await send({}, { outboundSecret: [NEW, OUT] });
  await send(
    { id: 'msg_1-2' },
    { outboundSecret: `${OUT},${NEW}`, sendUrl: '/send', baseUrl: partner.url },
  );
  expect(partner.requests).toHaveLength(2);
  await expect(send({}, { outboundSecret: NEW })).rejects.toMatchObject({
    type: 'Rejected',
    facts: { code: '401' },
  });
});

it.each([
  ['sent', 'sent'],
  ['DELIVERED', 'delivered'],
  ['read', 'delivered'],
  ['who knows', 'accepted'],
])('takes the partner’s word for the state: %s', async (given, state) => {
  partner.script.next({ type: 'accept', state: given });
  expect(await send()).toMatchObject({ state });
});

it.each([
  [{ type: 'answer', status: 204 }, []],
  [{ type: 'answer', status: 200, body: 'thanks' }, []],
  [{ type: 'answer', status: 200, body: { id: 7 } }, ['7']],
  [{ type: 'answer', status: 409 }, []],
  [{ type: 'answer', status: 409, body: { id: 'ext-1' } }, ['ext-1']],
] as [Behaviour, string[]][])('%j is success', async (behaviour, providerMessageIds) => {
  partner.script.next(behaviour);
  expect(await send()).toEqual({ providerMessageIds, state: 'accepted' });
});

const named = (type: string, status = 422): Behaviour => ({
  type: 'answer',
  status,
  body: { error: { type, message: 'no' } },
});
it.each([
  [{ type: 'answer', status: 400 }, 'Rejected', { code: '400' }],
  [{ type: 'answer', status: 404, body: '<html>' }, 'Rejected', {}],
  [
    { type: 'answer', status: 302, headers: { location: 'https://elsewhere.test/' } },
    'Rejected',
    {},
  ],
  [{ type: 'answer', status: 410 }, 'ChannelStopped', { reason: 'config' }],
  [
    { type: 'answer', status: 429, headers: { 'retry-after': '3' } },
    'Throttled',
    { retryAfterMs: 3000 },
  ],
  [{ type: 'answer', status: 429 }, 'Throttled', {}],
  [
    { type: 'answer', status: 503, headers: { 'retry-after': '3' } },
    'Unavailable',
    { retryAfterMs: 3000 },
  ],
  [{ type: 'answer', status: 500 }, 'Ambiguous', {}],
  [{ type: 'answer', status: 502, body: '<html>' }, 'Ambiguous', {}],
  [{ type: 'answer', status: 504 }, 'Ambiguous', {}],
  [named('SessionWindowClosed'), 'SessionWindowClosed', {}],
  [named('Unreachable', 404), 'Unreachable', {}],
  [named('OptedOut', 403), 'OptedOut', {}],
  [named('Throttled', 400), 'Throttled', {}],
  [named('Ambiguous'), 'Rejected', {}],
  [named('ChannelStopped'), 'Rejected', {}],
  [named('OptedOut', 500), 'Ambiguous', {}],
  [{ type: 'hang', taken: true }, 'Ambiguous', {}],
  [{ type: 'reset', taken: true }, 'Ambiguous', {}],
] as [Behaviour, string, object][])('%j -> %s', async (behaviour, type, facts) => {
  partner.script.next(behaviour);
  await expect(send()).rejects.toMatchObject({ name: 'ConnectorError', type, facts });
});

it('an address that our own rules refuse stops the channel', async () => {
  await expect(send({}, { sendUrl: 'http://10.0.0.1/' })).rejects.toMatchObject({
    type: 'ChannelStopped',
    facts: { reason: 'config' },
  });
});
