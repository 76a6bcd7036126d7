import type { CallContext } from '../connector';
import { secretsOf } from '../secrets';
import { accepted, call } from './call';
import type { TelegramConfig } from './config';

/** Without being asked for, no reaction ever comes. */
const ALLOWED_UPDATES = [
  'message',
  'edited_message',
  'callback_query',
  'message_reaction',
  'my_chat_member',
];
const MAX_CONNECTIONS = 40;

/** While the secret is rotated the new one is told; what is on its way under the old one still passes. */
export async function registerWebhook(
  { url }: { readonly url: string },
  context: CallContext<TelegramConfig>,
): Promise<void> {
  const [secret] = secretsOf(context.cfg.secretToken);
  accepted(
    await call(context, 'setWebhook', {
      url,
      secret_token: secret,
      allowed_updates: ALLOWED_UPDATES,
      max_connections: MAX_CONNECTIONS,
    }),
  );
}
