import type { CallContext } from '../connector';
import { postGraph } from '../meta/graph';
import { secretsOf } from '../secrets';
import { errorOf } from './codes';
import { type CloudConfig, type DialogConfig, isCloud, type WhatsAppConfig } from './config';
import { addressAt, credentials } from './send';

/**
 * The number gets an address of its own, whatever the app's is: Meta by an override, which it checks by its set-up call; 360dialog
 * with the secret that it is to show.
 */
export async function registerWebhook(
  { url }: { readonly url: string },
  context: CallContext<WhatsAppConfig>,
): Promise<void> {
  const { cfg, fetch, signal } = context;
  const [path, body] = isCloud(cfg) ? cloudCall(url, cfg) : dialogCall(url, cfg);
  await postGraph(fetch, addressAt(context, path), {
    headers: credentials(cfg),
    body,
    signal,
    errorOf: (answer) => errorOf(answer, !isCloud(cfg)),
  });
}

function cloudCall(url: string, cfg: CloudConfig): [string, unknown] {
  const [verifyToken] = secretsOf(cfg.verifyToken);
  const override = { override_callback_uri: url, verify_token: verifyToken };
  return [`/${cfg.apiVersion}/${cfg.phoneNumberId}`, { webhook_configuration: override }];
}

function dialogCall(url: string, cfg: DialogConfig): [string, unknown] {
  const [secret = ''] = secretsOf(cfg.webhookSecret);
  const headers =
    cfg.verification === 'basic'
      ? { Authorization: `Basic ${Buffer.from(secret).toString('base64')}` }
      : { [cfg.headerName ?? 'X-Secret']: secret };
  return ['/v1/configs/webhook', { url, headers }];
}
