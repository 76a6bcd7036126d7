import { QUEUE_ID } from './bot';
import { NUMBER, PHONE_NUMBER_ID, type Providers } from './providers';

export const AGENTS_SHORT = 4;
export const AGENTS_LONG = 20;
/** Tasks that an agent takes at a time. */
export const CAPACITY = 3;
/** Channels of the short form's load; the others are for the four policies of F13 and for F14. */
export const CHANNELS_SHORT = ['generic', 'sms', 'web'] as const;
export const CHANNELS = ['generic', 'sms', 'web', 'viber', 'wa'] as const;
export type ChannelId = (typeof CHANNELS)[number];

/** How a channel answers for an outcome that is not known (connectors.md 1.7). */
export const POLICIES: Readonly<Record<ChannelId, string>> = {
  generic: 'exactly-once-with-key',
  sms: 'reconcile-by-lookup',
  web: 'exactly-once-with-key',
  viber: 'at-least-once',
  wa: 'at-most-once',
};

/** Deadlines that the checker holds the product to, seconds. */
export const DEADLINES = {
  /** Of `sms`: its customers are not heard to leave, they fall silent. */
  inactivity: 3,
  wrapUp: 1,
  customerLeft: 3,
  reservation: 8,
  request: 60,
  /** Of a call to the bot; the activity of one whose worker was killed is given up 5 s later. */
  bot: 6,
  /** How long news of a send is waited for. */
  ambiguousWaitMs: 1_000,
} as const;

/** `parley.yaml` of the run, as JSON, which is YAML. `agents` by number. */
export function configurationFile({ links, secrets }: Providers, agents: number): string {
  const at = (name: keyof Providers['links']) => `http://127.0.0.1:${links[name].port}`;
  const channel = (id: string, channelType: string, more: object = {}) => ({
    id,
    channelType,
    serviceIdentifier: id === 'sms' || id === 'wa' ? NUMBER : id,
    connectorId: id,
    queueId: QUEUE_ID,
    botId: 'bot',
    maxBotTurns: 100,
    agentRequestTtlSeconds: DEADLINES.request,
    customerInactivityTimeoutSeconds: 3600,
    botTimeoutSeconds: DEADLINES.bot,
    customerLeftSeconds: DEADLINES.customerLeft,
    closingSendGraceSeconds: 10,
    wrapUp: { seconds: DEADLINES.wrapUp },
    ambiguousWaitMs: DEADLINES.ambiguousWaitMs,
    ...more,
  });
  return JSON.stringify({
    bots: [{ id: 'bot', kind: 'WEBHOOK', url: `${at('bot')}/bot`, secret: secrets.botSecret }],
    connectors: [
      {
        id: 'generic',
        providerId: 'http',
        attributes: {
          sendUrl: `${at('generic')}/send`,
          inboundSecret: secrets.inboundSecret,
          outboundSecret: secrets.outboundSecret,
        },
      },
      {
        id: 'sms',
        providerId: 'twilio',
        attributes: {
          accountSid: secrets.accountSid,
          authToken: secrets.authToken,
          baseUrl: at('sms'),
        },
      },
      { id: 'web', providerId: 'webchat' },
      {
        id: 'viber',
        providerId: 'viber',
        attributes: { authToken: secrets.viberToken, senderName: 'Shop', baseUrl: at('viber') },
      },
      {
        id: 'wa',
        providerId: 'whatsapp-cloud',
        attributes: {
          phoneNumberId: PHONE_NUMBER_ID,
          accessToken: secrets.accessToken,
          appSecret: secrets.appSecret,
          verifyToken: secrets.verifyToken,
          baseUrl: at('wa'),
        },
      },
    ],
    queues: [
      {
        id: QUEUE_ID,
        mrdId: 'chat',
        reservationSeconds: DEADLINES.reservation,
        afterRona: 'UNCHANGED',
      },
    ],
    agents: Array.from({ length: agents }, (_, n) => ({
      id: agentId(n),
      username: agentId(n),
      mrds: [{ mrdId: 'chat', maxTasks: CAPACITY }],
    })),
    channels: [
      channel('generic', 'GENERIC'),
      channel('sms', 'SMS', { customerInactivityTimeoutSeconds: DEADLINES.inactivity }),
      channel('web', 'WEB'),
      channel('viber', 'VIBER'),
      channel('wa', 'WHATSAPP', { identification: { matchBy: 'NONE' } }),
    ],
  });
}

export function agentId(n: number): string {
  return `agt_${n}`;
}
