import { z } from 'zod';
import { Secrets } from '../secrets';

/** Attributes of a Twilio connector (http-api.md section 2). While `authToken` is rotated it lists the new one first. */
export const TwilioConfig = z
  .strictObject({
    accountSid: z.string().min(1).max(64),
    authToken: Secrets.meta({
      description: 'Signs webhooks; calls the API unless an API key is given.',
    }),
    apiKeySid: z.string().min(1).max(64).optional(),
    apiKeySecret: z.string().min(1).optional(),
    messagingServiceSid: z.string().min(1).max(64).optional().meta({
      description: 'Sends through this messaging service instead of the channel’s number.',
    }),
    voiceUrl: z
      .url({ protocol: /^https?$/ })
      .max(2000)
      .optional()
      .meta({
        description: 'Voice application that answers incoming calls; without it they are busy.',
      }),
    baseUrl: z.url({ protocol: /^https?$/ }).default('https://api.twilio.com'),
  })
  .refine((cfg) => (cfg.apiKeySid === undefined) === (cfg.apiKeySecret === undefined), {
    path: ['apiKeySecret'],
    message: 'apiKeySid and apiKeySecret come together',
  });
export type TwilioConfig = z.infer<typeof TwilioConfig>;
