import { z } from 'zod';
import { Secrets } from '../secrets';

/** Attributes of a Viber connector (http-api.md section 2). While `authToken` is rotated it lists the new one first. */
export const ViberConfig = z.strictObject({
  authToken: Secrets.meta({ description: 'Signs webhooks and calls the API.' }),
  senderName: z.string().min(1).max(28).meta({ description: 'Shown above each message.' }),
  senderAvatar: z
    .url({ protocol: /^https?$/ })
    .max(2000)
    .optional(),
  welcomeMessage: z.string().min(1).max(7000).optional().meta({
    description:
      'Said to whoever opens the chat and has not subscribed: nothing else reaches them.',
  }),
  baseUrl: z.url({ protocol: /^https?$/ }).default('https://chatapi.viber.com'),
});
export type ViberConfig = z.infer<typeof ViberConfig>;
