import { createHmac } from 'node:crypto';
import path from 'node:path';
import { Webhook } from 'standardwebhooks';
import { httpConnector } from '../../../../connectors/http';
import { startFakePartner } from '../../../support/fakes/partner';
import { type ConnectorDescription, counterpart, hookUrl } from '../description';

const whsec = (seed: string) => `whsec_${createHmac('sha256', seed).digest('base64')}`;
const OUTBOUND = whsec('out');
const INBOUND = whsec('one');
const channel = { id: 'shop', channelType: 'GENERIC', serviceIdentifier: 'shop' } as const;

export const http: ConnectorDescription = {
  connector: httpConnector,
  channel,
  samples: path.join(__dirname, '../../../../connectors/http/samples'),
  signing: {
    header: 'webhook-signature',
    status: 401,
    secrets: [INBOUND, whsec('two')],
    attributes: (inboundSecret) => ({
      sendUrl: 'https://p.test/',
      inboundSecret,
      outboundSecret: OUTBOUND,
    }),
    sign: (posted, secret, now) => {
      const { body } = posted;
      const id = `evt_${createHmac('sha256', 'id').update(body).digest('hex').slice(0, 20)}`;
      const headers = new Headers({
        'content-type': 'application/json',
        'webhook-id': id,
        'webhook-timestamp': String(Math.floor(now.getTime() / 1000)),
        'webhook-signature': new Webhook(secret).sign(id, now, body),
      });
      return { method: 'POST', url: hookUrl(channel, posted), headers, raw: Buffer.from(body) };
    },
  },
  text: (text, id) => ({
    body: JSON.stringify({
      type: 'message.created',
      timestamp: '2026-11-22T09:59:58Z',
      data: { id, user: { id: 'u1' }, content: { type: 'text', text } },
    }),
  }),
  report: (state, { partId, providerMessageId }) => ({
    body: JSON.stringify({
      type: 'message.status',
      data: { messageId: partId, id: providerMessageId, state: state.toLowerCase() },
    }),
  }),
  poisonStatuses: [200, 400],
  counterpart: async () => {
    const partner = await startFakePartner({ inboundSecret: INBOUND, outboundSecret: OUTBOUND });
    return counterpart(partner, {
      attributes: {
        sendUrl: partner.sendUrl,
        inboundSecret: INBOUND,
        outboundSecret: OUTBOUND,
      },
      recipient: 'u1',
      deliveries: partner.deliveries,
    });
  },
};

/** Calls come through the same hook. Their legs are samples of their own; text behaves as on any channel. */
export const httpCalls: ConnectorDescription = {
  ...http,
  channel: { id: 'calls', channelType: 'CX_VOICE', serviceIdentifier: '+15550001111' },
};
