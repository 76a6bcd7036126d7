import { createHmac } from 'node:crypto';
import { Webhook } from 'standardwebhooks';
import { emailConnector } from '../../../../connectors/email';
import { startFakeRelay } from '../../../support/fakes/relay';
import { type ConnectorDescription, counterpart, hookUrl } from '../description';

const whsec = (seed: string) => `whsec_${createHmac('sha256', seed).digest('base64')}`;
const channel = {
  id: 'mail',
  channelType: 'EMAIL',
  serviceIdentifier: 'support@shop.test',
} as const;
const config = { address: 'support@shop.test', inboundSecret: whsec('one') };

export const email: ConnectorDescription = {
  connector: emailConnector,
  channel,
  signing: {
    header: 'webhook-signature',
    status: 401,
    secrets: [whsec('one'), whsec('two')],
    attributes: (inboundSecret) => ({ ...config, smtp: { host: 'smtp.shop.test' }, inboundSecret }),
    sign: (posted, secret, now) => {
      const headers = new Headers({
        'content-type': 'message/rfc822',
        'webhook-id': 'evt_1',
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign('evt_1', now, posted.body),
      });
      const raw = Buffer.from(posted.body);
      return { method: 'POST', url: hookUrl(channel, posted), headers, raw };
    },
  },
  text: (text, id) => ({
    body: [
      'From: Ana <ana@customer.test>',
      'To: support@shop.test',
      'Subject: Hello',
      `Message-ID: <${id}@customer.test>`,
      'Content-Type: text/plain; charset=utf-8',
      '',
      text,
    ].join('\r\n'),
  }),
  gateway: false,
  counterpart: async () => {
    const fake = await startFakeRelay();
    return counterpart(fake, {
      attributes: { ...config, smtp: { host: '127.0.0.1', port: fake.port } },
      recipient: 'ana@customer.test',
      deliveries: (_partId, text) => fake.deliveries(text),
      throttled: { status: 450 },
      away: { status: 451 },
      refused: { status: 554 },
    });
  },
};
