import type { Client, DemoError } from './client';
import type { StoryOptions } from './options';
import { type PretendedTwilio, startPretendedTwilio } from './twilio';

const CHANNEL = 'demo-whatsapp';
const CONNECTOR = 'demo-twilio';
const NUMBER = '+15550009090';
const ACCOUNT = `AC${'0'.repeat(32)}`;
/** Signs the webhooks of the demo's own channel, which no real Twilio knows. */
const AUTH_TOKEN = 'demo-auth-token-of-nobody';

export interface WhatsApp {
  readonly channelId: string;
  readonly twilio: PretendedTwilio;
  /** Whether Parley may call the pretended Twilio: loopback has to be allowed. */
  readonly reachable: boolean;
}

/** A WhatsApp channel of the demo's own, with the pretended Twilio behind it. It stays configured; a repeat finds it. */
export async function ensureWhatsApp(
  admin: Client,
  { url, publicUrl, twilioPort, channelId }: StoryOptions,
): Promise<WhatsApp> {
  const twilio = await startPretendedTwilio({
    webhook: `${url}/webhooks/${CHANNEL}`,
    publicWebhook: `${publicUrl}/webhooks/${CHANNEL}`,
    number: NUMBER,
    accountSid: ACCOUNT,
    authToken: AUTH_TOKEN,
    port: twilioPort,
  });
  const attributes = { accountSid: ACCOUNT, authToken: AUTH_TOKEN };
  const connector = (more: object) => ({
    id: CONNECTOR,
    name: 'Demo: Twilio, pretended',
    providerId: 'twilio',
    attributes: { ...attributes, ...more },
  });
  const reachable = await ensure(admin, 'connectors', connector({ baseUrl: twilio.baseUrl })).then(
    () => true,
    async (error: DemoError) => {
      if (error.cause !== 400) throw error; // 400: the address is refused
      await ensure(admin, 'connectors', connector({}));
      return false;
    },
  );
  const web = await admin.get<{ readonly queueId: string | null; readonly botId: string | null }>(
    `/v1/channels/${channelId}`,
  );
  await ensure(admin, 'channels', {
    id: CHANNEL,
    name: 'Demo: WhatsApp',
    channelType: 'WHATSAPP',
    serviceIdentifier: NUMBER,
    connectorId: CONNECTOR,
    queueId: web.queueId,
    botId: web.botId,
  });
  return { channelId: CHANNEL, twilio, reachable };
}

async function ensure(
  admin: Client,
  resource: string,
  value: { readonly id: string; readonly [field: string]: unknown },
): Promise<void> {
  const path = `/v1/${resource}/${value.id}`;
  const existing = await admin.get<{ readonly version: number }>(path).catch((error: DemoError) => {
    if (error.cause === 404) return null;
    throw error;
  });
  if (existing) await admin.put(path, value, existing.version);
  else await admin.post(`/v1/${resource}`, value);
}
