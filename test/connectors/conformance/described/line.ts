import { createHmac } from 'node:crypto';
import path from 'node:path';
import { lineConnector } from '../../../../connectors/line';
import { startFakeLine } from '../../../support/fakes/line';
import { type ConnectorDescription, counterpart } from '../description';
import { signedJson } from './signed-json';

const channel = { id: 'line', channelType: 'LINE', serviceIdentifier: '@parley' } as const;
const config = { channelSecret: 'secret-one', channelAccessToken: 'token' };

export const line: ConnectorDescription = {
  connector: lineConnector,
  channel,
  samples: path.join(__dirname, '../../../../connectors/line/samples'),
  signing: {
    header: 'x-line-signature',
    status: 401,
    secrets: ['secret-one', 'secret-two'],
    attributes: (channelSecret) => ({ ...config, channelSecret }),
    sign: (posted, secret) =>
      signedJson(
        channel,
        posted,
        'x-line-signature',
        createHmac('sha256', secret).update(posted.body).digest('base64'),
      ),
  },
  text: (text, id) => ({
    body: JSON.stringify({
      destination: 'U0',
      events: [
        {
          type: 'message',
          webhookEventId: `01H${id}`,
          deliveryContext: { isRedelivery: false },
          timestamp: 1767224888123,
          source: { type: 'user', userId: 'U1' },
          mode: 'active',
          message: { id, type: 'text', text },
        },
      ],
    }),
  }),
  poison: [
    { body: '{"destination":"U0","events":[]}' },
    { body: '{"events":[{"type":"message","source":{"type":"user","userId":"U1"}}]}' },
    { body: '{"events":[{"type":"constructor","source":{"type":"user","userId":"U1"}}]}' },
  ],
  counterpart: async () => {
    const fake = await startFakeLine(config);
    return counterpart(fake, {
      attributes: { ...config, baseUrl: fake.url },
      recipient: 'U1',
      deliveries: (_partId, text) => fake.deliveries(text),
    });
  },
};
