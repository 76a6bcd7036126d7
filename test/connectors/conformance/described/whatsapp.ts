import { createHmac } from 'node:crypto';
import path from 'node:path';
import type { HookChannel } from '../../../../connectors/connector';
import { dialogConnector, whatsappCloudConnector } from '../../../../connectors/whatsapp';
import { signedByMeta, startFakeGraph } from '../../../support/fakes/graph';
import { type ConnectorDescription, counterpart, hookUrl, type Posted } from '../description';
import { signedJson } from './signed-json';

const channel: HookChannel = {
  id: 'wa',
  channelType: 'WHATSAPP',
  serviceIdentifier: '+15550001111',
};
const cloudConfig = { phoneNumberId: 'PN1', accessToken: 'token', verifyToken: 'VT' };

const change = (value: object, field = 'messages'): Posted => ({
  body: JSON.stringify({
    object: 'whatsapp_business_account',
    entry: [
      {
        id: 'W1',
        changes: [
          {
            field,
            value: {
              messaging_product: 'whatsapp',
              metadata: { display_phone_number: '15550001111', phone_number_id: 'PN1' },
              ...value,
            },
          },
        ],
      },
    ],
  }),
});

const shared = {
  channel,
  samples: path.join(__dirname, '../../../../connectors/whatsapp/samples'),
  text: (text, id) =>
    change({
      contacts: [{ profile: { name: 'Ana' }, wa_id: '15550002222' }],
      messages: [
        {
          from: '15550002222',
          id: `wamid.${id}`,
          timestamp: '1772998024',
          type: 'text',
          text: { body: text },
        },
      ],
    }),
  report: (state, { partId, providerMessageId }) =>
    state === 'ACCEPTED'
      ? null
      : change({
          statuses: [
            {
              id: providerMessageId,
              status: state.toLowerCase(),
              timestamp: '1772998034',
              recipient_id: '15550002222',
              biz_opaque_callback_data: partId,
              ...(state === 'FAILED' && { errors: [{ code: 131026, title: 'Undeliverable' }] }),
            },
          ],
        }),
  poison: [
    { body: '{"object":"whatsapp_business_account","entry":[{"changes":[null,{}]}]}' },
    change({ messages: [null, { id: 'wamid.1', type: 'text' }, { from: '1', type: 'text' }] }),
    change({ messages: [{ from: '15550002222', id: 'wamid.1', type: 'location', location: 7 }] }),
    change({ statuses: [{ id: 'wamid.1', status: 'toString' }, 7] }),
    change({ user_id_update: [{ user_id: null }] }, 'user_id_update'),
    change({ errors: [null, { code: {} }] }),
    change({}, 'constructor'),
  ],
} satisfies Partial<ConnectorDescription>;

export const whatsappCloud: ConnectorDescription = {
  ...shared,
  connector: whatsappCloudConnector,
  signing: {
    header: 'x-hub-signature-256',
    status: 401,
    secrets: ['secret-one', 'secret-two'],
    attributes: (appSecret) => ({ ...cloudConfig, appSecret }),
    sign: (posted, secret) =>
      signedJson(
        channel,
        posted,
        'x-hub-signature-256',
        `sha256=${createHmac('sha256', secret).update(posted.body).digest('hex')}`,
      ),
  },
  counterpart: async () => {
    const fake = await startFakeGraph({ accessToken: 'token', appSecret: 's' });
    return counterpart(fake, {
      attributes: { ...cloudConfig, appSecret: 's', baseUrl: fake.url },
      recipient: '+15550002222',
      deliveries: (partId) => fake.deliveries(partId),
      throttled: { status: 400, body: { error: { code: 131056, message: 'too fast' } } },
    });
  },
};

export const dialog360: ConnectorDescription = {
  ...shared,
  connector: dialogConnector,
  signing: {
    header: 'x-secret',
    status: 401,
    secrets: ['secret-one', 'secret-two'],
    attributes: (webhookSecret) => ({ apiKey: 'key', webhookSecret }),
    covers: null,
    sign: (posted, secret) => ({
      method: 'POST',
      url: hookUrl(channel, posted),
      headers: new Headers({
        'content-type': 'application/json',
        'x-secret': secret,
        ...signedByMeta(posted.body, 'nobody-asks'),
      }),
      raw: Buffer.from(posted.body),
    }),
  },
  counterpart: async () => {
    const fake = await startFakeGraph({ accessToken: '-', appSecret: 's', apiKey: 'key' });
    return counterpart(fake, {
      attributes: { apiKey: 'key', webhookSecret: 's', baseUrl: fake.url },
      recipient: '+15550002222',
      deliveries: (partId) => fake.deliveries(partId),
      throttled: { status: 400, body: 'Rate limit hit' },
    });
  },
};
