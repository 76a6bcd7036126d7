import type { OutboundPart, SendContext } from '../../../connectors/connector';
import { Channel } from '../../../domain/channel/schema';
import { planParts } from '../../../domain/message/outbound';
import { createOutgoing, type OutgoingLimits } from '../../../infra/outgoing';
import { createOutgoingMail, type OutgoingMail } from '../../../infra/outgoing-mail';
import type { Behaviour } from '../../support/fakes/behaviour';
import { REFUSED_URLS, resolveName } from '../../support/refused-urls';
import {
  anInstallation,
  aProcess,
  aSendPart,
  type Installation,
  runActivity,
  sendMessage,
} from '../../support/send-driver';
import type { TestDatabase } from '../../support/servers';
import { BODIES, type ConnectorDescription, type Counterpart } from './description';

/** How long a call waits here for an answer. */
const CALL_MS = 250;
const outgoing = createOutgoing({ allowedPrivateHosts: ['127.0.0.1'] });
const strict = createOutgoing({ allowedPrivateHosts: [], resolve: resolveName });
const hasty = {
  fetch: (limits: OutgoingLimits = {}) => outgoing.fetch({ ...limits, timeoutMs: CALL_MS }),
};
const mail = createOutgoingMail(outgoing);
const hastyMail: OutgoingMail = {
  send: (server, composed, limits) =>
    mail.send(server, composed, { ...limits, timeoutMs: CALL_MS }),
};
const LOST: Behaviour = { type: 'answer', status: 502, body: 'Bad Gateway', taken: true };
const LINK = 'https://parley.test/media/m1';

