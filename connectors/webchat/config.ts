import { z } from 'zod';
import { Secrets } from '../secrets';

/** Attributes of a webchat connector (http-api.md section 2). */
export const WebchatConfig = z.strictObject({
  identitySecret: Secrets.optional().meta({
    description: 'HMAC of identified visitors; without it all stay anonymous.',
  }),
  directLineSecret: Secrets.optional().meta({
    description: 'Bearer at tokens/generate; without it the facade is shut.',
  }),
  baseUrl: z.url({ protocol: /^https?$/ }).optional(),
});
export type WebchatConfig = z.infer<typeof WebchatConfig>;
