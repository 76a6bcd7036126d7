import { ConnectorError } from '../../domain/errors';
import type { CallContext } from '../connector';
import { callProvider } from '../provider-call';
import { secretsOf } from '../secrets';
import { errorOf } from './codes';
import type { ViberConfig } from './config';
import { parseLossless, SendReply } from './payload';

const EVENT_TYPES = [
  'delivered',
  'seen',
  'failed',
  'subscribed',
  'unsubscribed',
  'conversation_started',
];

/** Viber calls the address at once and refuses it unless that is answered with 200. */
export async function registerWebhook(
  { url }: { readonly url: string },
  { cfg, baseUrl, fetch, signal }: CallContext<ViberConfig>,
): Promise<void> {
  const [token] = secretsOf(cfg.authToken);
  if (!token) throw new ConnectorError('ChannelStopped', 'no token', { reason: 'config' });
  const answer = await callProvider(fetch, new URL('/pa/set_webhook', baseUrl).href, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-viber-auth-token': token },
    body: JSON.stringify({ url, event_types: EVENT_TYPES, send_name: true, send_photo: false }),
    signal,
    redirect: 'manual',
  });
  const reply = SendReply.safeParse(parseLossless(answer.text));
  if (answer.status >= 300 || !reply.success || reply.data.status !== 0) throw errorOf(answer);
}
