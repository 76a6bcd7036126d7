import path from 'node:path';
import { getExpectedTwilioSignature } from 'twilio';
import { twilioConnector } from '../../../../connectors/twilio';
import type { ChannelType } from '../../../../domain/channel/types';
import { startFakeTwilio } from '../../../support/fakes/twilio';
import { type ConnectorDescription, counterpart, hookUrl } from '../description';

const US = '+15550001111';
const THEM = '+15550002222';
const account = { accountSid: 'AC1', authToken: 'token-one' };

function twilioAs(channelType: ChannelType): ConnectorDescription {
  const channel = { id: 'tw', channelType, serviceIdentifier: US };
  const address = (number: string) => (channelType === 'WHATSAPP' ? `whatsapp:${number}` : number);
  const form = (params: Record<string, string>) => new URLSearchParams(params).toString();
  return {
    connector: twilioConnector,
    channel,
    samples: path.join(__dirname, '../../../../connectors/twilio/samples'),
    signing: {
      header: 'x-twilio-signature',
      status: 403,
      secrets: ['token-one', 'token-two'],
      attributes: (authToken) => ({ accountSid: 'AC1', authToken }),
      // `%2b` is `%2B` in a form.
      covers: (raw) => JSON.stringify([...new URLSearchParams(raw.toString())]),
      sign: (posted, secret) => {
        const url = hookUrl(channel, posted);
        const params = Object.fromEntries(new URLSearchParams(posted.body));
        const headers = new Headers({
          'content-type': 'application/x-www-form-urlencoded',
          'x-twilio-signature': getExpectedTwilioSignature(secret, url, params),
        });
        return { method: 'POST', url, headers, raw: Buffer.from(posted.body) };
      },
    },
    text: (text, id) => ({
      body: form({ From: address(THEM), To: address(US), MessageSid: id, Body: text }),
    }),
    report: (state, { partId, providerMessageId }) => {
      if (state === 'READ' && channelType !== 'WHATSAPP') return null;
      const status = state.toLowerCase();
      return {
        query: `?mid=${partId}`,
        body: form({
          MessageSid: providerMessageId,
          MessageStatus: status,
          From: address(US),
          To: address(THEM),
          ...(state === 'FAILED' && { ErrorCode: '30003' }),
        }),
      };
    },
    counterpart: async () => {
      const fake = await startFakeTwilio(account);
      return counterpart(fake, {
        attributes: { ...account, baseUrl: fake.url },
        recipient: THEM,
        deliveries: fake.deliveries,
      });
    },
  };
}

export const twilioSms = twilioAs('SMS');
export const twilioWhatsapp = twilioAs('WHATSAPP');
