import type { CallContext } from '../connector';
import { callProvider } from '../provider-call';
import { errorOf } from './codes';
import type { LineConfig } from './config';

/** That webhooks are used at all, and redelivered, is switched on in the console. */
export async function registerWebhook(
  { url }: { readonly url: string },
  { cfg, baseUrl, fetch, signal }: CallContext<LineConfig>,
): Promise<void> {
  const answer = await callProvider(
    fetch,
    new URL('/v2/bot/channel/webhook/endpoint', baseUrl).href,
    {
      method: 'PUT',
      headers: {
        'content-type': 'application/json',
        authorization: `Bearer ${cfg.channelAccessToken}`,
      },
      body: JSON.stringify({ endpoint: url }),
      signal,
      redirect: 'manual',
    },
  );
  if (answer.status < 200 || answer.status >= 300) throw errorOf(answer);
}
