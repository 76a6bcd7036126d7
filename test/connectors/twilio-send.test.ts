import type { OutboundPart, SendContext } from '../../connectors/connector';
import { twilioConnector } from '../../connectors/twilio';
import { TwilioConfig } from '../../connectors/twilio/config';
import { createOutgoing } from '../../infra/outgoing';
import type { Behaviour } from '../support/fakes/behaviour';
import { type FakeTwilio, startFakeTwilio } from '../support/fakes/twilio';
import { anOutboundPart } from '../support/outbound-part';

let twilio: FakeTwilio;
beforeEach(async () => {
  twilio = await startFakeTwilio({ accountSid: 'AC1', authToken: 'token' });
});
afterEach(() => twilio.close());

const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
function context(
  over: Partial<TwilioConfig> = {},
  claimed: readonly string[] = [],
): SendContext<TwilioConfig> {
  const cfg = TwilioConfig.parse({
    accountSid: 'AC1',
    authToken: 'token,older',
    baseUrl: twilio.url,
    ...over,
  });
  return {
    cfg,
    baseUrl: cfg.baseUrl,
    fetch: outgoing.fetch({ timeoutMs: 500 }),
    signal: AbortSignal.timeout(5000),
    now: () => new Date(),
    claimed: async (ids) => new Set(ids.filter((id) => claimed.includes(id))),
  };
}
const send = (part: Partial<OutboundPart> = {}, over: Partial<TwilioConfig> = {}) =>
  twilioConnector.send(anOutboundPart(part), context(over));
const form = () => Object.fromEntries(twilio.requests.at(-1)?.form ?? []);
const lookup = (since: Date, claimed: readonly string[] = [], part: Partial<OutboundPart> = {}) =>
  twilioConnector.lookup?.(anOutboundPart(part), since, context({}, claimed));

describe('send', () => {
  it('posts the form and takes the sid', async () => {
    expect(await send()).toEqual({
      providerMessageIds: [twilio.messages[0]?.sid],
      state: 'accepted',
    });
    expect(form()).toEqual({
      To: '+15550002222',
      From: '+15550001111',
      Body: 'Hello',
      StatusCallback: 'https://parley.test/webhooks/sms?mid=msg_1-1',
    });
  });

  it('addresses WhatsApp, a messaging service, media and templates', async () => {
    await send({ channelType: 'WHATSAPP' });
    expect(form()).toMatchObject({ To: 'whatsapp:+15550002222', From: 'whatsapp:+15550001111' });
    await send({}, { messagingServiceSid: 'MG1' });
    expect(form()).toMatchObject({ MessagingServiceSid: 'MG1' });
    expect(form()).not.toHaveProperty('From');
    await send({ from: `MG${'0'.repeat(32)}` });
    expect(form()).toMatchObject({ MessagingServiceSid: `MG${'0'.repeat(32)}` });
    await send({
      body: { type: 'IMAGE', mediaId: 'm1', caption: 'c' },
      mediaUrls: { m1: 'https://parley.test/m/1' },
    });
    expect(form()).toMatchObject({ Body: 'c', MediaUrl: 'https://parley.test/m/1' });
    const components = [
      {
        type: 'body',
        parameters: [
          { type: 'text', text: 'Ana' },
          { type: 'text', text: '7' },
        ],
      },
    ];
    await send({ body: { type: 'TEMPLATE', name: 'HX1', language: 'en', components } });
    expect(form()).toMatchObject({ ContentSid: 'HX1', ContentVariables: '{"1":"Ana","2":"7"}' });
    await send({
      body: { type: 'TEMPLATE', name: 'HX1', language: 'en', components: [{ '1': 'Bo' }] },
    });
    expect(form()).toMatchObject({ ContentVariables: '{"1":"Bo"}' });
  });

  it('calls with an API key where there is one', async () => {
    await expect(send({}, { apiKeySid: 'SK1', apiKeySecret: 's' })).rejects.toMatchObject({
      type: 'ChannelStopped',
      facts: { reason: 'auth' },
    });
  });

  const error = (status: number, code: number | null, message = 'no'): Behaviour => ({
    type: 'answer',
    status,
    body: code === null ? 'oops' : { code, message, status },
  });
  it.each([
    [error(400, 21211), 'Rejected', { code: '21211' }],
    [error(400, 21408), 'Rejected', {}],
    [error(400, 99999), 'Rejected', { code: '99999' }],
    [error(400, 21610), 'OptedOut', {}],
    [error(400, 21614), 'Unreachable', {}],
    [error(400, 63016), 'SessionWindowClosed', { outside: 'template' }],
    [error(400, 21606), 'ChannelStopped', { reason: 'config' }],
    [error(401, 20003), 'ChannelStopped', { reason: 'auth' }],
    [error(404, 20404), 'ChannelStopped', { reason: 'config' }],
    [error(429, 20429), 'Throttled', { scope: 'account' }],
    [error(400, 21611), 'Throttled', { scope: 'channel' }],
    [
      { type: 'answer', status: 429, headers: { 'retry-after': '7' } },
      'Throttled',
      { retryAfterMs: 7000 },
    ],
    [error(500, 20500), 'Unavailable', { code: '20500' }],
    [error(503, null), 'Unavailable', {}],
    [error(500, null), 'Ambiguous', {}],
    [error(502, null), 'Ambiguous', {}],
    [error(504, null), 'Ambiguous', {}],
    [{ type: 'hang', taken: true }, 'Ambiguous', {}],
    [{ type: 'reset', taken: true }, 'Ambiguous', {}],
  ] as [Behaviour, string, object][])('%j -> %s', async (behaviour, type, facts) => {
    twilio.script.next(behaviour);
    await expect(send()).rejects.toMatchObject({ name: 'ConnectorError', type, facts });
  });

  it('a server that is not there was certainly not reached', async () => {
    await twilio.close();
    await expect(send()).rejects.toMatchObject({ type: 'Unavailable' });
    twilio = await startFakeTwilio({ accountSid: 'AC1', authToken: 'token' });
  });

  it('keeps no number, address or token in what it says', async () => {
    twilio.script.next(
      error(
        400,
        21211,
        "The 'To' number +15550002222 (ana@x.test, SK0123456789abcdef0123456789abcdef) is invalid",
      ),
    );
    const failure = await send().catch((thrown) => thrown);
    expect(JSON.stringify([failure.message, failure.facts])).not.toMatch(/5550002222|ana@|SK0123/);
  });
});

