import type { ChannelId } from '../stage/configuration';
import { NUMBER, PHONE_NUMBER_ID } from '../stage/providers';
import type { Stage } from '../stage/stage';
import type { Api } from './api';

/** How a customer speaks on one channel: as its provider posts it, signed. */
export interface Voice {
  readonly channelId: ChannelId;
  /** How the channel names the customer. */
  readonly identifier: string;
  /** The same key is the same message, however often it is said. */
  say(key: string, text: string): Promise<Response>;
  /** The customer goes. */
  leave(): Promise<Response>;
}

/** `n` tells customers of a run apart; `name` is theirs alone. */
export interface Speaker {
  readonly n: number;
  readonly name: string;
}

/** A customer of a channel. A visitor of `web` opens the chat first, which is why this may have to wait. */
export async function voiceOf(
  channelId: ChannelId,
  speaker: Speaker,
  { stage, connector, visitor }: Speaking,
): Promise<Voice> {
  const { partner, twilio, viber, graph } = stage.providers;
  const leaveBy = (identifier: string) => () =>
    connector.fetch(
      'DELETE',
      `/v1/channels/${channelId}/sessions/${encodeURIComponent(identifier)}?reason=CUSTOMER`,
    );
  switch (channelId) {
    case 'generic': {
      const identifier = `user-${speaker.n}`;
      return {
        channelId,
        identifier,
        say: (key, text) =>
          partner.post(
            'message.created',
            {
              id: key,
              user: { id: identifier, name: speaker.name },
              content: { type: 'text', text },
            },
            { id: `evt-${key}` },
          ),
        leave: leaveBy(identifier),
      };
    }
    case 'sms': {
      const identifier = phone('+1555', speaker);
      return {
        channelId,
        identifier,
        say: (key, text) =>
          twilio.receive({ From: identifier, To: NUMBER, Body: text, MessageSid: `SM${key}` }),
        leave: leaveBy(identifier),
      };
    }
    case 'viber': {
      const identifier = `v${speaker.n}=`;
      return {
        channelId,
        identifier,
        say: (key, text) =>
          viber.post(
            JSON.stringify({
              event: 'message',
              timestamp: Date.now(),
              message_token: 0,
              sender: { id: identifier, name: speaker.name },
              message: { type: 'text', text },
              // More digits than a double holds, so they are put in as text.
            }).replace('"message_token":0', `"message_token":${digitsOf(key)}`),
          ),
        leave: leaveBy(identifier),
      };
    }
    case 'wa': {
      const identifier = phone('+1666', speaker);
      const from = identifier.slice(1);
      return {
        channelId,
        identifier,
        say: (key, text) =>
          graph.hook({
            object: 'whatsapp_business_account',
            entry: [
              {
                id: 'W1',
                changes: [
                  {
                    field: 'messages',
                    value: {
                      messaging_product: 'whatsapp',
                      metadata: {
                        display_phone_number: NUMBER.slice(1),
                        phone_number_id: PHONE_NUMBER_ID,
                      },
                      contacts: [{ profile: { name: speaker.name }, wa_id: from }],
                      messages: [
                        {
                          from,
                          id: `wamid.${key}`,
                          timestamp: String(Math.floor(Date.now() / 1000)),
                          type: 'text',
                          text: { body: text },
                        },
                      ],
                    },
                  },
                ],
              },
            ],
          }),
        leave: leaveBy(identifier),
      };
    }
    case 'web': {
      const session = await visitor(speaker.name);
      return {
        channelId,
        identifier: session.channelSessionIdentifier,
        say: (key, text) =>
          session.api.fetch('POST', '/webchat/messages', {
            clientMessageId: key,
            body: { type: 'PLAIN', text },
          }),
        leave: () => session.api.fetch('DELETE', '/webchat/session'),
      };
    }
  }
}

export interface Speaking {
  readonly stage: Stage;
  /** A connector's token for every channel. */
  readonly connector: Api;
  readonly visitor: (name: string) => Promise<Visitor>;
}
export interface Visitor {
  readonly api: Api;
  readonly token: string;
  readonly customerId: string;
  readonly channelSessionIdentifier: string;
}

function phone(prefix: string, { n }: Speaker): string {
  return `${prefix}${String(n).padStart(7, '0')}`;
}

/** A number of the message that no other has: from letters and digits, base 36. */
function digitsOf(key: string): string {
  let value = 0n;
  for (const character of key) value = value * 36n + BigInt(Number.parseInt(character, 36));
  return String(value);
}