/** One message to the customer, whatever the provider does (connectors.md 1.6, 1.7). */
export function sendSuite(
  description: ConnectorDescription,
  counterpart: () => Promise<Counterpart>,
  database: () => Pick<TestDatabase, 'db'>,
): void {
  const { connector, channel, gateway = true } = description;
  let provider: Counterpart;
  beforeAll(async () => {
    provider = await counterpart();
  });
  afterAll(() => provider.close());

  const cfg = () => connector.configSchema.parse(provider.attributes);
  const able = () => connector.capabilities(cfg(), channel.channelType);

  function aMessage(over: Partial<Installation> = {}): Installation & { readonly text: string } {
    const { db } = database();
    const plain = anInstallation(db, connector);
    const { id } = plain.channel;
    const text = `Hello ${plain.messageId}`;
    const installation = Object.assign(plain, {
      channel: Channel.parse({ ...channel, id, connectorId: 'c' }),
      cfg: provider.attributes,
      recipient: provider.recipient,
      body: { type: 'PLAIN' as const, text },
      ...over,
    });
    return Object.assign(installation, { text });
  }
  const activities = (of: Installation) =>
    aProcess(of, { outgoing: hasty, mail: hastyMail, clock: () => of.now.getTime() });

  async function sent(behaviours: readonly Behaviour[], over: Partial<Installation> = {}) {
    const message = aMessage(over);
    provider.script.next(...behaviours);
    const before = provider.requests();
    const { ambiguousSend, deliveryStates } = able();
    const finished = await sendMessage(message, {
      policy: ambiguousSend,
      reportsOutcome: deliveryStates.includes('DELIVERED'),
      processOf: () => ({ activities: activities(message) }),
    });
    return {
      ...finished,
      deliveries: provider.deliveries(`${message.messageId}-1`, message.text),
      requests: provider.requests() - before,
    };
  }

  describe('sends', () => {
    it('once, when nothing is wrong or the answer is late', async () => {
      const late = { type: 'accept', afterMs: CALL_MS / 5 } as const;
      expect(await sent([])).toMatchObject({ outcome: 'sent', deliveries: 1, requests: 1 });
      expect(await sent([late])).toMatchObject({ outcome: 'sent', deliveries: 1, requests: 1 });
    });

    it('waits when told that it is too fast, and when nobody is there for a moment', async () => {
      const fast: Behaviour = { type: 'answer', ...(provider.throttled ?? { status: 429 }) };
      const away: Behaviour = {
        type: 'answer',
        ...(provider.away ?? { status: 503, body: 'away' }),
      };
      for (const behaviour of [fast, away])
        expect(await sent([behaviour, behaviour])).toMatchObject({
          outcome: 'sent',
          deliveries: 1,
          requests: 3,
        });
    });

    it.each([
      ['accepts and hangs', { type: 'hang', taken: true }],
      ['accepts and is cut off', { type: 'reset', taken: true }],
      ...(gateway
        ? [['accepts and answers through a broken gateway', LOST] as [string, Behaviour]]
        : []),
    ] as [string, Behaviour][])('the provider %s', async (_what, behaviour) => {
      const { outcome, deliveries } = await sent([behaviour]);
      const policy = able().ambiguousSend;
      // Twice only where the connector says so.
      expect(deliveries).toBe(policy === 'at-least-once' ? 2 : 1);
      expect(outcome).toBe(policy === 'at-most-once' ? 'outcomeUnknown' : 'sent');
    });

    it.each([
      ['hangs', { type: 'hang', taken: false }],
      ['cuts the connection', { type: 'reset', taken: false }],
    ] as [string, Behaviour][])(
      'the provider %s without having taken it',
      async (_what, behaviour) => {
        const { outcome, deliveries } = await sent([behaviour]);
        const atMostOnce = able().ambiguousSend === 'at-most-once';
        expect([deliveries, outcome]).toEqual(atMostOnce ? [0, 'outcomeUnknown'] : [1, 'sent']);
      },
    );

    it('gives up on what the provider never takes, visibly and soon', async () => {
      const refused: Behaviour = {
        type: 'answer',
        ...(provider.refused ?? { status: 400, body: 'no' }),
      };
      expect(await sent([refused])).toMatchObject({
        outcome: 'Rejected',
        deliveries: 0,
        requests: 1,
      });
    });

    it('keeps to the reply window that it declares', async () => {
      const { window } = able();
      const message = aMessage();
      const yesterday = new Date(message.now.getTime() - ((window?.hours ?? 24) + 1) * 3_600_000);
      const before = provider.requests();
      const sending = runActivity(
        activities(message).sendPart,
        aSendPart(message, { lastInboundAt: yesterday.toISOString() }),
      );
      if (window) await expect(sending).rejects.toMatchObject({ type: 'SessionWindowClosed' });
      else expect(await sending).toMatchObject({ settled: true });
      expect(provider.requests() - before).toBe(window ? 0 : 1);
    });

    if (gateway)
      it('M16: goes nowhere that we may not go, whatever its address says', async () => {
        const before = provider.requests();
        const part = aPart({ type: 'PLAIN', text: 'Hello' }, 0);
        for (const url of [...REFUSED_URLS, provider.url]) {
          const moved = Object.entries(provider.attributes).map(([name, value]) => [
            name,
            String(value).startsWith(provider.url) ? url : value,
          ]);
          const given = connector.configSchema.safeParse(Object.fromEntries(moved));
          if (!given.success) continue; // it cannot even be saved
          const context = { ...aContext(), cfg: given.data, baseUrl: url, fetch: strict.fetch() };
          await expect(connector.send(part, context)).rejects.toThrow();
        }
        expect(provider.requests()).toBe(before);
      });

    it.each(BODIES.map((body) => [body.type, body] as const))(
      'whatever it is given: %s',
      async (_type, body) => {
        const plan = planParts(body, able(), { linkOf: () => LINK });
        if (!('parts' in plan)) throw new Error(`refused: ${plan.rejected}`);
        for (const [n, part] of plan.parts.entries())
          await expect(connector.send(aPart(part, n), aContext())).resolves.toMatchObject({
            state: expect.stringMatching(/^(accepted|sent|delivered)$/),
          });
      },
    );
  });

  function aPart(body: OutboundPart['body'], n: number): OutboundPart {
    return {
      id: `msg_bodies${n}x${Math.random().toString(36).slice(2)}-1`,
      messageId: 'msg_bodies',
      conversationId: 'cnv_1',
      to: provider.recipient,
      from: channel.serviceIdentifier,
      channelType: channel.channelType,
      body,
      replyTo: null,
      mediaUrls: { m1: LINK },
      hookUrl: `https://parley.test/webhooks/${channel.id}`,
    };
  }
  function aContext(): SendContext<unknown> {
    const { baseUrl } = provider.attributes as { baseUrl?: string };
    return {
      cfg: cfg(),
      fetch: outgoing.fetch({ timeoutMs: 5000 }),
      baseUrl: baseUrl ?? '',
      signal: AbortSignal.timeout(5000),
      now: () => new Date(),
      sendMail: (server, composed) => mail.send(server, composed, { timeoutMs: 5000 }),
      openMedia: async () => ({
        mimeType: 'text/csv',
        size: 3,
        fileName: 'a.csv',
        open: () => new Blob(['a,b']).stream(),
      }),
    };
  }
}
