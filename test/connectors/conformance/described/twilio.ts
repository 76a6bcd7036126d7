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

const form = (params: Record<string, string>) => new URLSearchParams(params).toString();
const sms = twilioAs('SMS');

/** Its callers say their words as the name that their network shows. */
export const twilioCalls: ConnectorDescription = {
  ...sms,
  channel: { ...sms.channel, channelType: 'CX_VOICE' },
  text: (words, id) => ({
    body: form({
      CallSid: id,
      From: THEM,
      To: US,
      CallStatus: 'ringing',
      Direction: 'inbound',
      CallerName: words,
    }),
  }),
  wordsOf: ({ customerName }) => customerName,
  report: () => null,
  poison: [
    { body: form({ CallSid: 'CA1', From: THEM, To: US }) },
    { body: form({ CallSid: 'CA1', From: 'client:ana', To: US, CallStatus: 'ringing' }) },
    { body: form({ CallSid: 'CA1', To: US, CallStatus: 'completed', CallDuration: '-1' }) },
    {
      body: form({
        ConferenceSid: 'CF1',
        AccountSid: 'AC1',
        StatusCallbackEvent: 'participant-hold',
      }),
    },
  ],
  counterpart: null,
};

export const twilioSms = sms;
export const twilioWhatsapp = twilioAs('WHATSAPP');
