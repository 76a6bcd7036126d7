import { Hono } from 'hono';
import type { InboundEvent, SendContext } from '../../connectors/connector';
import { twilioConnector } from '../../connectors/twilio';
import { TwilioConfig } from '../../connectors/twilio/config';
import { createOutgoing } from '../../infra/outgoing';
import { type FakeEnv, type FakeServer, serveFake } from '../support/fakes/behaviour';
import { type EmulatedTwilio, startEmulatedTwilio } from '../support/fakes/emulated-twilio';
import { anOutboundPart } from '../support/outbound-part';

const accountSid = `AC${'0'.repeat(32)}`;
const authToken = 'token-of-this-test';
const NUMBER = '+15550001111';
const CUSTOMER = '+15550002222';
const channel = { id: 'sms', channelType: 'SMS', serviceIdentifier: NUMBER } as const;

let hooks: FakeServer;
let twilio: EmulatedTwilio;
const events: InboundEvent[] = [];
const refused: string[] = [];

beforeAll(async () => {
  const app = new Hono<FakeEnv>();
  app.all('/webhooks/sms', async (c) => {
    // As the ingress does: the configured address, the raw path and query, the raw bytes.
    const url = hooks.url + (c.env.incoming.url ?? '');
    const request = {
      method: c.req.method,
      url,
      headers: c.req.raw.headers,
      raw: new Uint8Array(await c.req.arrayBuffer()),
    };
    const verdict = twilioConnector.verify(request, cfg(), new Date(), channel);
    if (!verdict.ok) {
      refused.push(verdict.reason);
      return c.body(null, verdict.status);
    }
    const context = { cfg: cfg(), channel, now: new Date() };
    events.push(...twilioConnector.parse(request, context));
    const reply = twilioConnector.reply(request, events, context);
    return new Response(reply.body, { status: reply.status, headers: reply.headers });
  });
  hooks = await serveFake(app);
  twilio = await startEmulatedTwilio({
    accountSid,
    authToken,
    number: NUMBER,
    smsUrl: `${hooks.url}/webhooks/sms?tenant=a+b%20c`,
  });
});
afterAll(async () => {
  twilio?.close();
  await hooks?.close();
});
beforeEach(() => {
  events.length = 0;
  refused.length = 0;
});

function cfg(): TwilioConfig {
  return TwilioConfig.parse({ accountSid, authToken, baseUrl: twilio?.url });
}
function context(claimed: readonly string[] = []): SendContext<TwilioConfig> {
  return {
    cfg: cfg(),
    baseUrl: twilio.url,
    fetch: createOutgoing({ allowedPrivateHosts: ['127.0.0.1', 'localhost'] }).fetch(),
    signal: AbortSignal.timeout(10_000),
    now: () => new Date(),
    claimed: async () => new Set(claimed),
  };
}

it('takes a message that the emulator signs', async () => {
  await twilio.receive({ From: CUSTOMER, To: NUMBER, Body: 'Zdravo + café 😀' });
  expect(refused).toEqual([]);
  expect(events).toMatchObject([
    {
      kind: 'message',
      channelId: 'sms',
      externalUser: { id: CUSTOMER, phone: CUSTOMER },
      body: { type: 'PLAIN', text: 'Zdravo + café 😀' },
    },
  ]);
});

it('sends, and hears of it under the part id, first during the call', async () => {
  const part = anOutboundPart({ id: 'msg_e-1', hookUrl: `${hooks.url}/webhooks/sms` });
  const result = await twilioConnector.send(part, context());
  const [sid = ''] = result.providerMessageIds;
  await twilio.report(sid, 'sent');
  await twilio.report(sid, 'delivered');
  expect(refused).toEqual([]);
  const news = events.map((event) =>
    event.kind === 'status' ? [event.partId, event.providerMessageId, event.state] : event,
  );
  expect(news).toEqual([
    ['msg_e-1', sid, 'ACCEPTED'],
    ['msg_e-1', sid, 'SENT'],
    ['msg_e-1', sid, 'DELIVERED'],
  ]);
});

it('looks up what it sent', async () => {
  const since = new Date(Date.now() - 1000);
  const part = anOutboundPart({
    id: 'msg_e-2',
    body: { type: 'PLAIN', text: 'only once' },
    hookUrl: `${hooks.url}/webhooks/sms`,
  });
  expect(await twilioConnector.lookup?.(part, since, context())).toBeNull();
  const sent = await twilioConnector.send(part, context());
  expect(await twilioConnector.lookup?.(part, since, context())).toEqual(sent);
  expect(await twilioConnector.lookup?.(part, since, context(sent.providerMessageIds))).toBeNull();
});

it('is refused with wrong credentials', async () => {
  const wrong = { ...context(), cfg: { ...cfg(), authToken: 'wrong' } };
  await expect(twilioConnector.send(anOutboundPart(), wrong)).rejects.toMatchObject({
    type: 'ChannelStopped',
    facts: { reason: 'auth' },
  });
});
