import { createHmac } from 'node:crypto';
import path from 'node:path';
import { viberConnector } from '../../../../connectors/viber';
import { startFakeViber } from '../../../support/fakes/viber';
import { type ConnectorDescription, counterpart } from '../description';
import { signedJson } from './signed-json';

const channel = { id: 'viber', channelType: 'VIBER', serviceIdentifier: 'parley' } as const;
const EVENTS: Readonly<Record<string, string>> = {
  DELIVERED: 'delivered',
  READ: 'seen',
  FAILED: 'failed',
};
const FIRST_TOKEN = 4_900_000_000_000_000_000n;

export const viber: ConnectorDescription = {
  connector: viberConnector,
  channel,
  samples: path.join(__dirname, '../../../../connectors/viber/samples'),
  signing: {
    header: 'x-viber-content-signature',
    status: 401,
    secrets: ['token-one', 'token-two'],
    attributes: (authToken) => ({ authToken, senderName: 'Parley' }),
    sign: (posted, secret) =>
      signedJson(
        channel,
        posted,
        'x-viber-content-signature',
        createHmac('sha256', secret).update(posted.body).digest('hex'),
      ),
  },
  // Tokens that differ only in what a double does not hold.
  text: (text, id) => ({
    body: `{"event":"message","timestamp":1457764197627,"message_token":${FIRST_TOKEN + BigInt(id.replace(/\D/g, ''))},"sender":{"id":"01=","name":"Ana"},"message":{"type":"text","text":${JSON.stringify(text)}}}`,
  }),
  report: (state, { providerMessageId }) =>
    EVENTS[state]
      ? {
          body: `{"event":"${EVENTS[state]}","timestamp":1457764197627,"message_token":${providerMessageId},"user_id":"01="}`,
        }
      : null,
  poison: [
    { body: '{"event":"webhook","timestamp":1,"message_token":1}' },
    { body: '{"event":"message","event":"seen"}' },
    { body: '{"event":"constructor"}' },
    { body: '{"event":"seen","message_token":1e999,"user_id":"01="}' },
  ],
  counterpart: async () => {
    const fake = await startFakeViber({ authToken: 'token-one' });
    return counterpart(fake, {
      attributes: { authToken: 'token-one', senderName: 'Parley', baseUrl: fake.url },
      recipient: '01=',
      deliveries: (_partId, text) => fake.deliveries(text),
      throttled: { status: 200, body: { status: 12, status_message: 'tooManyRequests' } },
    });
  },
};
