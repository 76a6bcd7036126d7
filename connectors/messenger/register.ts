import { ConnectorError } from '../../domain/errors';
import type { CallContext } from '../connector';
import { errorOfAnswer, postGraph } from '../meta/graph';
import { secretsOf } from '../secrets';
import { CODES } from './codes';
import type { MessengerConfig } from './config';

const FIELDS = [
  'messages',
  'messaging_postbacks',
  'messaging_referrals',
  'message_deliveries',
  'message_reads',
  'message_echoes',
  'message_reactions',
];

/** The app hears of the page from then on. Where the app is called is its own setting, for all its pages, in Meta's dashboard. */
export async function registerWebhook(
  _hook: { readonly url: string },
  { cfg, baseUrl, fetch, signal }: CallContext<MessengerConfig>,
): Promise<void> {
  const [token] = secretsOf(cfg.accessToken);
  if (!token) throw new ConnectorError('ChannelStopped', 'no credentials', { reason: 'config' });
  const page = `${baseUrl.replace(/\/+$/, '')}/${cfg.apiVersion}/${cfg.pageId}`;
  await postGraph(fetch, `${page}/subscribed_apps`, {
    headers: { authorization: `Bearer ${token}` },
    body: { subscribed_fields: FIELDS.join(',') },
    signal,
    errorOf: (answer) => errorOfAnswer(answer, CODES),
  });
}
