import { randomBytes } from 'node:crypto';
import { type FakeBot, startFakeBot } from '../../test/support/fakes/bots';
import { type FakeGraph, startFakeGraph } from '../../test/support/fakes/graph';
import { type FakePartner, startFakePartner } from '../../test/support/fakes/partner';
import { type FakeTwilio, startFakeTwilio } from '../../test/support/fakes/twilio';
import { type FakeViber, startFakeViber } from '../../test/support/fakes/viber';
import { botAnswer } from './bot';
import { openLink, type TcpLink } from './tcp-link';

/** Everybody outside whom the product calls, each over a link of its own. They live in the driver's process and outlive every fault. */
export interface Providers {
  readonly partner: FakePartner;
  readonly twilio: FakeTwilio;
  readonly viber: FakeViber;
  readonly graph: FakeGraph;
  readonly bot: FakeBot;
  readonly links: Readonly<Record<'generic' | 'sms' | 'viber' | 'wa' | 'bot', TcpLink>>;
  readonly secrets: typeof SECRETS;
  /** Tells them where to post what customers write. */
  callsGoTo(publicUrl: string): void;
  close(): Promise<void>;
}

const secret = () => `whsec_${randomBytes(24).toString('base64')}`;

/** Made anew for each run; canaries of what must not be logged. */
const SECRETS = {
  inboundSecret: secret(),
  outboundSecret: secret(),
  botSecret: secret(),
  accountSid: `AC${randomBytes(16).toString('hex')}`,
  authToken: randomBytes(16).toString('hex'),
  viberToken: randomBytes(24).toString('hex'),
  accessToken: randomBytes(24).toString('hex'),
  appSecret: randomBytes(16).toString('hex'),
  verifyToken: randomBytes(16).toString('hex'),
} as const;

export const NUMBER = '+15550001111';
export const PHONE_NUMBER_ID = 'PN1';

export async function startProviders(): Promise<Providers> {
  const [partner, twilio, viber, graph, bot] = await Promise.all([
    startFakePartner(SECRETS),
    startFakeTwilio(SECRETS),
    startFakeViber({ authToken: SECRETS.viberToken }),
    startFakeGraph(SECRETS),
    startFakeBot(botAnswer),
  ]);
  const fakes = { generic: partner, sms: twilio, viber, wa: graph, bot };
  const links = Object.fromEntries(
    await Promise.all(
      Object.entries(fakes).map(async ([name, { url }]) => [
        name,
        await openLink(Number(new URL(url).port)),
      ]),
    ),
  ) as Providers['links'];
  return {
    partner,
    twilio,
    viber,
    graph,
    bot,
    links,
    secrets: SECRETS,
    callsGoTo(publicUrl) {
      partner.hookUrl = `${publicUrl}/webhooks/generic`;
      twilio.hookUrl = `${publicUrl}/webhooks/sms`;
      viber.hookUrl = `${publicUrl}/webhooks/viber`;
      graph.hookUrl = `${publicUrl}/webhooks/wa`;
    },
    async close() {
      await Promise.all(Object.values(links).map((link) => link.close()));
      await Promise.all(Object.values(fakes).map((fake) => fake.close()));
    },
  };
}
