import { z } from 'zod';
import { Secrets, secretsOf } from '../secrets';

/** What Telegram takes as `secret_token` of a webhook. */
const SECRET_TOKEN = /^[A-Za-z0-9_-]{1,256}$/;

/** Attributes of a Telegram connector (http-api.md section 2). While `secretToken` is rotated it lists both. */
export const TelegramConfig = z.strictObject({
  botToken: z
    .string()
    .regex(/^[A-Za-z0-9:_-]{1,128}$/, 'the token that BotFather gave')
    .meta({ description: 'Calls the API.' }),
  secretToken: Secrets.refine(
    (secrets) => secretsOf(secrets).length > 0 && secretsOf(secrets).every(isSecretToken),
    '1 to 256 letters, digits, _ and -',
  ).meta({ description: 'The `secret_token` that setWebhook was given.' }),
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.telegram.org'),
});
export type TelegramConfig = z.infer<typeof TelegramConfig>;

function isSecretToken(secret: string): boolean {
  return SECRET_TOKEN.test(secret);
}
