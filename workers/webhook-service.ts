import { entryView } from '../api/conversations/views';
import { secretsOf } from '../connectors/secrets';
import { signatureHeaders } from '../connectors/standard-webhooks';
import type { Config } from '../infra/config';
import type { Logger } from '../infra/logger';
import type { OpenStores } from '../infra/mongo/stores';
import { createOutgoing } from '../infra/outgoing';
import { createWebhookDispatcher } from './webhook-dispatcher';
import { serveWebhooks } from './webhooks';

/** Serves webhook subscribers on this process's stores, until stopped. */
export function runWebhookService(
  config: Config,
  stores: OpenStores,
  logger: Logger,
  stop: AbortSignal,
): Promise<void> {
  const dispatcher = createWebhookDispatcher({
    ...stores,
    outgoing: createOutgoing(config),
    view: entryView,
    signed: (id, body, at, secret) => signatureHeaders(id, body, at, secretsOf(secret)),
  });
  const { webhookLease: lease, webhookArchive: archive } = stores;
  return serveWebhooks({ lease, archive, dispatcher, logger }, stop);
}
