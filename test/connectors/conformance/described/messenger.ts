import { createHmac } from 'node:crypto';
import path from 'node:path';
import type { AnyConnector, HookChannel } from '../../../../connectors/connector';
import { instagramConnector, messengerConnector } from '../../../../connectors/messenger';
import { startFakeGraph } from '../../../support/fakes/graph';
import { type ConnectorDescription, counterpart, type Posted } from '../description';
import { signedJson } from './signed-json';

const config = { pageId: 'PAGE1', accessToken: 'token', verifyToken: 'VT' };

export const messenger = described(messengerConnector, 'page', {
  id: 'fb',
  channelType: 'MESSENGER',
  serviceIdentifier: 'PAGE1',
});
export const instagram = described(instagramConnector, 'instagram', {
  id: 'ig',
  channelType: 'INSTAGRAM',
  serviceIdentifier: 'IG1',
});

function described(
  connector: AnyConnector,
  object: string,
  channel: HookChannel,
): ConnectorDescription {
  const id = channel.serviceIdentifier;
  const event = (fields: object): Posted => ({
    body: JSON.stringify({
      object,
      entry: [
        {
          id,
          time: 1772998024000,
          messaging: [
            { sender: { id: 'U1' }, recipient: { id }, timestamp: 1772998024000, ...fields },
          ],
        },
      ],
    }),
  });
  return {
    connector,
    channel,
    samples: path.join(__dirname, '../../../../connectors/messenger/samples'),
    signing: {
      header: 'x-hub-signature-256',
      status: 401,
      secrets: ['secret-one', 'secret-two'],
      attributes: (appSecret) => ({ ...config, appSecret }),
      sign: (posted, secret) =>
        signedJson(
          channel,
          posted,
          'x-hub-signature-256',
          `sha256=${createHmac('sha256', secret).update(posted.body).digest('hex')}`,
        ),
    },
    text: (text, mid) => event({ message: { mid, text } }),
    report: (state, { providerMessageId: mid }) => {
      if (state === 'DELIVERED') return event({ delivery: { mids: [mid] } });
      return state === 'READ' ? event({ read: { mid } }) : null;
    },
    poison: [
      event({ sender: null, message: { mid: 'm_1', text: 'of nobody' } }),
      event({ message: { text: 'no id' } }),
      event({ message: { mid: 'm_1', attachments: 'none' } }),
      event({ delivery: {} }),
      event({ read: { watermark: 'soon' } }),
      event({ reaction: { mid: 'm_1', action: 'react' } }),
      event({ constructor: {} }),
      {
        body: JSON.stringify({
          object,
          entry: [
            { id, standby: [{}] },
            { id, messaging: {} },
          ],
        }),
      },
    ],
    counterpart: async () => {
      const fake = await startFakeGraph({ accessToken: 'token', appSecret: 's' });
      return counterpart(fake, {
        attributes: { ...config, appSecret: 's', baseUrl: fake.url },
        recipient: 'U1',
        deliveries: (partId) => fake.deliveries(partId),
        throttled: { status: 400, body: { error: { code: 613, message: 'too fast' } } },
      });
    },
  };
}
