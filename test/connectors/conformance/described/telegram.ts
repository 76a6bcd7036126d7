import path from 'node:path';
import { telegramConnector } from '../../../../connectors/telegram';
import { refusal, startFakeTelegram } from '../../../support/fakes/telegram';
import { type ConnectorDescription, counterpart } from '../description';
import { signedJson } from './signed-json';

const channel = { id: 'tg', channelType: 'TELEGRAM', serviceIdentifier: 'parley_bot' } as const;
const config = { botToken: '1:A', secretToken: 'secret-one' };
const chat = { id: 7, type: 'private' };

export const telegram: ConnectorDescription = {
  connector: telegramConnector,
  channel,
  samples: path.join(__dirname, '../../../../connectors/telegram/samples'),
  signing: {
    header: 'x-telegram-bot-api-secret-token',
    status: 401,
    secrets: ['secret-one', 'secret-two'],
    attributes: (secretToken) => ({ ...config, secretToken }),
    covers: null,
    sign: (posted, secret) =>
      signedJson(channel, posted, 'x-telegram-bot-api-secret-token', secret),
  },
  text: (text, id) => {
    const n = Number(id.replace(/\D/g, ''));
    const message = { message_id: n, date: 1767224888, chat, from: { id: 7 }, text };
    return { body: JSON.stringify({ update_id: 1000 + n, message }) };
  },
  poison: [
    { body: '{"update_id":1}' },
    { body: '{"update_id":1,"message":null}' },
    { body: '{"update_id":1,"callback_query":{"id":"c","from":{"id":7}}}' },
    { body: '{"update_id":9007199254740993,"message":{}}' },
  ],
  counterpart: async () => {
    const fake = await startFakeTelegram(config);
    return counterpart(fake, {
      attributes: { ...config, baseUrl: fake.url },
      recipient: '7',
      deliveries: (_partId, text) => fake.deliveries(text),
      throttled: { status: 429, body: refusal(429, 'Too Many Requests', { retry_after: 2 }) },
    });
  },
};