describe('lookup', () => {
  const since = () => new Date(Date.now() - 1000);
  it('finds what was taken although no answer came', async () => {
    const before = since();
    twilio.script.next({ type: 'reset', taken: true });
    await expect(send()).rejects.toMatchObject({ type: 'Ambiguous' });
    expect(await lookup(before)).toEqual({
      providerMessageIds: [twilio.messages[0]?.sid],
      state: 'accepted',
    });
  });

  it('says that it is certainly absent', async () => {
    expect(await lookup(since())).toBeNull();
  });

  it.each([
    ['another text', { body: { type: 'PLAIN', text: 'Other' } }],
    ['another recipient', { to: '+15559999999' }],
    [
      'a medium more',
      {
        body: { type: 'IMAGE', mediaId: 'm1', caption: 'Hello' },
        mediaUrls: { m1: 'https://a.test/' },
      },
    ],
  ] as [string, Partial<OutboundPart>][])('does not adopt %s', async (_name, part) => {
    await send(part);
    expect(await lookup(since())).toBeNull();
  });

  it("does not adopt another part's message, an older one, or one that came in", async () => {
    const first = await send();
    expect(await lookup(since(), first.providerMessageIds)).toBeNull();
    const second = await send();
    expect(await lookup(since(), first.providerMessageIds)).toEqual(second);
    expect(await lookup(new Date(Date.now() + 60_000))).toBeNull();
    twilio.messages.splice(0, 2);
    twilio.messages.push({
      sid: 'SMin',
      to: '+15550002222',
      from: '+15550001111',
      body: 'Hello',
      mediaUrls: [],
      direction: 'inbound',
      date_created: new Date().toUTCString(),
      partId: null,
      status: 'received',
    });
    expect(await lookup(since())).toBeNull();
  });

  it.each([
    [{ type: 'answer', status: 200, body: 'not a list' }, 'Ambiguous'],
    [{ type: 'answer', status: 503 }, 'Unavailable'],
    [{ type: 'hang', taken: false }, 'Ambiguous'],
  ] as [Behaviour, string][])('%j: cannot tell', async (behaviour, type) => {
    twilio.lookups.next(behaviour);
    await expect(lookup(since())).rejects.toMatchObject({ type });
  });

  it('reads on through pages, and gives up after a few', async () => {
    const page = (n: number, sid?: string) => ({
      messages: [
        {
          sid,
          body: sid ? 'Hello' : 'x',
          direction: 'outbound-api',
          date_created: new Date().toUTCString(),
        },
      ],
      next_page_uri: `/2010-04-01/Accounts/AC1/Messages.json?Page=${n}`,
    });
    const answer = (body: unknown): Behaviour => ({ type: 'answer', status: 200, body });
    twilio.lookups.next(answer(page(1)), answer(page(2, 'SMfound')));
    expect(await lookup(since())).toMatchObject({ providerMessageIds: ['SMfound'] });
    twilio.lookups.next(...Array.from({ length: 5 }, (_, n) => answer(page(n))));
    await expect(lookup(since())).rejects.toMatchObject({
      type: 'Ambiguous',
      facts: { reason: 'lookup' },
    });
  });
});
